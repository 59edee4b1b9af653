package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress"
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
func (a *Agent) backup(ctx context.Context, job Job, refused error, names map[string]string) SiteReport {
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

func (a *Agent) backupSite(ctx context.Context, job Job, report *SiteReport, names map[string]string) (err error) {
	defer catch(&err)
	if !wordpress.ValidName(job.Name) {
		return usagef("name %q: must be 1 to 100 of a-z, 0-9, '.', '_' and '-', and begin with a letter or a digit; give one with --name", job.Name)
	}
	site, err := job.locate()
	if err != nil {
		return err
	}
	r := &run{agent: a, job: job, located: site, report: report, log: a.Log.With("site", job.Name)}
	if r.targets, err = a.targets(job, site.owner, site.root); err != nil {
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
	if err := a.Dirs.claim(claimant{job: &job, id: site.identity, uid: site.owner.UID}, names, a.Now()); err != nil {
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

// A target is where a job's objects go, before anything is sent.
type target struct {
	url  string // as shown
	dir  string // of a directory sink
	sink sinks.Sink
	err  error // why the sink could not be opened: that destination fails alone
}

// targets opens the job's sinks.
func (a *Agent) targets(job Job, owner Owner, root string) ([]target, error) {
	var targets []target
	for _, text := range job.Sinks {
		expanded, err := a.expand(text, job, owner)
		if err != nil {
			return nil, err
		}
		u, err := sinks.Parse(expanded)
		if err != nil {
			return nil, usagef("%s", err)
		}
		t := target{url: u.Redacted()}
		if dir, ok := sinks.LocalDir(u); ok {
			t.dir = dir
			if err := outside(dir, root); err != nil {
				return nil, err
			}
		}
		o := a.sinks
		o.Pool, o.Logger = a.pool, a.Log
		if o.PartSize == 0 {
			o.PartSize = partBlocks * sinks.BlockSize
		}
		if t.sink, t.err = sinks.Open(context.Background(), u, o); t.err == nil {
			t.url = t.sink.String()
			if job.RequireOneWay && !slices.Contains(job.Exempt, text) {
				t.err = a.requireOneWay(context.Background(), job, t.sink)
			}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// expand puts the operator's words in the place of {host} {kind} {site} {owner}.
func (a *Agent) expand(text string, job Job, owner Owner) (string, error) {
	if strings.Contains(text, "{host}") && a.Host == "" {
		return "", usagef("sink %s: the host has no name for {host}; set one, or write it in the URL", text)
	}
	return strings.NewReplacer(
		"{host}", a.Host, "{kind}", string(job.Kind), "{site}", job.Name, "{owner}", owner.name(),
	).Replace(text), nil
}

// outside refuses a directory at or below the site's root: it would be served to
// the world and backed up into itself.
func outside(dir, root string) error {
	// What does not exist yet will be made below its nearest ancestor that does.
	real := dir
	for {
		resolved, err := filepath.EvalSymlinks(real)
		if err == nil {
			rest, _ := filepath.Rel(real, dir)
			real = filepath.Join(resolved, rest)
			break
		}
		if !errors.Is(err, os.ErrNotExist) || real == filepath.Dir(real) {
			return fmt.Errorf("look at the sink %s: %w", dir, err)
		}
		real = filepath.Dir(real)
	}
	if rel, err := filepath.Rel(root, real); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return usagef("sink %s: lies in the site itself (%s), which would serve it to the world and back it up into itself; give a folder elsewhere", dir, root)
	}
	return nil
}

func (o Owner) name() string {
	id := strconv.FormatUint(uint64(o.UID), 10)
	if u, err := user.LookupId(id); err == nil && wordpress.ValidName(u.Username) {
		return u.Username
	}
	return id
}

// Remote tells whether one of the job's sinks is not on this host.
func (j *Job) Remote() bool {
	for _, text := range j.Sinks {
		if u, err := sinks.Parse(text); err == nil && u.Scheme != "file" {
			return true
		}
	}
	return false
}
