package agent

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Keeper says what stays in folder sinks. Sinks are named as in Job.Sinks.
type Keeper interface {
	// Policy returns the policy for a site's runs of a kind in a sink.
	Policy(site, sink string, kind retention.Kind) retention.Policy
	// MaxSize is the space that all runs in a sink may take, in bytes; 0 is no limit.
	MaxSize(sink string) int64
}

// Pruned lists the runs of one folder that stay, and those that are removed.
type Pruned struct {
	Dir      string
	Plans    []*retention.Plan
	Locked   []string // sites whose locks other processes hold; they were left alone
	Warnings []string
	Errors   []error
}

// Prune removes the runs in a sink's folder that the keeper does not keep; with dry, it only
// decides. It decides about each site while it holds the site's lock.
func (a *Agent) Prune(ctx context.Context, dir, sink string, keeper Keeper, dry bool) (*Pruned, error) {
	a.init()
	folder, err := retention.Open(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	sites, err := folder.Sites()
	if err != nil {
		return nil, err
	}
	p := &pruner{agent: a, folder: folder, dry: dry, Pruned: &Pruned{Dir: dir}}
	for _, site := range sites {
		if ctx.Err() != nil {
			return p.Pruned, context.Cause(ctx)
		}
		p.underLock(site, func(locked bool) {
			for _, kind := range retention.Kinds() {
				p.plan(ctx, site, kind, keeper.Policy(site, sink, kind), locked)
			}
		})
	}
	if limit := keeper.MaxSize(sink); limit > 0 {
		p.shrink(ctx, limit)
	}
	for _, plan := range p.Plans {
		p.Warnings = append(p.Warnings, plan.Warnings...)
	}
	return p.Pruned, nil
}

// A pruner prunes one folder.
type pruner struct {
	agent  *Agent
	folder *retention.Folder
	dry    bool
	*Pruned
}

// underLock runs do while the lock of a site's name is held. A folder on a full disk must
// be pruned even if no lock file can be created there: runs that have a manifest can be
// removed without.
func (p *pruner) underLock(site string, do func(locked bool)) {
	unlock, err := p.agent.Dirs.Lock("name " + site)
	switch {
	case errors.Is(err, manifest.ErrLocked):
		p.Locked = append(p.Locked, site)
		return
	case err != nil:
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s: unfinished runs stay, since the site cannot be locked: %v", site, err))
	}
	if unlock != nil {
		defer unlock()
	}
	do(err == nil)
}

// plan decides about a site's runs of one kind, and applies that.
func (p *pruner) plan(ctx context.Context, site string, kind retention.Kind, policy retention.Policy, locked bool) {
	plan, err := p.folder.Plan(site, kind, policy, retention.Conditions{Now: p.agent.Now(), Locked: locked})
	if err != nil {
		p.Errors = append(p.Errors, err)
		return
	}
	if plan == nil {
		return
	}
	p.Plans = append(p.Plans, plan)
	p.apply(ctx, plan)
}

func (p *pruner) apply(ctx context.Context, plan *retention.Plan) {
	if p.dry {
		return
	}
	err := plan.Apply(ctx)
	if err == nil {
		err = p.agent.relink(ctx, p.Dir, nil, plan)
	}
	if err != nil {
		p.Errors = append(p.Errors, err)
	}
}

// shrink removes the oldest runs in the folder until the rest takes at most limit bytes.
func (p *pruner) shrink(ctx context.Context, limit int64) {
	before := make([]int, len(p.Plans))
	for i, plan := range p.Plans {
		before[i], _ = plan.Going()
	}
	used := retention.Shrink(p.Plans, limit)
	if text := retention.SizeWarning(p.Dir, used, limit); text != "" {
		p.Warnings = append(p.Warnings, text)
	}
	for i, plan := range p.Plans {
		if after, _ := plan.Going(); after > before[i] {
			p.underLock(plan.Site, func(bool) { p.apply(ctx, plan) })
		}
	}
}

// relink points the latest links of a folder to the newest run, if they led to one that
// was removed. sink is that of the folder, or nil.
func (a *Agent) relink(ctx context.Context, dir string, sink sinks.Sink, plan *retention.Plan) error {
	names := plan.StaleLinks()
	if names == nil {
		return nil
	}
	if sink == nil {
		u, err := sinks.Parse(dir)
		if err == nil {
			sink, err = sinks.Open(ctx, u, sinks.Options{Logger: a.Log})
		}
		if err != nil {
			return fmt.Errorf("correct the latest links: %w", err)
		}
	}
	objects := make([]sinks.Object, 0, len(names))
	for _, name := range names {
		objects = append(objects, sinks.Object{Name: name})
	}
	if c, ok := sinks.As[sinks.Completer](sink); ok {
		if err := c.Complete(ctx, objects); err != nil {
			return fmt.Errorf("correct the latest links: %w", err)
		}
	}
	return nil
}

// retain removes what the keeper does not keep of the site's runs of this kind, in the
// folders in which this run was published. The site's lock is held. An error is a warning:
// the backup exists.
func (r *run) retain(ctx context.Context, locked bool) {
	kind := retention.KindOf(r.job.Kind, r.job.Selection.NoUploads)
	for i := range r.report.Destinations {
		t, d := r.targets[i], &r.report.Destinations[i]
		if t.dir == "" || d.Status != manifest.OK || r.agent.Keeper == nil {
			continue
		}
		if r.agent.Keeper.MaxSize(r.job.Sinks[i]) > 0 {
			r.agent.limitFolder(t.dir, r.job.Sinks[i])
		}
		policy := r.agent.Keeper.Policy(r.job.Name, r.job.Sinks[i], kind)
		if policy.Empty() {
			continue
		}
		if err := r.retainIn(ctx, t, d, kind, policy, locked); err != nil {
			r.warn(fmt.Sprintf("old backups in %s stay: %v", t.dir, err))
		}
	}
}

func (r *run) retainIn(ctx context.Context, t target, d *manifest.DestinationReport, kind retention.Kind, policy retention.Policy, locked bool) error {
	folder, err := retention.Open(t.dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	plan, err := folder.Plan(r.job.Name, kind, policy, retention.Conditions{Now: r.agent.Now(), Locked: locked})
	if plan == nil || err != nil {
		return err
	}
	for _, w := range plan.Warnings {
		r.warn(w)
	}
	if err := plan.Apply(ctx); err != nil {
		return err
	}
	runs, bytes := plan.Going()
	d.Pruned = runs
	if runs > 0 {
		r.log.Info("old runs removed", "to", t.url, "runs", runs, "bytes", bytes)
	}
	return r.agent.relink(ctx, t.dir, t.sink, plan)
}

// warn adds a warning to the report of a run that is over.
func (r *run) warn(text string) {
	if r.report.Warnings == nil {
		r.report.Warnings = &wordpress.Notes{}
	}
	r.report.Warnings.Add(wordpress.Printable(text))
}

// limitFolder remembers a folder with a max_size for limitFolders.
func (a *Agent) limitFolder(dir, sink string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limited == nil {
		a.limited = map[string]string{}
	}
	a.limited[filepath.Clean(dir)] = sink
}

// limitFolders prunes the folders with a max_size in which runs were published; the limit is
// for all sites together. Errors are warnings.
func (a *Agent) limitFolders(ctx context.Context) {
	for dir, sink := range a.limited {
		pruned, err := a.Prune(ctx, dir, sink, a.Keeper, false)
		if err != nil {
			a.Log.Warn("max_size could not be applied to a folder", "folder", dir, "err", err)
			continue
		}
		for _, text := range pruned.Warnings {
			a.Log.Warn(text)
		}
		for _, err := range pruned.Errors {
			a.Log.Warn("old backups were not removed", "folder", dir, "err", err)
		}
	}
}
