package schedules

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// A dueTime holds the times of an installed schedule, and what the schedule backs up.
type dueTime struct {
	settings.Schedule
	interval time.Duration
	next     time.Time
}

// SetDue sets, for each series, how often a run is due and when the next run is, from the
// installed schedules.
func SetDue(ctx context.Context, c *settings.Configuration, log *slog.Logger, all []state.Series, now time.Time) {
	markDue(c, all, dueTimes(ctx, c, log, now))
}

// markDue sets, for each series, how often a run is due and when the next run is. It uses the
// installed schedules that back up the site and kind of the series: the shortest interval and the
// earliest time.
func markDue(c *settings.Configuration, all []state.Series, due []dueTime) {
	for i := range all {
		s := &all[i]
		for _, d := range due {
			if !isFor(c, d.Schedule, s) {
				continue
			}
			if s.Interval == 0 || d.interval < s.Interval {
				s.Interval = d.interval
			}
			if s.Next.IsZero() || d.next.Before(s.Next) {
				s.Next = d.next
			}
		}
	}
}

// isFor reports whether a schedule makes the runs of a series.
func isFor(c *settings.Configuration, d settings.Schedule, s *state.Series) bool {
	kind, _, _ := strings.Cut(s.Kind, "-")
	wanted := d.Kind
	if wanted == "" {
		wanted = c.KindOf(s.Path)
	}
	if kind != wanted {
		return false
	}
	return len(d.Sites) == 0 || slices.ContainsFunc(d.Sites, func(site string) bool {
		if !filepath.IsAbs(site) {
			return site == settings.AllSites || slices.Contains(c.PathsOf(site), s.Path)
		}
		matched, err := filepath.Match(site, s.Path)
		return site == s.Path || matched && err == nil
	})
}

// dueTimes returns the times of the installed schedules. It leaves out a schedule that cannot be
// read, because the files for monitoring matter more than the times in them.
func dueTimes(ctx context.Context, c *settings.Configuration, log *slog.Logger, now time.Time) (due []dueTime) {
	host, err := Host(false)
	if err != nil {
		log.Debug("the schedules are not known", "err", err)
		return nil
	}
	installed, err := host.Installed(ctx)
	if err != nil {
		log.Debug("the schedules are not known", "err", err)
		return nil
	}
	for _, i := range installed {
		d, err := dueTimeOf(ctx, c, i, now)
		if err != nil {
			log.Debug("the times of a schedule are not known", "schedule", i.Name, "err", err)
			continue
		}
		due = append(due, d)
	}
	return due
}

func dueTimeOf(ctx context.Context, c *settings.Configuration, i schedule.Installed, now time.Time) (d dueTime, err error) {
	if d.Schedule, err = c.Schedule(i.Name); err != nil {
		return d, err
	}
	times, err := schedule.ParseTimes(i.When)
	if err != nil {
		return d, err
	}
	if d.interval, err = schedule.Interval(ctx, schedule.Exec, times, now); err != nil {
		return d, err
	}
	next, err := schedule.Elapses(ctx, schedule.Exec, times, now, 1)
	if err != nil {
		return d, err
	}
	d.next = next[0]
	return d, nil
}
