package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

func (a *app) doctorCommand() *cobra.Command {
	var all, intrusive bool
	cmd := &cobra.Command{
		Use:   "doctor [PATH…|--all] --to URL…",
		Short: "Prove that a credential is one-way, and that sites can be backed up",
		Long: `Prove by trying that a sink's credential can create objects and nothing else,
and look whether the sites can be read and their databases be dumped.

In each folder that a backup would use, an empty canary is created; then it is
created again, overwritten, read, listed, changed and deleted: all of that must be
denied. A canary stays, since nobody may delete it: the lifecycle rules that
wp-oneway policy prints remove it after a day. Nothing else is ever touched.
Changes of the bucket's settings are tried with bodies that cannot apply, at
stores that are known to refuse them (AWS, MinIO); elsewhere with --intrusive.

The verdict is remembered for backup --require-one-way, for 7 days.
Without PATH and sites in the configuration, only the sinks are examined.

Exit status: 0 everything that is required holds (warnings are shown); 1 something
does not hold, or could not be proven; 2 bad usage or configuration.`,
		Example: `  wp-oneway doctor /var/www/example.com --to 's3://vault/{host}?region=eu-central-1'
  wp-oneway doctor --all --json`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			return a.doctor(cmd.Context(), paths, all, intrusive)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "examine every site in the known places")
	f.BoolVar(&intrusive, "intrusive", false, "try changes of the bucket's settings at any store")
	f.StringArray("to", nil, "sink `URL`, may be repeated: a folder, s3://bucket/prefix?…")
	f.String("kind", "full", "what backups would hold: full, db or files")
	f.Bool("no-uploads", false, "backups would leave the uploads out")
	f.String("name", "", "the site's `name` in the sinks (default: from its path)")
	f.Bool("json", false, "print the findings as JSON")
	siteFlags(f)
	return cmd
}

// A ward is one sink to examine, and for whom.
type ward struct {
	url     *url.URL
	within  string // the prefix that the credential is for
	folders []string
	tenants []oneway.User
}

// doctor examines the sites and their sinks, and prints what it found.
func (a *app) doctor(ctx context.Context, paths []string, all, intrusive bool) error {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("find the host's name: %w", err)
	}
	dirs, err := state.DefaultDirs()
	if err != nil {
		return err
	}
	runner := &agent.Agent{Version: version, Host: host, Dirs: dirs, Log: a.log}
	report := &doctorReport{Version: 1, Agent: version, Host: host, At: time.Now().UTC().Truncate(time.Second), OK: true, Sites: []doctorSite{}, Sinks: []doctorSink{}}
	wards, err := a.wards(ctx, runner, report, paths, all)
	if err != nil {
		return err
	}
	for _, w := range wards {
		sink, err := a.examine(ctx, dirs, w, intrusive, report.At)
		if err != nil {
			return err
		}
		report.addSink(sink)
	}
	if a.config.GetBool("json") {
		err = a.printJSON(report)
	} else {
		err = report.print(a.io.out, width(a.io.out), a.config.GetBool("verbose"), a.config.GetBool("quiet"))
	}
	if err == nil && !report.OK {
		err = &exitError{code: 1}
	}
	return err
}

// wards examines the sites, and gathers where their backups would go.
func (a *app) wards(ctx context.Context, runner *agent.Agent, report *doctorReport, paths []string, all bool) ([]*ward, error) {
	s, err := a.load()
	if err != nil {
		return nil, usage(err)
	}
	if len(paths) == 0 && !all && len(s.Sites) == 0 && len(s.Sinks) > 0 {
		return sinksAlone(s.Sinks, runner.Host)
	}
	jobs, _, err := a.jobs(ctx, paths, all)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, fmt.Errorf("%w in the known places or below the configured roots; give its PATH", errNoSite)
	}
	var wards []*ward
	found := runner.Examine(ctx, jobs)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for _, e := range found {
		report.addSite(e)
		for _, place := range e.Sinks {
			i := slices.IndexFunc(wards, func(w *ward) bool { return w.url.String() == place.URL.String() })
			if i < 0 {
				i, wards = len(wards), append(wards, &ward{url: place.URL, within: place.Within})
			}
			w := wards[i]
			w.folders = append(w.folders, e.Folder)
			w.tenants = append(w.tenants, oneway.User{Name: e.Tenant, UID: e.Owner.UID, Groups: e.Owner.Groups})
		}
	}
	return wards, nil
}

// sinksAlone are sinks that no site is known for: canaries go to their top.
func sinksAlone(list []sinkSetting, host string) ([]*ward, error) {
	var wards []*ward
	for _, s := range list {
		text := strings.ReplaceAll(s.URL, "{host}", host)
		if strings.ContainsAny(text, "{}") {
			return nil, usage(fmt.Errorf("sink %s: it differs from site to site; give a site's PATH", s.URL))
		}
		u, err := sinks.Parse(text)
		if err != nil {
			return nil, usage(err)
		}
		wards = append(wards, &ward{url: u, within: strings.Trim(u.Path, "/"), folders: []string{""}})
	}
	return wards, nil
}

// examine tries one sink, and remembers what it found.
func (a *app) examine(ctx context.Context, dirs state.Dirs, w *ward, intrusive bool, at time.Time) (doctorSink, error) {
	out := doctorSink{URL: w.url.String(), Folders: w.folders, Rows: []agent.Row{}, at: at}
	if !a.config.GetBool("quiet") && a.io.terminal() {
		fmt.Fprintf(a.io.err, "examining %s…\n", short(w.url.String()))
	}
	r, err := oneway.Examine(ctx, w.url, oneway.Options{Folders: w.folders, Within: &w.within, Intrusive: intrusive, Tenants: w.tenants})
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if err != nil {
		out.Rows = append(out.Rows, agent.Row{
			Check: "open", Verdict: agent.RowFails, Required: true, Detail: strings.TrimPrefix(err.Error(), "open "+short(out.URL)+": "),
			Advice: "no backup can be stored there before this is mended",
		})
		return out, nil
	}
	out.URL, out.Store, out.Policy, out.Folder, out.Reached = r.URL, r.Store, r.Policy, r.Folder, r.Reached
	for _, f := range r.Findings {
		out.Rows = append(out.Rows, agent.Row{
			Check: f.Check, Verb: f.Verb, Folder: f.Folder, Verdict: string(f.Verdict), Required: f.Required,
			Detail: wordpress.Printable(f.Detail), Advice: f.Advice,
		})
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
		return out, nil // nothing was proven: what is remembered stands until it is too old
	}
	v := state.Verdict{OneWay: out.OneWay, At: at, Agent: version, Folders: w.folders, Failing: out.failing()}
	if err := dirs.KeepVerdict(r.URL, r.Credential, v); err != nil {
		return out, errors.Join(err, errors.New("the verdict is not remembered"))
	}
	return out, nil
}
