package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/metrics"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/status"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
)

// tellTimeout bounds the time for each file. The folders can be on a dead network file
// system.
const tellTimeout = time.Minute

// tellMachines writes the files for monitoring after a backup. A file that cannot be written
// is a warning and keeps its old content, which monitoring sees by its age.
func (a *app) tellMachines(ctx context.Context, runner *agent.Agent) {
	if path := a.config.Metrics.Textfile; path != "" {
		a.tellMachine(ctx, "metrics.textfile", func(ctx context.Context) error { return a.writeMetrics(ctx, runner.Dirs, path) })
	}
	if path := a.config.Status.File; path != "" {
		a.tellMachine(ctx, "status.file", func(ctx context.Context) error { return a.writeStatus(ctx, runner, path) })
	}
}

// tellMachine writes the file of a key.
func (a *app) tellMachine(ctx context.Context, key string, write func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- write(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = fmt.Errorf("no result after %s", tellTimeout)
	}
	if err != nil {
		a.Log.Warn(key+" is not up to date; monitoring will see old values", "err", err)
	}
}

// series are the results of the last runs, without those of ignored sinks, and with the
// schedules.
func (a *app) series(ctx context.Context, dirs state.Dirs, now time.Time) ([]state.Series, error) {
	all, err := dirs.Series(now)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s state.Series) bool {
		return slices.Contains(a.config.Status.Ignore, s.Destination)
	})
	a.setDue(all, a.dueTimes(ctx, now))
	return all, nil
}

// writeMetrics replaces the textfile with what the state says. The lock keeps a process with
// an older state from replacing the file of a newer one.
func (a *app) writeMetrics(ctx context.Context, dirs state.Dirs, path string) error {
	unlock, err := dirs.Exclusive(ctx, "metrics")
	if err != nil {
		return err
	}
	defer unlock()
	series, err := a.series(ctx, dirs, time.Now())
	if err != nil {
		return err
	}
	text, err := metrics.Text(version, series)
	if err != nil {
		return err
	}
	return output.Replace(path, text, 0o644, -1)
}

// writeStatus replaces the status file.
func (a *app) writeStatus(ctx context.Context, runner *agent.Agent, path string) error {
	gid, err := a.config.Status.GID()
	if err != nil {
		return err
	}
	unlock, err := runner.Dirs.Exclusive(ctx, "status")
	if err != nil {
		return err
	}
	defer unlock()
	report, err := a.readStatus(ctx, runner)
	if err != nil {
		return err
	}
	report.Public()
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("write the status: %w", err)
	}
	mode := fs.FileMode(0o600)
	if gid >= 0 {
		mode = 0o640
	}
	return output.Replace(path, append(text, '\n'), mode, gid)
}

// readStatus is the status by the state folder and a search for sites.
func (a *app) readStatus(ctx context.Context, runner *agent.Agent) (*status.Report, error) {
	config, err := settings.Load(pflag.NewFlagSet("", pflag.ContinueOnError), a.config.Path)
	if err != nil {
		return nil, err
	}
	a = &app{Console: a.Console, config: config} // the flags of a backup are about its sites only
	chosen, err := sites.Search(ctx, a.config, nil)
	if err != nil {
		return nil, err
	}
	jobs, _, err := sites.Jobs(a.config, chosen.Entries)
	if err != nil {
		return nil, err
	}
	roll := runner.Roll(ctx, jobs)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sites []status.Site
	ignored := map[string]bool{}
	for i, s := range roll.Sites {
		if s.Status == agent.LeftOut {
			ignored[s.ID], ignored[s.Path] = true, true
			continue
		}
		site := status.Site{ID: s.ID, Name: s.Name, Path: s.Path, Problem: s.Reason}
		if set, err := a.config.Site(chosen.Entries[i].Keys); err == nil && len(set.Sinks) > 0 {
			site.Destinations = slices.DeleteFunc(jobs[i].Destinations(), func(name string) bool { return slices.Contains(a.config.Status.Ignore, name) })
		}
		sites = append(sites, site)
	}
	series, err := a.series(ctx, runner.Dirs, roll.Time)
	if err != nil {
		return nil, err
	}
	series = slices.DeleteFunc(series, func(s state.Series) bool { return ignored[s.ID] || ignored[s.Path] })
	report := status.New(series, sites, roll.Time)
	report.Agent, report.Host, report.Missing = version, runner.Host, chosen.Missing
	return report, nil
}
