package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/monitoring"
	"github.com/wp-oneway/wp-oneway/cmd/process"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// backupHelp is the help of the command backup.
const backupHelp = `Back up sites: the database as SQL and the files as tar, both at once, each
compressed, sealed (encrypted) if there is a recipient, and streamed to every sink.
The manifest is stored last: a backup is complete only if its manifest exists.

Without PATH and --all, the configured sites are backed up. Without --to, and
without configured sinks, backups go to ~/backups. In a URL, {host},
{kind}, {site} and {owner} stand for the host's name, the kind of backup, and the
site's name and owner.

Every flag except --all and --schedule is also a key of the configuration, with
underscores, and an environment variable: --no-uploads is no_uploads and
WP_ONEWAY_NO_UPLOADS. These have other names: --to is sinks, --recipient is
encryption.age_recipients, --recipients-file is encryption.recipients_file, and
--passphrase-file is encryption.passphrase_file. --config is only WP_ONEWAY_CONFIG.
wp-oneway config generate prints all keys, including those without a flag, such as
limits.sites, the number of sites that are backed up at the same time.

With --keep-last and the other keep rules, backup removes old backups of the site and
kind from folders, as wp-oneway prune does. It removes nothing from a bucket.

With --require-one-way, a sink is refused unless doctor has found it one-way with this
credential in the last 7 days. A refused sink counts as a failed destination; nothing
is sent to it. A folder is never one-way.

If another run holds the lock of a site, that site is not backed up. With --wait or
--wait=30m, backup waits for the lock. It does not start another site in its place.

Exit status: 0 every site is backed up completely; 3 stored, but part of a site could
not be read; 1 a site or a destination failed, or no site was found;
2 wrong usage or configuration; 75 another run of the site holds the lock.`

// parameterHelp returns the description of the parameters of sink URLs.
func parameterHelp() string {
	var text strings.Builder
	all := sinks.Params()
	for _, scheme := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "\n\nParameters of %s:// URLs, as in %s://bucket/prefix?name=value&name=value:\n", scheme, scheme)
		for _, p := range all[scheme] {
			fmt.Fprintf(&text, "\n    %-17s %s", p.Name, p.Help)
		}
	}
	return text.String()
}

func (a *app) backupCommand() *cobra.Command {
	var o sites.Arguments
	cmd := &cobra.Command{
		Use:   "backup [PATH…|--all|--schedule NAME] --to URL…",
		Short: "Back up sites into one or more sinks",
		Long:  backupHelp + parameterHelp(),
		Example: `  wp-oneway backup /var/www/example.com --to 's3://vault/{host}?region=eu-central-1'
  wp-oneway backup /srv/shop/web --kind db --to /var/backups/wp
  wp-oneway backup --all --to s3://vault --recipient age1…`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.Paths = paths
			return a.backup(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.All, "all", false, "back up every site below the configured roots or in the known places, and the configured sites")
	f.StringVar(&o.Schedule, "schedule", "", "back up the sites and the kind of the schedule with this `name`: see wp-oneway schedule")
	settings.Keys().AddFlags(f, "sinks", "kind", "no_uploads", "with_core", "include", "exclude", "no_default_excludes", "compression", "level",
		"encryption.age_recipients", "encryption.recipients_file", "encryption.passphrase_file", "name", "require_one_way", "wait", "dry_run", "json")
	f.Lookup("wait").NoOptDefVal = "true"
	settings.Keys().AddFlags(f, settings.KeepFlags()...)
	dumpFlags(f)
	siteFlags(f)
	return cmd
}

// backup runs the hooks, backs up the chosen sites, prints the result and notifies.
func (a *app) backup(ctx context.Context, o sites.Arguments) error {
	around, err := a.newAround(ctx)
	if err != nil {
		return err
	}
	report, err := around.start(ctx)
	if err == nil {
		report, err = a.backupSites(ctx, o, around)
	}
	if report == nil {
		report = around.unstarted(err)
	}
	around.finish(ctx, report)
	if err == nil && report.Status.ExitCode() != 0 {
		err = exit.Printed(report.Status)
	}
	return err
}

// backupSites backs up the chosen sites and prints the result. If it returns no report, no site
// was tried.
func (a *app) backupSites(ctx context.Context, o sites.Arguments, around *around) (*manifest.Report, error) {
	if o.Schedule != "" {
		var err error
		if o, err = sites.Scheduled(ctx, a.config, o); err != nil {
			return nil, err
		}
	}
	if err := o.Check(a.config); err != nil {
		return nil, err
	}
	if err := a.giveWay(ctx); err != nil {
		return nil, err
	}
	chosen, err := sites.Choose(ctx, a.config, o)
	if err != nil {
		return nil, err
	}
	jobs, sets, err := sites.Jobs(ctx, a.config, chosen.Entries)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 && len(chosen.Missing) == 0 {
		return nil, sites.NoSiteAnywhere()
	}
	plan, err := a.planMemory(jobs, sets)
	if err != nil {
		return nil, err
	}
	process.LimitMemory(plan.Soft)
	runner, err := a.agent()
	if err != nil {
		return nil, err
	}
	if !a.config.DryRun {
		if err := runner.Dirs.Make(); err != nil {
			return nil, err // without state, a run could take the name of another site
		}
	}
	named := map[string]settings.Site{}
	for i, job := range jobs {
		named[job.Name] = sets[i]
	}
	runner.Keeper = settings.NewKeeper(a.config, named)
	shown := progress.New(a.Console, a.config.Verbose)
	runner.Sites, runner.PoolBlocks, runner.Bandwidth = plan.Sites, plan.Blocks, int64(a.config.Limits.Bandwidth)
	runner.Progress, runner.Finished = shown.Update, shown.SiteDone
	runner.BeforeSite, runner.AfterSite = around.beforeSite, around.afterSite
	shown.WarnUnsealed(jobs)
	shown.WarnUnsearched(chosen)
	report := runner.Backup(ctx, jobs)
	chosen.FailMissing(report)
	if !a.config.DryRun {
		monitoring.Write(ctx, a.config, a.Log, runner)
	}
	shown.Close()
	if a.config.JSON {
		return report, a.printReport(report)
	}
	return report, nil
}

// giveWay lowers the priority of the process, and waits while the load of the host is too high.
func (a *app) giveWay(ctx context.Context) error {
	if err := process.LowerPriority(a.config.Limits.Nice); err != nil {
		a.Log.Warn("the backup runs with an unchanged priority: " + err.Error())
	}
	if err := process.LowerIOPriority(a.config.Limits.IONice); err != nil {
		a.Log.Warn("the backup reads with an unchanged priority: " + err.Error())
	}
	return process.WaitForLoad(ctx, a.config.Limits.Load, func(text string) { a.Log.Warn(text) })
}

func (a *app) printReport(report *manifest.Report) error {
	text, err := report.JSON()
	if err == nil {
		_, err = a.Out.Write(append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}

// agent returns an agent with this host's name and state.
func (a *app) agent() (*agent.Agent, error) {
	dirs, err := state.DefaultDirs()
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read the host's name: %w", err)
	}
	return &agent.Agent{Version: version, Host: host, Dirs: dirs, Log: a.Log}, nil
}

// planMemory returns the memory plan for the configuration. It tells the user if the plan has
// fewer sites than limits.sites.
func (a *app) planMemory(jobs []agent.Job, sets []settings.Site) (process.MemoryPlan, error) {
	limits, streams := a.config.Limits, 1
	if slices.ContainsFunc(jobs, func(j agent.Job) bool { return j.Kind == manifest.Full }) {
		streams = 2
	}
	dense := slices.ContainsFunc(sets, func(s settings.Site) bool { return s.Compression == "zstd" && s.Level >= process.DenseLevel })
	plan, err := process.PlanMemory(int64(limits.Memory), limits.Sites, streams, dense)
	if err != nil {
		return plan, exit.Usage(fmt.Errorf("%s: %w", a.config.At("limits.memory"), err))
	}
	if plan.Sites < limits.Sites {
		a.Log.Warn("fewer sites at the same time than limits.sites, to stay within limits.memory", "sites", plan.Sites)
	}
	return plan, nil
}
