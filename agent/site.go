package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// errUsage marks what the operator has to change before a run can begin.
var errUsage = errors.New("usage")

// usageError is an errUsage with a message of its own.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// Is makes it an errUsage.
func (e *usageError) Is(target error) bool { return target == errUsage }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// unconfigured is why a site is left out that was found by a search alone.
const unconfigured = "WordPress is not installed there: there is no wp-config.php"

// backup is one site's part of an invocation, from its lock to its report.
func (a *Agent) backup(ctx context.Context, job Job, refused error, names *contest) SiteReport {
	report := SiteReport{Path: job.Place.Path, Name: job.Name, Kind: job.Kind, Started: a.Now().UTC()}
	switch {
	case ctx.Err() != nil: // given up before its turn
		report.fail(context.Cause(ctx))
	case job.Ignore != "":
		report.Status = Ignored
	case refused != nil:
		report.fail(refused)
	default:
		if job.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeoutCause(ctx, job.Timeout, fmt.Errorf("the run took longer than %s (limits.timeout)", job.Timeout))
			defer cancel()
		}
		if err := a.backupSite(ctx, job, &report, names); err != nil {
			logCrash(a.Log, err)
			report.fail(err)
		}
	}
	report.Finished = a.Now().UTC()
	return report
}

// fail notes why the site failed.
func (r *SiteReport) fail(err error) {
	r.Error = reportError(err)
	switch {
	case errors.Is(err, errUsage):
		r.Status = Refused
	case errors.Is(err, ErrLocked):
		r.Status = Locked
	default:
		r.Status = Failed
	}
}

func (a *Agent) backupSite(ctx context.Context, job Job, report *SiteReport, names *contest) (err error) {
	defer catch(&err)
	if !site.ValidName(job.Name) {
		return usagef("name %q: must be 1 to 100 of a-z, 0-9, '.', '_' and '-', and begin with a letter or a digit; give one with --name", job.Name)
	}
	site, err := job.locate()
	if err != nil {
		return err
	}
	r := &run{agent: a, job: job, located: site, report: report, log: a.Log.With("site", job.Name)}
	if r.targets, err = a.targets(job, site.owner, site.root, names.served); err != nil {
		return err
	}
	if job.DryRun {
		return r.plan(ctx)
	}
	unlock, err := a.Dirs.lock(site.identity)
	if err != nil {
		return fmt.Errorf("%s: %w", job.Place.Path, err)
	}
	defer unlock()
	if err := a.Dirs.claim(claimant{job: &job, id: site.identity, uid: site.owner.UID}, names.names, a.Now()); err != nil {
		return err
	}
	if err = r.backup(ctx); err != nil {
		report.fail(err)
	}
	if err := a.Dirs.remember(r.state, &job, report, a.Now()); err != nil {
		// The backup stands; only its successor will not know of it.
		r.log.Warn("state not kept", "err", err)
	}
	return err
}
