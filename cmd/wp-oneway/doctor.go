package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/cmd/view"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// doctorOptions are the arguments and flags of doctor that are not keys.
type doctorOptions struct {
	sites.Arguments
	intrusive bool
}

// sinksOnly reports whether only the sinks are examined, because no site is named.
func (o doctorOptions) sinksOnly(c *settings.Configuration) bool {
	return len(o.Paths) == 0 && !o.All && len(c.Sites) == 0 && len(c.Sinks) > 0
}

func (a *app) doctorCommand() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor [PATH…|--all] --to URL…",
		Short: "Prove that a credential is one-way, and that sites can be backed up",
		Long: `Prove with real requests that a sink's credential can create objects and nothing else,
and check that the sites can be read and their databases can be dumped.

In each folder that a backup would use, doctor creates an empty object, the canary.
Then it tries to create it again, and to overwrite, read, list, change and delete it:
the store must deny all of these requests. The canary stays, because the credential
cannot delete it; the lifecycle rules that wp-oneway policy prints delete it after a
day. Doctor never changes another object. It also tries to change the bucket's
settings, with invalid values, at stores that are known to refuse these (AWS, MinIO);
with --intrusive, at any store.

backup --require-one-way accepts the result for 7 days. Without PATH and without
configured sites, only the sinks are checked.

Exit status: 0 every required check passed (warnings are printed);
1 a required check failed, or is unproven; 2 wrong usage or configuration.`,
		Example: `  wp-oneway doctor /var/www/example.com --to 's3://vault/{host}?region=eu-central-1'
  wp-oneway doctor --all --json`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.Paths = paths
			return a.doctor(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.All, "all", false, "check every site below the configured roots or in the known places, and the configured sites")
	f.BoolVar(&o.intrusive, "intrusive", false, "try to change the bucket's settings at any store, with invalid values")
	settings.Keys().AddFlags(f, "sinks", "kind", "no_uploads", "name")
	f.Bool("json", false, "print the findings as JSON")
	siteFlags(f)
	return cmd
}

// A target is one sink to examine, with the folders that backups use there.
type target struct {
	url     *url.URL
	within  string // the prefix that the credential is limited to
	folders []string
	tenants []oneway.User
}

// doctor examines the sites and their sinks, and prints the findings.
func (a *app) doctor(ctx context.Context, o doctorOptions) error {
	runner, err := a.agent()
	if err != nil {
		return err
	}
	report := &view.DoctorReport{
		Version: 1, Agent: version, Host: runner.Host, At: time.Now().UTC().Truncate(time.Second), OK: true,
		Sites: []view.DoctorSite{}, Sinks: []view.DoctorSink{},
	}
	var targets []*target
	if o.sinksOnly(a.config) {
		targets, err = topFolders(a.config.Sinks, runner.Host)
	} else {
		targets, err = a.examineSites(ctx, runner, report, o.Arguments)
	}
	if err != nil {
		return err
	}
	for _, t := range targets {
		sink, err := a.examineSink(ctx, runner.Dirs, t, o.intrusive, report.At)
		if err != nil {
			return err
		}
		report.AddSink(sink)
	}
	if a.config.JSON {
		err = a.PrintJSON(report)
	} else {
		err = report.Print(a.Out, view.DoctorColumns(a.Out), a.config.Verbose, a.config.Quiet)
	}
	if err == nil && !report.OK {
		err = exit.Printed(manifest.Failed)
	}
	return err
}

// examineSites adds the sites to the report, and returns the sinks of their backups.
func (a *app) examineSites(ctx context.Context, runner *agent.Agent, report *view.DoctorReport, o sites.Arguments) ([]*target, error) {
	if err := o.Check(a.config); err != nil {
		return nil, err
	}
	chosen, err := sites.Choose(ctx, a.config, o)
	if err != nil {
		return nil, err
	}
	jobs, _, err := sites.Jobs(ctx, a.config, chosen.Entries)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, sites.NoSiteAnywhere()
	}
	var targets []*target
	found := runner.Examine(ctx, jobs)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for _, e := range found {
		report.AddSite(e)
		for _, place := range e.Sinks {
			i := slices.IndexFunc(targets, func(t *target) bool { return t.url.String() == place.URL.String() })
			if i < 0 {
				i, targets = len(targets), append(targets, &target{url: place.URL, within: place.Within})
			}
			t := targets[i]
			t.folders = append(t.folders, e.Folder)
			t.tenants = append(t.tenants, oneway.User{Name: e.Tenant, UID: e.Owner.UID, Groups: e.Owner.Groups})
		}
	}
	return targets, nil
}

// topFolders returns the sinks for which no site is known. Their canaries go into the top folder.
func topFolders(list []settings.Sink, host string) ([]*target, error) {
	var targets []*target
	for _, s := range list {
		text := strings.ReplaceAll(s.URL, "{host}", host)
		if strings.ContainsAny(text, "{}") {
			return nil, exit.Usage(fmt.Errorf("sink %s: the URL is different for each site; give a site's PATH", s.URL))
		}
		u, err := sinks.Parse(text)
		if err != nil {
			return nil, exit.Usage(err)
		}
		targets = append(targets, &target{url: u, within: strings.Trim(u.Path, "/"), folders: []string{""}})
	}
	return targets, nil
}

// examineSink examines one sink, and stores the result for --require-one-way.
func (a *app) examineSink(ctx context.Context, dirs state.Dirs, t *target, intrusive bool, at time.Time) (view.DoctorSink, error) {
	out := view.DoctorSink{URL: t.url.String(), Folders: t.folders, Rows: []sinks.Finding{}, At: at}
	if !a.config.Quiet && a.Terminal() {
		fmt.Fprintf(a.Err, "examining %s…\n", wordpress.Printable(sinks.Short(t.url.String())))
	}
	r, err := oneway.Examine(ctx, t.url, oneway.Options{Folders: t.folders, Within: &t.within, Intrusive: intrusive, Tenants: t.tenants})
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if err != nil {
		out.Rows = append(out.Rows, sinks.Finding{
			Check: "open", Verdict: sinks.Fails, Required: true, Detail: strings.TrimPrefix(err.Error(), "open "+sinks.Short(out.URL)+": "),
			Advice: "fix this first: no backup can be stored there",
		})
		return out, nil
	}
	out.URL, out.Store, out.Policy, out.Folder, out.Reached = r.URL, r.Store, r.Policy, r.Folder, r.Reached
	for _, f := range r.Findings {
		f.Detail = wordpress.Printable(f.Detail) // in JSON too, because the store chooses parts of the text
		out.Rows = append(out.Rows, f)
	}
	out.OK = r.Proven()
	out.OneWay = out.OK && !r.Folder
	if r.Folder {
		return out, nil
	}
	if out.Credential, err = dirs.Fingerprint(r.Credential); err != nil {
		return out, err
	}
	if !r.Reached {
		return out, nil // nothing was proven, so the earlier result stays until it expires
	}
	proof := state.OneWayProof{OneWay: out.OneWay, At: at, Agent: version, Folders: t.folders, Failing: out.Failing()}
	if err := dirs.KeepProof(r.Location, r.Credential, proof); err != nil {
		return out, errors.Join(err, errors.New("the result is not stored"))
	}
	return out, nil
}
