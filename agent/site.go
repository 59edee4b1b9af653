package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// backup runs one job and returns its report. refused is why the site does not get
// its name, or nil.
func (a *Agent) backup(ctx context.Context, job Job, refused error, names *roster, workers *source.Workers) manifest.SiteReport {
	report := manifest.SiteReport{Path: job.Place.Path, Name: job.Name, Kind: job.Kind, Started: a.Now().UTC()}
	recorded := false
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
		var err error
		if recorded, err = a.backupSite(ctx, job, &report, names, workers); err != nil {
			crash.Log(a.Log, err)
			report.Fail(err)
		}
	}
	report.Finished = a.Now().UTC()
	if job.DryRun || report.Status == manifest.Ignored {
		return report
	}
	a.remember(ctx, job, &report, recorded)
	if !recorded && report.Status != manifest.Locked {
		a.AfterSite(ctx, &report)
	}
	return report
}

// rememberTimeout bounds the time for the state and the history of a run that has ended.
const rememberTimeout = time.Minute

// remember adds a run to the history. If the run was not recorded, since it never had the
// site's lock, it is recorded as an attempt.
func (a *Agent) remember(ctx context.Context, job Job, report *manifest.SiteReport, recorded bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberTimeout)
	defer cancel()
	failed := report.Status != manifest.OK && report.Status != manifest.Incomplete
	id := ""
	if !recorded || failed {
		id = a.siteID(ctx, job)
	}
	if !recorded {
		attempt := *report
		attempt.Destinations = nil
		for _, name := range job.Destinations() {
			attempt.Destinations = append(attempt.Destinations, manifest.DestinationReport{Name: name, Status: report.Status, Error: report.Error})
		}
		if err := a.Dirs.RecordAttempt(ctx, id, &attempt, job.Selection.NoUploads, a.Now()); err != nil {
			a.Log.Warn("state not saved", "site", job.Name, "err", err)
		}
	}
	if failed {
		report.LastSuccess = a.lastSuccess(id, job)
	}
	if err := a.Dirs.AppendHistory(ctx, state.NewHistoryLine(report, job.Selection.NoUploads, a.Now())); err != nil {
		a.Log.Warn("history not written", "site", job.Name, "err", err)
	}
}

// lastSuccess is when a site was last backed up, nil for never.
func (a *Agent) lastSuccess(id string, job Job) *time.Time {
	site, err := a.Dirs.LoadSite(id)
	if err != nil {
		a.Log.Warn("the saved state cannot be used", "site", job.Name, "err", err)
	}
	if last := site.Runs[state.RunLabel(job.Kind, job.Selection.NoUploads)].Published; last != nil {
		return &last.Finished
	}
	return nil
}

// siteID is the ID of a job's site; of one that is not found, the ID that it had when it was
// backed up.
func (a *Agent) siteID(ctx context.Context, job Job) string {
	found, err := job.find(ctx)
	if err != nil {
		return a.Dirs.SiteAt(job.Place.Path)
	}
	return job.candidate(found.root, found.uid).ID
}

// backupSite takes the lock of a site, runs its backup, and records the result and, once
// the site is published, its name. recorded is false if the run ended before that.
func (a *Agent) backupSite(ctx context.Context, job Job, report *manifest.SiteReport, names *roster, workers *source.Workers) (recorded bool, err error) {
	defer crash.Recover(&err)
	if err := job.checkName(); err != nil {
		return false, err
	}
	site, err := job.locate(ctx)
	if err != nil {
		return false, err
	}
	candidate := job.candidate(site.root, site.uid)
	r := &run{agent: a, job: job, workers: workers, located: site, id: candidate.ID, report: report, log: a.Log.With("site", job.Name)}
	if r.targets, err = a.targets(ctx, job, site.owner, site.root, &names.roots); err != nil {
		return false, err
	}
	if job.DryRun {
		return false, r.plan(ctx)
	}
	unlock, locked, err := r.waitForLock(ctx)
	if err != nil {
		return false, fmt.Errorf("%s: %w", job.Place.Path, err)
	}
	defer unlock()
	if err := a.Dirs.CheckName(candidate, names.Resolution, a.Now()); err != nil {
		return false, err
	}
	if err = r.backup(ctx); err != nil {
		report.Fail(err)
	}
	r.retain(ctx, locked)
	r.state.Record(report, job.Selection.NoUploads, a.Now())
	r.state.UID = site.uid
	if slices.ContainsFunc(report.Destinations, func(d manifest.DestinationReport) bool { return d.Status == manifest.OK }) {
		// The run is over: the name is recorded even if it was cancelled at its end.
		if err := a.Dirs.Register(context.WithoutCancel(ctx), candidate, names.Resolution, a.Now()); err != nil {
			r.log.Warn("the site's name is not reserved", "err", err)
		}
	}
	if r.state.Published() || !isNoSite(err) {
		r.saveState() //nolint:contextcheck // also of a cancelled run
	}
	a.AfterSite(ctx, report)
	return true, err
}

// isNoSite reports whether there is no WordPress at the path. A mistyped path leaves no
// state.
func isNoSite(err error) bool {
	var refusal *wordpress.ConfigError
	return errors.As(err, &refusal) && refusal.Class == wordpress.NoConfig
}

// lockPause is how often a run that waits looks whether the lock is free.
const lockPause = 500 * time.Millisecond

// waitForLock is lock, and waits for another run of the site as long as the job allows. The
// report does not count the wait as time of the run.
func (r *run) waitForLock(ctx context.Context) (unlock func(), locked bool, err error) {
	unlock, locked, err = r.agent.lock(r.id, r.job.Name)
	if !errors.Is(err, manifest.ErrLocked) {
		return unlock, locked, err
	}
	if r.job.Wait == 0 {
		return nil, false, fmt.Errorf("%w; give --wait to wait for its end", err)
	}
	r.log.Warn("waiting for another run of this site to end")
	began := r.agent.Now()
	within, cancel := context.WithTimeout(ctx, r.job.Wait)
	defer cancel()
	for errors.Is(err, manifest.ErrLocked) {
		select {
		case <-within.Done():
			if errors.Is(within.Err(), context.Canceled) {
				return nil, false, context.Cause(ctx)
			}
			return nil, false, fmt.Errorf("%w; waited %s for it", err, r.agent.Now().Sub(began).Round(time.Second))
		case <-time.After(lockPause):
		}
		unlock, locked, err = r.agent.lock(r.id, r.job.Name)
	}
	r.report.Started = r.agent.Now().UTC()
	return unlock, locked, err
}

// lock takes the locks of a site and of its name: until a run is published, the name has no
// owner. On a file system without locks it continues without locks, with one warning; locked is
// then false.
func (a *Agent) lock(id, name string) (unlock func(), locked bool, err error) {
	var held []func()
	unlock = func() {
		for _, release := range held {
			release()
		}
	}
	locked = true
	for _, key := range []string{id, "name " + name} {
		release, err := a.Dirs.Lock(key)
		if errors.Is(err, state.ErrNoLocks) {
			a.noLocks.Do(func() { a.Log.Warn("continuing without locks", "err", err) })
			locked = false
		} else if err != nil {
			unlock()
			return nil, false, err
		}
		held = append(held, release)
	}
	return unlock, locked, nil
}

// saveState saves the site's state. An error does not affect the backup; the next run
// then starts without this state.
func (r *run) saveState() {
	if err := r.agent.Dirs.SaveSite(r.state); err != nil {
		r.log.Warn("state not saved", "err", err)
	}
}
