package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/find"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// errNoSite says that there is nothing to back up.
var errNoSite = errors.New("no site was found")

// An entry is one site, in the shape of the configuration's.
type entry struct {
	keys map[string]any
	real string // its path, links resolved; "" where there is nothing
	host string // whose site it is, where one folder serves several hosts
	bare bool   // the search found no configuration
	some bool   // it is one of those that a pattern names
}

// newEntry is the entry of a path and, where that matters, a host.
func newEntry(path, host string) entry {
	e := entry{keys: map[string]any{"path": path}}
	if real, err := safefs.RealPath(path); err == nil {
		e.real = real
	}
	if site.ServesHosts(e.real) {
		e.host = host
	}
	return e
}

func (e *entry) path() string {
	path, _ := e.keys["path"].(string)
	return path
}

// A directory finds entries by where they lie.
type directory map[string][]int

func (d directory) add(e *entry, i int) {
	d[e.path()] = append(d[e.path()], i)
	if e.real != "" && e.real != e.path() {
		d[e.real] = append(d[e.real], i)
	}
}

// of lists the entries of where that are about e's site; one without a host is
// about all hosts of its folder's.
func (d directory) of(e *entry, where []entry) []int {
	var found []int
	for _, path := range []string{e.path(), e.real} {
		for _, i := range d[path] {
			if h := where[i].host; (h == "" || e.host == "" || h == e.host) && !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
	}
	slices.Sort(found)
	return found
}

// A selection is the sites that a command is about.
type selection struct {
	entries []entry
	missing []string        // roots that were to be searched and are not there
	notes   wordpress.Notes // folders that could not be searched
}

// choose selects the sites: those at paths, or those of a search, or else the
// configured ones.
func (a *app) choose(ctx context.Context, s *settings, paths []string, all bool) (*selection, error) {
	switch {
	case len(paths) > 0 && all:
		return nil, usage(errors.New("PATH and --all exclude each other; give one of them"))
	case all:
		return a.search(ctx, s, nil)
	case len(paths) == 0 && len(s.Sites) == 0:
		return nil, usage(errors.New("no PATH was given and no sites are configured; give a site's folder, or --all to search for sites"))
	}
	out := &selection{}
	configured, byPath, err := a.configured(ctx, s, out)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		if len(configured) == 0 {
			return nil, fmt.Errorf("%w: nothing matches the sites%s", errNoSite, a.from())
		}
		out.entries = configured
		out.unique()
		return out, nil
	}
	for _, path := range paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, usage(fmt.Errorf("path %q: %w", path, err))
		}
		e := newEntry(abs, askedHost(a.config.GetString("http_host"), a.config.GetString("url")))
		known := byPath.of(&e, configured)
		for _, i := range known {
			out.entries = append(out.entries, configured[i])
		}
		if len(known) == 0 {
			out.entries = append(out.entries, e)
		}
	}
	out.unique()
	return out, nil
}

// search selects what a search finds: below the roots and no more, or, without
// them, all there is: below the configured roots or in the known places, and the
// configured sites.
func (a *app) search(ctx context.Context, s *settings, roots []string) (*selection, error) {
	out := &selection{}
	configured, byPath, err := a.configured(ctx, s, out)
	if err != nil {
		return nil, err
	}
	everything := len(roots) == 0
	if everything {
		roots = s.Roots
	}
	found, err := find.Find(ctx, roots)
	if err != nil {
		return nil, usage(err)
	}
	out.missing = found.Missing
	for _, note := range found.Unreadable.Items {
		out.notes.Add(note)
	}
	used := make([]bool, len(configured))
	for _, f := range found.Sites {
		e := newEntry(f.Path, f.HTTPHost)
		e.bare = f.Config == ""
		for _, i := range byPath.of(&e, configured) {
			maps.Copy(e.keys, configured[i].keys)
			used[i], e.bare = true, e.bare && configured[i].some
		}
		out.entries = append(out.entries, e)
	}
	for i, c := range configured {
		if everything && !used[i] {
			out.entries = append(out.entries, c)
		}
	}
	out.unique()
	return out, nil
}

// unique drops the entries of sites that are there already.
func (s *selection) unique() {
	seen := map[string]bool{}
	kept := make([]entry, 0, len(s.entries))
	for _, e := range s.entries {
		key := e.real + "\x00" + e.host
		if e.real == "" {
			key = e.path()
		}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, e)
		}
	}
	s.entries = kept
}

// configured replaces patterns by the sites they match; a later entry of the same
// path adds to an earlier one.
func (a *app) configured(ctx context.Context, set *settings, s *selection) ([]entry, directory, error) {
	var out []entry
	byPath, at := directory{}, map[string]int{}
	for _, keys := range set.Sites {
		pattern, _ := keys["path"].(string)
		if !filepath.IsAbs(pattern) {
			return nil, nil, usage(fmt.Errorf("configuration%s: sites: path %q must be absolute", a.from(), pattern))
		}
		paths, notes, err := find.Expand(ctx, pattern)
		if err != nil {
			return nil, nil, usage(fmt.Errorf("configuration%s: sites: path %q: %w", a.from(), pattern, err))
		}
		for _, note := range notes.Items {
			s.notes.Add(note)
		}
		host, _ := keys["http_host"].(string)
		url, _ := keys["url"].(string)
		host = askedHost(host, url)
		for _, path := range paths {
			if path != filepath.Clean(pattern) && !looksInstalled(path) {
				continue
			}
			e := newEntry(path, host)
			e.some = path != filepath.Clean(pattern)
			key := path + "\x00" + e.host
			i, known := at[key]
			if !known {
				i = len(out)
				at[key] = i
				byPath.add(&e, i)
				out = append(out, e)
			}
			maps.Copy(out[i].keys, keys)
			out[i].keys["path"] = path
			out[i].some = out[i].some && e.some
		}
	}
	return out, byPath, nil
}

// looksInstalled tells a site from other folders that a pattern matches. It is
// no check: what looks like a site and is broken must fail, not be passed over.
func looksInstalled(path string) bool {
	place, err := site.PlaceOf(path, site.OwnerHome)
	if err != nil {
		return false
	}
	installed, err := place.Installed()
	return installed || err != nil
}

func missingRoot(root string) string {
	return fmt.Sprintf("search %q: there is no such folder; mount it, or take it out of the roots", root)
}

// complain notes in the report what was to be searched and is not there: a
// backup of everything has failed then, whatever else was backed up.
func (s *selection) complain(report *manifest.Report) {
	for _, root := range s.missing {
		report.Fail(errors.New(missingRoot(root)))
	}
}
