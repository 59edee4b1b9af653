package agent

import (
	"net/url"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A roster is the sites of one invocation, and which of them get their names.
type roster struct {
	*state.Resolution
	candidates []*state.Candidate // by the job's index; nil if the site was not found
	missing    map[int]error      // why not
	roots      []string           // root folders of all known sites, if a job has a folder sink
}

// resolveNames finds the jobs' sites and decides which get their names. Nothing is
// written.
func (a *Agent) resolveNames(jobs []Job) *roster {
	r := &roster{candidates: make([]*state.Candidate, len(jobs)), missing: map[int]error{}}
	for i := range jobs {
		root, uid, err := jobs[i].find()
		if err != nil {
			r.missing[i] = err
			continue
		}
		r.candidates[i] = jobs[i].candidate(root, uid)
	}
	r.Resolution = state.ResolveNames(a.Dirs, r.candidates, a.Now())
	if slices.ContainsFunc(jobs, func(j Job) bool { return j.hasFolderSink() }) {
		r.roots = append(a.Dirs.Roots(), r.Roots()...)
	}
	return r
}

// candidate is the job's site, found at root.
func (j *Job) candidate(root string, uid uint32) *state.Candidate {
	return &state.Candidate{
		Name: j.Name, Named: j.Named, Path: j.Place.Path, HTTPHost: j.World.HTTPHost,
		Root: root, ID: j.Place.Identity(root, j.World.HTTPHost), UID: uid,
		Ignored: j.Ignore != "", Unconfigured: j.Unconfigured, NoFiles: !j.Kind.Has(manifest.FilesStream),
	}
}

// recordMissing records which owners of contested names are missing.
func (a *Agent) recordMissing(r *roster, jobs []Job) {
	if slices.ContainsFunc(jobs, func(j Job) bool { return j.DryRun }) {
		return
	}
	for _, name := range r.Contested() {
		if err := a.Dirs.RecordMissing(name, a.Now()); err != nil {
			a.Log.Warn("state not saved", "err", err)
		}
	}
}

// hasFolderSink reports whether a sink of the job is, or may be, a folder.
func (j *Job) hasFolderSink() bool {
	return slices.ContainsFunc(j.Sinks, func(text string) bool {
		u, err := sinks.Parse(text)
		return err != nil || isFolder(u)
	})
}

// Remote reports whether a sink of the job is not on this host.
func (j *Job) Remote() bool {
	return slices.ContainsFunc(j.Sinks, func(text string) bool {
		u, err := sinks.Parse(text)
		return err == nil && !isFolder(u)
	})
}

func isFolder(sink *url.URL) bool {
	_, ok := sinks.LocalDir(sink)
	return ok
}
