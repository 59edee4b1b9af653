// Package monitoring writes the files from which monitoring systems read the state of the
// backups.
package monitoring

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/metrics"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/status"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/cmd/schedules"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
)

// tellTimeout limits the time for writing each file: its folder can be on a network file system
// that does not answer.
const tellTimeout = time.Minute

// Write writes the files for monitoring after a backup. If it cannot write a file, it logs a
// warning. The file then keeps its old content, and monitoring notices its age.
func Write(ctx context.Context, c *settings.Configuration, log *slog.Logger, runner *agent.Agent) {
	m := &monitor{c, log}
	if path := c.Metrics.Textfile; path != "" {
		m.tellMachine(ctx, "metrics.textfile", func(ctx context.Context) error { return m.writeMetrics(ctx, runner, path) })
	}
	if path := c.Status.File; path != "" {
		m.tellMachine(ctx, "status.file", func(ctx context.Context) error { return m.writeStatus(ctx, runner, path) })
	}
}

// tellMachine writes the file that a key names.
func (m *monitor) tellMachine(ctx context.Context, key string, write func(context.Context) error) {
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
		m.log.Warn(key+" is not up to date; monitoring will see old values", "err", err)
	}
}

// series returns the results of the last runs, with the schedules, and without those of ignored
// sinks.
func (m *monitor) series(ctx context.Context, dirs state.Dirs, now time.Time) ([]state.Series, error) {
	all, err := dirs.Series(now)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s state.Series) bool {
		return slices.Contains(m.config.Status.Ignore, s.Destination)
	})
	schedules.SetDue(ctx, m.config, m.log, all, now)
	return all, nil
}

// writeMetrics replaces the textfile with the metrics of the current state. A lock prevents a
// process with an older state from replacing the file of a newer one.
func (m *monitor) writeMetrics(ctx context.Context, runner *agent.Agent, path string) error {
	unlock, err := runner.Dirs.Exclusive(ctx, "metrics")
	if err != nil {
		return err
	}
	defer unlock()
	series, err := m.series(ctx, runner.Dirs, time.Now())
	if err != nil {
		return err
	}
	text, err := metrics.Text(runner.Version, series)
	if err != nil {
		return err
	}
	return output.Replace(path, text, 0o644, -1)
}

// writeStatus replaces the status file.
func (m *monitor) writeStatus(ctx context.Context, runner *agent.Agent, path string) error {
	gid, err := m.config.Status.GID()
	if err != nil {
		return err
	}
	unlock, err := runner.Dirs.Exclusive(ctx, "status")
	if err != nil {
		return err
	}
	defer unlock()
	report, err := m.readStatus(ctx, runner)
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

// Status returns the status, from the state folder and a search for sites.
func Status(ctx context.Context, c *settings.Configuration, log *slog.Logger, runner *agent.Agent) (*status.Report, error) {
	return (&monitor{c, log}).readStatus(ctx, runner)
}

// A monitor writes the files for monitoring.
type monitor struct {
	config *settings.Configuration
	log    *slog.Logger
}

// readStatus returns the status, from the state folder and a search for sites.
func (m *monitor) readStatus(ctx context.Context, runner *agent.Agent) (*status.Report, error) {
	config, err := m.config.WithoutFlags() // the flags of a backup apply to its own sites only
	if err != nil {
		return nil, err
	}
	m = &monitor{config, m.log}
	chosen, err := sites.Search(ctx, m.config, nil)
	if err != nil {
		return nil, err
	}
	jobs, sets, err := sites.Jobs(ctx, m.config, chosen.Entries)
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
		if len(sets[i].Sinks) > 0 {
			site.Destinations = slices.DeleteFunc(jobs[i].Destinations(), func(name string) bool { return slices.Contains(m.config.Status.Ignore, name) })
		}
		sites = append(sites, site)
	}
	series, err := m.series(ctx, runner.Dirs, roll.Time)
	if err != nil {
		return nil, err
	}
	series = slices.DeleteFunc(series, func(s state.Series) bool { return ignored[s.ID] || ignored[s.Path] })
	report := status.New(series, sites, roll.Time)
	report.Agent, report.Host, report.Missing = runner.Version, runner.Host, chosen.Missing
	return report, nil
}
