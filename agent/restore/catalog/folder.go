package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
)

// ahead is the number of manifests that are read in parallel.
const ahead = 8

// all calls found with every run of a folder of runs. It reads manifests in parallel, and
// keeps the order of the runs.
func (f *finder) all(ctx context.Context, folder string) error {
	group, ctx := errgroup.WithContext(ctx)
	type reading struct {
		run  *Run
		done chan struct{}
	}
	order := make(chan reading, ahead)
	group.Go(func() error {
		for r := range order {
			select {
			case <-r.done:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if !f.query.wants(r.run) {
				continue
			}
			if err := f.found(r.run); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() error {
		defer close(order)
		return f.runs(ctx, folder, func(run *Run) error {
			if !f.query.wants(run) {
				return nil
			}
			r := reading{run, make(chan struct{})}
			select {
			case order <- r:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			group.Go(func() error {
				defer close(r.done)
				return f.read(ctx, run)
			})
			return nil
		})
	})
	return group.Wait()
}

// keptForLatest is how many of the newest runs are searched for a good one.
const keptForLatest = 1000

// latest calls found with the newest good run of a folder of runs.
func (f *finder) latest(ctx context.Context, folder string) error {
	var newest []*Run
	cut := func() {
		slices.SortFunc(newest, func(a, b *Run) int {
			return cmp.Or(b.Stored.Compare(a.Stored), strings.Compare(b.Name, a.Name))
		})
		newest = newest[:min(len(newest), keptForLatest)]
	}
	err := f.runs(ctx, folder, func(run *Run) error {
		if f.query.wants(run) && run.manifest.Name != "" {
			newest = append(newest, run)
		}
		if len(newest) >= 2*keptForLatest {
			cut()
		}
		return nil
	})
	if err != nil {
		return err
	}
	cut()
	for _, run := range newest {
		if err := f.read(ctx, run); err != nil {
			return err
		}
		if run.Good() {
			return f.found(run)
		}
		if f.query.Skipped != nil {
			f.query.Skipped(run)
		}
	}
	return nil
}

// runs groups the objects of a folder into runs. The objects of a run are adjacent in the list,
// because their names begin with the name of the run.
func (f *finder) runs(ctx context.Context, folder string, found func(*Run) error) error {
	parent := path.Dir(path.Dir(folder))
	if parent == "." {
		parent = ""
	}
	var run *Run
	pass := func() error {
		if run == nil {
			return nil
		}
		f.date(run)
		return found(run)
	}
	err := f.store.List(ctx, folder, func(e store.Entry) error {
		f.count()
		name, suffix, ok := manifest.RunOf(strings.TrimPrefix(strings.TrimPrefix(e.Name, parent), "/"))
		if e.IsFolder || !ok {
			return nil
		}
		if run == nil || run.Name != name {
			if err := pass(); err != nil {
				return err
			}
			parts, _ := manifest.ParseRunName(name)
			run = &Run{RunParts: parts, Name: name, Folder: parent, Objects: map[string]store.Object{}}
		}
		if suffix == manifest.Suffix {
			run.manifest = e.Object
			return nil
		}
		if len(run.Objects) >= maxObjects {
			run.Problem = fmt.Sprintf("there are more than %d objects of its name", maxObjects)
			return nil
		}
		run.Objects[suffix] = e.Object
		return nil
	})
	if err != nil {
		return err
	}
	return pass()
}

// maxObjects is the maximum number of objects of one run: three streams of 1,000 pieces.
const maxObjects = 3000

// date sets when a run was stored.
func (f *finder) date(run *Run) {
	run.Stored = run.Start
	if f.store.Folder() {
		return
	}
	for _, o := range run.Objects {
		run.Stored = o.Modified
		break
	}
	if run.manifest.Name != "" {
		run.Stored = run.manifest.Modified
	}
	if run.Start.After(run.Stored.Add(slack)) {
		run.Suspect = fmt.Sprintf("its name says %s, but it was stored at %s", run.Start.Format("2006-01-02 15:04Z"), run.Stored.UTC().Format("2006-01-02 15:04Z"))
	}
}

// maxManifest is the maximum length of a manifest in bytes; maxObjects objects fit.
const maxManifest = 4 << 20

// read reads and checks the manifest of a run. It returns an error only if the store fails.
func (f *finder) read(ctx context.Context, run *Run) error {
	if run.manifest.Name == "" {
		run.Problem = "it has no manifest: the run is still going on, or it failed"
		return nil
	}
	text, err := Manifest(ctx, f.store, run.manifest)
	switch {
	case errors.Is(err, store.ErrNotExist): // removed since it was listed
		run.Problem = "its manifest is gone"
		return nil
	case errors.Is(err, errTooLong):
		run.Problem = err.Error()
		return nil
	case err != nil:
		return err
	}
	m, err := parse(text, run)
	if err != nil {
		run.Problem = "its manifest is not one: " + err.Error()
		return nil //nolint:nilerr // it is the error of one run
	}
	run.Manifest = m
	if problem := compare(run); problem != "" && run.Problem == "" {
		run.Problem = problem
	}
	return nil
}

var errTooLong = fmt.Errorf("its manifest is longer than %d bytes", maxManifest)

// Manifest returns the text of a manifest.
func Manifest(ctx context.Context, s store.Store, object store.Object) ([]byte, error) {
	if object.Bytes > maxManifest {
		return nil, errTooLong
	}
	r, err := s.Get(ctx, object)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err == nil && len(text) > maxManifest {
		return nil, errTooLong
	}
	return text, err
}
