// Package catalog finds the runs in a store. It believes no manifest that the names and
// sizes in the store do not confirm.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
)

// A Run is one run in a store.
type Run struct {
	manifest.RunParts
	Name   string    // manifest.RunName
	Folder string    // the folder in the store that Name is relative to; "" is its top
	Stored time.Time // when the manifest was stored, by the store's clock; Start if the store is a folder
	// Suspect says why the date of the run cannot be right; "" if the date is plausible.
	Suspect string
	// Problem says why the run cannot be restored; "" if no problem is known.
	Problem string
	// Manifest is nil if the store has none, or if it failed its checks.
	Manifest *manifest.Manifest
	// Objects are the objects of the run in the store, without the manifest. The key is what
	// follows Name, such as ".sql.zst".
	Objects map[string]store.Object

	manifest store.Object // Name is "" if the store has no manifest
}

// Path returns the path of the run in the store.
func (r *Run) Path() string { return path.Join(r.Folder, r.Name) }

// ManifestObject returns the manifest in the store. Its Name is "" if there is none.
func (r *Run) ManifestObject() store.Object { return r.manifest }

// Bytes returns the size of the run's objects in the store, without the manifest.
func (r *Run) Bytes() int64 {
	var sum int64
	for _, o := range r.Objects {
		sum += o.Bytes
	}
	return sum
}

// Good reports whether the run has neither a Problem nor a Suspect date.
func (r *Run) Good() bool { return r.Problem == "" && r.Suspect == "" }

// A Query selects runs. The zero value selects all runs that have a manifest.
type Query struct {
	Site       string
	Kind       manifest.Kind
	Since      time.Time // the earliest Stored
	Incomplete bool      // also runs without a manifest
	Latest     bool      // only the newest good run of each site, kind and folder
	// Skipped is called with each newer run that Latest skips because it is not good; may be nil.
	Skipped func(*Run)
	// Progress is called with the number of names seen so far; may be nil.
	Progress func(names int)
}

func (q *Query) wants(r *Run) bool {
	return (q.Kind == "" || r.Kind == q.Kind) && !r.Stored.Before(q.Since) && (q.Incomplete || r.manifest.Name != "")
}

// slack is how far the clock of a host may be ahead of the store's clock.
const slack = time.Hour

// Find calls found with the runs of a store, folder by folder; within a folder, the oldest name comes
// first. It holds only a few runs in memory, or with Latest up to twice keptForLatest of one folder.
func Find(ctx context.Context, s store.Store, q Query, found func(*Run) error) error {
	f := &finder{store: s, query: q, found: found}
	return f.search(ctx, "", maxDepth)
}

// A finder is one search.
type finder struct {
	store store.Store
	query Query
	found func(*Run) error
	names int
}

// maxDepth is how many levels below the URL the folders of sites are searched.
const maxDepth = 6

// search finds the sites below a folder.
func (f *finder) search(ctx context.Context, folder string, depth int) error {
	folders, err := f.folders(ctx, folder)
	if err != nil {
		return err
	}
	if runs := runFolders(folders); folder != "" && len(runs) > 0 {
		return f.site(ctx, folder, runs)
	}
	if depth == 0 {
		return nil
	}
	if f.query.Site != "" && slices.Contains(folders, f.query.Site) {
		direct := path.Join(folder, f.query.Site)
		inside, err := f.folders(ctx, direct)
		if err != nil {
			return err
		}
		if runs := runFolders(inside); len(runs) > 0 {
			return f.site(ctx, direct, runs)
		}
	}
	for _, name := range folders {
		if err := f.search(ctx, path.Join(folder, name), depth-1); err != nil {
			return err
		}
	}
	return nil
}

// folders returns the names of the folders in a folder.
func (f *finder) folders(ctx context.Context, folder string) ([]string, error) {
	var names []string
	err := f.store.List(ctx, folder, func(e store.Entry) error {
		f.count()
		if e.IsFolder {
			names = append(names, path.Base(e.Name))
		}
		return nil
	})
	return names, err
}

func (f *finder) count() {
	if f.names++; f.query.Progress != nil {
		f.query.Progress(f.names)
	}
}

// runFolders returns the names that belong to folders of runs.
func runFolders(names []string) []string {
	var runs []string
	for _, name := range manifest.RunFolders() {
		if slices.Contains(names, name) {
			runs = append(runs, name)
		}
	}
	return runs
}

// site finds the runs of one site. folder is the folder of the site.
func (f *finder) site(ctx context.Context, folder string, runFolders []string) error {
	if f.query.Site != "" && path.Base(folder) != f.query.Site {
		return nil
	}
	for _, name := range runFolders {
		if f.query.Kind != "" && !strings.HasPrefix(name, string(f.query.Kind)+"-") {
			continue
		}
		collect := f.all
		if f.query.Latest {
			collect = f.latest
		}
		if err := collect(ctx, path.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

// One returns the run with a name: the name of one of its objects, the path of the run in the
// store, or only the last element of that path.
func One(ctx context.Context, s store.Store, name string) (*Run, error) {
	asked := strings.TrimSuffix(strings.Trim(name, "/"), manifest.Suffix)
	want := path.Base(asked)
	q := Query{Incomplete: true}
	if run, _, ok := manifest.RunOf(siteFolder(asked) + want + "."); ok {
		parts, _ := manifest.ParseRunName(run)
		q.Site = parts.Site
		want = path.Base(run)
	}
	var runs []*Run
	err := Find(ctx, s, q, func(r *Run) error {
		if path.Base(r.Name) == want || r.ID == want || r.Path() == asked {
			runs = append(runs, r)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(runs) == 0:
		return nil, fmt.Errorf("find run %s in %s: there is none; wp-oneway list shows what is there", name, s)
	case len(runs) > 1:
		return nil, fmt.Errorf("find run %s: it is in %s and in %s; add the folder to --from", name, runs[0].Path(), runs[1].Path())
	}
	return runs[0], nil
}

// siteFolder returns the last two folders in the path of a run; "" if it has fewer.
func siteFolder(name string) string {
	elements := strings.Split(name, "/")
	if n := len(elements); n >= 3 {
		return elements[n-3] + "/" + elements[n-2] + "/"
	}
	return ""
}

// Latest returns the newest good run that a query finds. If runs of several folders match, it
// returns an error that names the folders, because it cannot know which host is meant.
func Latest(ctx context.Context, s store.Store, q Query) (*Run, error) {
	q.Latest = true
	var newest *Run
	err := Find(ctx, s, q, func(r *Run) error {
		switch {
		case newest == nil:
			newest = r
		case newest.Folder != r.Folder:
			return fmt.Errorf("find the latest run of %s: there are runs in %s and in %s; add one of these folders to --from", r.Site, newest.Path(), r.Path())
		case r.Stored.After(newest.Stored):
			newest = r
		}
		return nil
	})
	if err == nil && newest == nil {
		err = errors.New("find the latest run: there is none that can be restored; wp-oneway list --incomplete shows what is there")
	}
	return newest, err
}
