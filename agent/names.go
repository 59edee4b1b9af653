package agent

import (
	"context"
	"errors"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/config"
)

// A roster is the sites of one invocation, and which of them get their names.
type roster struct {
	*state.Resolution
	candidates []*state.Candidate // by the job's index; nil if the site was not found
	missing    []error            // why not
	configs    []*config.Site     // as in located
	roots      siteRoots
}

// A databaseProbe reports whether the database of a job's site answers.
type databaseProbe func(ctx context.Context, job *Job, uid uint32) bool

// resolveNames finds the jobs' sites and decides which get their names. If two sites ask
// for a free name, probe decides; nil opens no connection. Nothing is written.
func (a *Agent) resolveNames(ctx context.Context, jobs []Job, probe databaseProbe) *roster {
	r := &roster{candidates: make([]*state.Candidate, len(jobs)), configs: make([]*config.Site, len(jobs)), missing: make([]error, len(jobs))}
	inParallel(len(jobs), func(i int) {
		found, err := jobs[i].find(ctx)
		if err != nil {
			r.missing[i] = err
			return
		}
		r.candidates[i], r.configs[i] = jobs[i].candidate(found.root, found.uid), found.config
	})
	var answers func(int) bool
	if probe != nil {
		answers = func(i int) bool { return probe(ctx, &jobs[i], r.candidates[i].UID) }
	}
	r.Resolution = state.ResolveNames(a.Dirs, r.candidates, a.Now(), answers)
	r.roots = siteRoots{dirs: a.Dirs, run: map[string]bool{}}
	for _, root := range r.Roots() {
		r.roots.run[root] = true
	}
	return r
}

// inParallel calls work with each number below n, several at the same time.
func inParallel(n int, work func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	workers.Wait()
}

// databaseProbe returns a probe that connects with the rights of the sites' owners. A
// database without tables does not answer. The time for the sites of one owner is
// limited.
func (a *Agent) databaseProbe() databaseProbe {
	owners := map[uint32]*ownerSites{}
	return func(ctx context.Context, job *Job, uid uint32) bool {
		o := owners[uid]
		if o == nil {
			o = newOwnerSites(uid)
			owners[uid] = o
		}
		err := o.err
		if err == nil {
			err = o.limit(ctx, func(ctx context.Context) error { return a.checkDatabase(ctx, job, o.owner) })
		}
		if err != nil {
			a.Log.Debug("the database does not answer", "path", job.Place.Path, "err", err)
		}
		return err == nil
	}
}

// checkDatabase connects to the database of a site.
func (a *Agent) checkDatabase(ctx context.Context, job *Job, owner source.Owner) error {
	req := job.request()
	req.Mode, req.Kind = source.Check, manifest.DB
	site, err := a.open(ctx, req, owner, a.Log)
	if err != nil {
		return err
	}
	facts := site.Facts()
	switch text := facts.CheckErrors[manifest.DatabaseStream]; {
	case text != "":
		err = errors.New(text)
	case len(facts.TableNames) == 0:
		err = errors.New("it has no tables")
	}
	return errors.Join(err, site.Close())
}

// candidate is the job's site, found at root.
func (j *Job) candidate(root string, uid uint32) *state.Candidate {
	return &state.Candidate{
		Name: j.Name, Named: j.Named, Path: j.Place.Path, HTTPHost: j.World.HTTPHost,
		Root: root, ID: j.Place.Identity(root, j.World.HTTPHost), UID: uid,
		Ignored: j.Ignore != "", Unconfigured: j.Unconfigured, NoFiles: !j.Kind.Has(manifest.FilesStream),
	}
}

// manyJobs is the number of sites from which on a run may read the state of all sites.
const manyJobs = 64

// prune records which owners of names are missing, and removes the state of old sites. This
// reads the state of all sites. So a run of few sites does it only if a site was refused its
// name, or if it was not done recently. Dry runs change nothing.
func (a *Agent) prune(ctx context.Context, jobs []Job, names *roster) {
	if slices.ContainsFunc(jobs, func(j Job) bool { return j.DryRun }) {
		return
	}
	if len(jobs) < manyJobs && !names.AnyRefused() && !a.Dirs.PruneDue(a.Now()) {
		return
	}
	if err := a.Dirs.Prune(ctx, a.Now()); err != nil {
		a.Log.Warn("the state of old sites is not removed", "err", err)
	}
}

// Remote reports whether a sink of the job is not on this host.
func (j *Job) Remote() bool {
	return slices.ContainsFunc(j.Sinks, func(text string) bool {
		u, err := sinks.Parse(text)
		return err == nil && !isLocal(u)
	})
}

func isLocal(u *url.URL) bool {
	_, local := sinks.LocalDir(u)
	return local
}
