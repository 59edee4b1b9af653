package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// backup runs one job and returns its report. refused is why the site does not get
// its name, or nil.
func (a *Agent) backup(ctx context.Context, job Job, refused error, names *roster) manifest.SiteReport {
	report := manifest.SiteReport{Path: job.Place.Path, Name: job.Name, Kind: job.Kind, Started: a.Now().UTC()}
	switch {
	case ctx.Err() != nil: // cancelled before its turn
		report.Fail(context.Cause(ctx))
	case job.Ignore != "":
		report.Status = manifest.Ignored
	case refused != nil:
		report.Fail(refused)
	default:
		if job.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeoutCause(ctx, job.Timeout, fmt.Errorf("the run took longer than %s (limits.timeout)", job.Timeout))
			defer cancel()
		}
		if err := a.backupSite(ctx, job, &report, names); err != nil {
			crash.Log(a.Log, err)
			report.Fail(err)
		}
	}
	report.Finished = a.Now().UTC()
	return report
}

// backupSite takes the lock of a site, runs its backup, and records the result and, once
// the site is published, its name.
func (a *Agent) backupSite(ctx context.Context, job Job, report *manifest.SiteReport, names *roster) (err error) {
	defer crash.Recover(&err)
	if err := job.checkName(); err != nil {
		return err
	}
	site, err := job.locate(ctx)
	if err != nil {
		return err
	}
	candidate := job.candidate(site.root, site.uid)
	r := &run{agent: a, job: job, located: site, id: candidate.ID, report: report, log: a.Log.With("site", job.Name)}
	if r.targets, err = a.targets(ctx, job, site.owner, site.root, names.roots); err != nil {
		return err
	}
	if job.DryRun {
		return r.plan(ctx)
	}
	unlock, err := a.lock(r.id, job.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", job.Place.Path, err)
	}
	defer unlock()
	if err := a.Dirs.CheckName(candidate, names.Resolution, a.Now()); err != nil {
		return err
	}
	if err = r.backup(ctx); err != nil {
		report.Fail(err)
	}
	r.state.Record(report, job.Selection.NoUploads, a.Now())
	r.state.UID = site.uid
	if slices.ContainsFunc(report.Destinations, func(d manifest.DestinationReport) bool { return d.Status == manifest.OK }) {
		// The run is over: the name is recorded even if it was cancelled at its end.
		if err := a.Dirs.Register(context.WithoutCancel(ctx), candidate, names.Resolution, a.Now()); err != nil {
			r.log.Warn("the site's name is not reserved", "err", err)
		}
	}
	if r.state.Published() || !isNoSite(err) {
		r.saveState()
	}
	return err
}

// isNoSite reports whether there is no WordPress at the path. A mistyped path leaves no
// state.
func isNoSite(err error) bool {
	var refusal *wordpress.ConfigError
	return errors.As(err, &refusal) && refusal.Class == wordpress.NoConfig
}

// lock takes the locks of a site and of its name: until a run is published, the name has
// no owner. On a file system without locks it goes on without, with one warning.
func (a *Agent) lock(id, name string) (unlock func(), err error) {
	var held []func()
	unlock = func() {
		for _, release := range held {
			release()
		}
	}
	for _, key := range []string{id, "name " + name} {
		release, err := a.Dirs.Lock(key)
		if errors.Is(err, state.ErrNoLocks) {
			a.noLocks.Do(func() { a.Log.Warn("going on without locks", "err", err) })
		} else if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, release)
	}
	return unlock, nil
}

// saveState saves the site's state. An error does not affect the backup; the next run
// then starts without this state.
func (r *run) saveState() {
	if err := r.agent.Dirs.SaveSite(r.state); err != nil {
		r.log.Warn("state not saved", "err", err)
	}
}
