package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/status"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/monitoring"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/cmd/view"
)

// statusOptions are the arguments and flags of status.
type statusOptions struct {
	sites   []string
	json    bool
	maxAge  time.Duration
	file    string
	history string
	plugin  func() bool // status runs as a monitoring plugin
}

func (a *app) statusCommand() *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status [SITE…]",
		Short: "Show when each site was last backed up",
		Long: `For each site, kind of backup and sink, show the last successful backup, and list
problems. SITE is a site's name or path. Sites that wp-oneway sites finds and that were
never backed up are critical. Runs that did not get the lock, or were refused, are
shown as attempts.

With --max-age, status is a plugin for Nagios and Icinga. It prints one line with
performance data. Its exit status is 0 if no backup is older than this age, 1 if a backup
is partial or a later run failed, 2 if a backup is too old or missing, 3 if the status
could not be read. A backup dated in the future is a warning: the clock was set back.

Only its owner can read the state folder. With status.file in the configuration, backup
writes a copy without paths and errors, which the group in status.group can read. --file
reads this copy.

Exit status without --max-age: 0 the status was read; 1 it could not be read; 2 wrong usage or
configuration.`,
		Example: `  wp-oneway status
  wp-oneway status --max-age 26h
  wp-oneway status --max-age 26h --file /var/lib/wp-oneway-status/status.json
  wp-oneway status --history shop.example.com`,
		RunE: func(cmd *cobra.Command, sites []string) error {
			o.sites = sites
			return a.plugin(&o, a.status(cmd.Context(), &o))
		},
	}
	o.plugin = func() bool { return cmd.Flags().Changed("max-age") }
	// A plugin that fails before it has read the status must report "unknown", not a status.
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error { return a.plugin(&o, a.preRun(cmd, args)) }
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return a.plugin(&o, flagError(cmd, err)) })
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.DurationVar(&o.maxAge, "max-age", 0, "act as a monitoring plugin: the maximum `age` of the last backup, such as 26h")
	f.StringVar(&o.file, "file", "", "read the status `file` instead of the state folder")
	f.StringVar(&o.history, "history", "", "draw the sizes and durations of the runs of this `site`")
	return cmd
}

// plugin prints an error as the line of a monitoring plugin, and returns its exit status. If
// status does not run as a plugin, it returns err unchanged.
func (a *app) plugin(o *statusOptions, err error) error {
	if err == nil || !o.plugin() || exit.HasCode(err) {
		return err
	}
	fmt.Fprintln(a.Out, status.UnknownLine(err))
	return exit.WithCode(status.Unknown.ExitCode())
}

func (a *app) status(ctx context.Context, o *statusOptions) error {
	switch {
	case o.plugin() && o.maxAge <= 0:
		return exit.Usage(fmt.Errorf("--max-age %s: must be more than 0, such as 26h", o.maxAge))
	case o.history != "" && (len(o.sites) > 0 || o.plugin() || o.file != ""):
		return exit.Usage(errors.New("--history cannot be combined with SITE, --max-age and --file; remove them"))
	case o.history != "":
		return a.history(ctx, o)
	}
	report, err := a.currentStatus(ctx, o)
	if err != nil {
		return err
	}
	if len(report.Backups) == 0 && len(report.Missing) == 0 {
		return sites.NoSiteAnywhere()
	}
	if err := report.Only(o.sites); err != nil {
		return exit.Usage(err)
	}
	report.Judge(o.maxAge)
	switch {
	case o.json:
		err = a.PrintJSON(report)
	case o.plugin():
		_, err = fmt.Fprintln(a.Out, report.Plugin(o.maxAge))
	default:
		err = view.Status(a.Out, report)
	}
	if err == nil && o.plugin() && report.Level != status.OK {
		return exit.WithCode(report.Level.ExitCode())
	}
	return err
}

// currentStatus reads the status file if a flag names one, or if this account has no state and
// the configuration names one. Otherwise it reads the state folder.
func (a *app) currentStatus(ctx context.Context, o *statusOptions) (*status.Report, error) {
	runner, err := a.agent()
	if err != nil {
		return nil, err
	}
	file := o.file
	if file == "" && !hasState(runner) {
		file = a.config.Status.File
	}
	if file != "" {
		return readStatusFile(file, time.Now())
	}
	return monitoring.Status(ctx, a.config, a.Log, runner)
}

// hasState reports whether this account has backed up anything.
func hasState(runner *agent.Agent) bool {
	_, err := os.Stat(runner.Dirs.State)
	return err == nil
}

// maxStatusFile is the maximum size of a status file, in bytes.
const maxStatusFile = 64 << 20

// readStatusFile reads a status file. Ages in it are relative to now.
func readStatusFile(path string, now time.Time) (*status.Report, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the status file %s: it does not exist; set status.file, and run a backup", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the status file: %w", err)
	}
	defer f.Close()
	var report status.Report
	if err := json.NewDecoder(io.LimitReader(f, maxStatusFile)).Decode(&report); err != nil || report.Version != manifest.Version {
		return nil, fmt.Errorf("read the status file %s: it is not a status file of version %d", path, manifest.Version)
	}
	report.Time = now.UTC()
	return &report, nil
}

// history draws the runs of a site.
func (a *app) history(ctx context.Context, o *statusOptions) error {
	dirs, err := state.DefaultDirs()
	if err != nil {
		return err
	}
	lines, err := dirs.History(ctx, func(l *state.HistoryLine) bool { return l.Site == o.history || l.Path == o.history })
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return exit.Usage(fmt.Errorf("site %q: the history has no run of it; see wp-oneway status for the names", o.history))
	}
	if o.json {
		return a.PrintJSON(struct {
			Version int                 `json:"version"`
			Runs    []state.HistoryLine `json:"runs"`
		}{manifest.Version, lines})
	}
	return view.History(a.Out, lines)
}
