package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/drill"
	"github.com/wp-oneway/wp-oneway/agent/restore/serve"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/progress"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/view"
)

// drillOptions are the flags of drill.
type drillOptions struct {
	reading.Options
	site         string
	all          bool
	kind         string
	reports      string
	scratch      string
	defaultsFile string
	maxRatio     int64
	serve        bool
	core, php    string
	json         bool
}

func (a *app) drillCommand() *cobra.Command {
	var o drillOptions
	cmd := &cobra.Command{
		Use:   "drill --from URL --site NAME|--all",
		Short: "Rehearse a restore, check the result, and write a report",
		Long: `Rehearse a restore: restore the newest run of each kind into a scratch folder and a
scratch database, check the result, write a report, and remove the folder and database.

The checks are: every stored byte is unchanged; the number of rows of each table and the
number of files are those that the backup recorded; the address of the site, the files of
its active plugins and themes, and the tables of each sub-site exist.

No PHP code of the backup runs unless --serve is given. With it, PHP makes the front page of
the restored site, which must be a complete page. PHP is isolated: it has a user of its own,
no network, no mail, and sees nothing of this machine except installed programs. Where this
isolation is not possible, the drill is refused.

If MariaDB is installed, drill starts a private server without network and without events,
and restores the database there. With --db-defaults-file, it creates a new database with a
random name on that server; the account must be allowed to create databases and accounts.

Each report is stored as JSON, with its SHA-256, and as an HTML page that also lists the
earlier drills of the site.

Exit status: 0 all checks passed; 1 a check failed, or there is no backup; 2 wrong usage.`,
		Example: `  wp-oneway drill --from 's3://vault/{host}?profile=restore' --all --identity key.txt
  wp-oneway drill --from /var/backups/wp --site example.com --reports ./drills
  wp-oneway drill --from /var/backups/wp --all --serve --core ./core`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit.Usage(fmt.Errorf("drill takes no argument %q; choose the site with --site", args[0]))
			}
			return a.drill(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.FromFlag(f)
	o.KeyFlags(f)
	f.StringVar(&o.site, "site", "", "only the site with this `name`")
	f.BoolVar(&o.all, "all", false, "all sites")
	f.StringVar(&o.kind, "kind", "", "only runs of this `kind`: full, db or files")
	f.StringVar(&o.reports, "reports", "", "`folder` for the reports (default: drills in the state folder)")
	f.StringVar(&o.scratch, "scratch", "", "`folder` with space for the restored sites (default: the folder for temporary files)")
	f.StringVar(&o.defaultsFile, "db-defaults-file", "", "MySQL option `file` of a server to restore into, instead of a private one")
	f.Int64Var(&o.maxRatio, "max-ratio", 1000, "refuse streams of more than 1 GiB that unpack to more than `N` times their stored size")
	f.BoolVar(&o.serve, "serve", false, "also check that an isolated PHP makes the front page; this runs code of the backup")
	f.StringVar(&o.core, "core", "", "with --serve: `folder` that contains WordPress itself, or one folder per version of it")
	f.StringVar(&o.php, "php", "", "with --serve: the `program` of PHP (default: php in /usr/local/bin or /usr/bin)")
	f.BoolVar(&o.json, "json", false, "print the reports as JSON; see docs/drill.schema.json")
	return cmd
}

func (a *app) drill(ctx context.Context, o drillOptions) error {
	if o.all == (o.site != "") {
		return exit.Usage(errors.New("give --site NAME or --all"))
	}
	if !o.serve && (o.core != "" || o.php != "") {
		return exit.Usage(errors.New("--core and --php are for --serve; give --serve too"))
	}
	if o.serve && o.defaultsFile != "" {
		return exit.Usage(errors.New("--serve and --db-defaults-file exclude each other: code of the backup would reach that server; omit one of them"))
	}
	options := drill.Options{Version: version, MaxRatio: o.maxRatio, Scratch: o.scratch, Now: time.Now}
	if o.defaultsFile != "" {
		server, err := reading.DatabaseOf(o.defaultsFile)
		if err != nil {
			return err
		}
		options.Server = &server
	}
	if o.serve {
		php, err := serve.FindPHP(o.php)
		if err != nil {
			return err
		}
		options.Serve = &drill.Serving{PHP: php, Core: o.core}
	}
	if o.reports == "" {
		dirs, err := state.DefaultDirs()
		if err != nil {
			return err
		}
		o.reports = filepath.Join(dirs.State, "drills")
	}
	var err error
	if options.Reader, err = o.Open(ctx); err != nil {
		return err
	}
	chosen := verifyOptions{Runs: reading.Runs{Options: o.Options, Latest: true, Site: o.site, Kind: o.kind}}
	runs, err := a.runsToVerify(ctx, options.Reader.Store, chosen)
	if err != nil {
		return err
	}
	reports, err := a.drillAll(ctx, &o, runs, options)
	if o.json && len(reports) > 0 {
		if err := a.PrintJSON(map[string]any{"version": manifest.Version, "drills": reports}); err != nil {
			return err
		}
	}
	return err
}

// A savedReport is a report and the path of its file.
type savedReport struct {
	*drill.Report
	Saved  string `json:"saved"`
	SHA256 string `json:"sha256"`
}

// drillAll drills the runs one after the other. If one drill cannot be made, the others still
// are.
func (a *app) drillAll(ctx context.Context, o *drillOptions, runs []*catalog.Run, options drill.Options) (reports []savedReport, err error) {
	var failed error
	for _, run := range runs {
		bar := progress.NewDownload(a.Console, "drilling "+run.Site, run.Bytes())
		options.Reader.Stored = bar.Add
		report, err := drill.Run(ctx, run, options)
		bar.Close()
		if ctx.Err() != nil {
			return reports, context.Cause(ctx)
		}
		if err != nil {
			failed = exit.Printed(manifest.Failed)
			a.Report(ctx, fmt.Sprintf("drill %s: %v", run.Path(), err))
			continue
		}
		saved := savedReport{Report: report}
		if saved.Saved, saved.SHA256, err = report.Save(o.reports); err != nil {
			return reports, err
		}
		reports = append(reports, saved)
		if !o.json {
			if err := a.printDrill(saved); err != nil {
				return reports, err
			}
		}
		if !report.Passed {
			failed = exit.Printed(manifest.Failed)
		}
	}
	return reports, failed
}

// printDrill prints a report for people.
func (a *app) printDrill(r savedReport) error {
	var b strings.Builder
	result := "passed"
	if !r.Passed {
		result = "FAILED"
	}
	fmt.Fprintf(&b, "%s  %s, stored %s, restored in %s\n", result, r.Run, view.Age(r.Age()), r.Took().Round(time.Second))
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "  %-7s  %s: %s\n", c.Result, c.Name, c.Found)
		for _, p := range c.Problems {
			fmt.Fprintf(&b, "           %s\n", oneLine(p))
		}
	}
	for _, left := range r.Remaining {
		fmt.Fprintf(&b, "  not removed: %s\n", oneLine(left))
	}
	fmt.Fprintf(&b, "  report   %s (SHA-256 %s)\n", strings.TrimSuffix(r.Saved, ".json")+".html", r.SHA256)
	_, err := a.Out.Write([]byte(b.String()))
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}
