package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/find"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// errNoSite is the error of a search without a result.
var errNoSite = errors.New("no site was found")

func errNoSiteAnywhere() error {
	return fmt.Errorf("%w in the known places or below the configured roots; give its PATH", errNoSite)
}

// An entry is one site, with keys as in an entry of sites.
type entry struct {
	keys      map[string]any
	real      string // its path without symlinks; "" where nothing is
	host      string // its host, where one folder serves several hosts
	bare      bool   // the search found no configuration
	byPattern bool   // its path matches a pattern of sites
}

// newEntry is the entry of a path and, where one folder serves several hosts, a host.
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

// A directory is an index of entries by path.
type directory map[string][]int

func (d directory) add(e *entry, i int) {
	d[e.path()] = append(d[e.path()], i)
	if e.real != "" && e.real != e.path() {
		d[e.real] = append(d[e.real], i)
	}
}

// of returns the indices of the entries for e's site; an entry without a host is for
// all hosts of its folder.
func (d directory) of(e *entry, entries []entry) []int {
	var found []int
	for _, path := range []string{e.path(), e.real} {
		for _, i := range d[path] {
			if h := entries[i].host; (h == "" || e.host == "" || h == e.host) && !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
	}
	slices.Sort(found)
	return found
}

// siteArguments name the sites of a command.
type siteArguments struct {
	paths    []string
	all      bool
	schedule string // the name of the schedule that names the sites, or ""
}

func (o siteArguments) check(c *configuration) error {
	switch {
	case len(o.paths) > 0 && o.all:
		return exit.Usage(errors.New("PATH and --all exclude each other; give one of them"))
	case len(o.paths) == 0 && !o.all && len(c.Sites) == 0:
		return exit.Usage(errors.New("no PATH was given and no sites are configured; give a site's folder, or --all to search for sites"))
	}
	return nil
}

// A selection holds the sites of a command.
type selection struct {
	entries []entry
	missing []string        // roots that do not exist
	notes   wordpress.Notes // folders that could not be searched
}

// choose selects the sites: those at the paths, or all that a search finds, or else
// the configured ones.
func (a *app) choose(ctx context.Context, o siteArguments) (*selection, error) {
	if o.all {
		return a.search(ctx, nil)
	}
	out := &selection{}
	configured, byPath, err := a.configured(ctx, out)
	if err != nil {
		return nil, err
	}
	if len(o.paths) == 0 {
		if len(configured) == 0 {
			return nil, fmt.Errorf("%w: no folder matches the sites of %s", errNoSite, a.config.at("sites"))
		}
		out.entries = configured
		out.unique()
		return out, nil
	}
	for _, path := range o.paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("path %q: %w", path, err))
		}
		e := newEntry(abs, requestHost(a.config.HTTPHost, a.config.URL))
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

// search selects the sites below the roots. Without roots it selects those below the
// configured roots, or in the known places, and the configured sites.
func (a *app) search(ctx context.Context, roots []string) (*selection, error) {
	out := &selection{}
	configured, byPath, err := a.configured(ctx, out)
	if err != nil {
		return nil, err
	}
	everything := len(roots) == 0
	if everything {
		roots = a.config.Roots
	}
	found, err := find.Find(ctx, roots)
	if err != nil {
		return nil, exit.Usage(err)
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
			used[i], e.bare = true, e.bare && configured[i].byPattern
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

// unique keeps the first entry of each site.
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

// configured returns the configured sites, with patterns replaced by the folders that
// match. The keys of a later entry of the same site are added to the earlier one's.
func (a *app) configured(ctx context.Context, s *selection) ([]entry, directory, error) {
	var out []entry
	byPath, at := directory{}, map[string]int{}
	for i, keys := range a.config.Sites {
		where := a.config.at(fmt.Sprintf("sites[%d]", i))
		pattern, _ := keys["path"].(string)
		if !filepath.IsAbs(pattern) {
			return nil, nil, exit.Usage(fmt.Errorf("%s: sites: path %q must be absolute", where, pattern))
		}
		paths, notes, err := find.Expand(ctx, pattern)
		if err != nil {
			return nil, nil, exit.Usage(fmt.Errorf("%s: sites: path %q: %w", where, pattern, err))
		}
		for _, note := range notes.Items {
			s.notes.Add(note)
		}
		host, _ := keys["http_host"].(string)
		url, _ := keys["url"].(string)
		host = requestHost(host, url)
		for _, path := range paths {
			if path != filepath.Clean(pattern) && !looksInstalled(path) {
				continue
			}
			e := newEntry(path, host)
			e.byPattern = path != filepath.Clean(pattern)
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
			out[i].byPattern = out[i].byPattern && e.byPattern
		}
	}
	return out, byPath, nil
}

// looksInstalled reports whether a folder that matches a pattern is a site. A broken
// site counts too: it must fail, and not be skipped.
func looksInstalled(path string) bool {
	place, err := site.PlaceOf(path, site.OwnerHome)
	if err != nil {
		return false
	}
	installed, err := place.Installed()
	return installed || err != nil
}

func missingRoot(root string) string {
	return fmt.Sprintf("search %q: there is no such folder; mount it, or remove it from the roots", root)
}

// failMissing adds the missing roots to the report as errors: then a backup of
// everything has failed, even if each site that was found is backed up.
func (s *selection) failMissing(report *manifest.Report) {
	for _, root := range s.missing {
		report.Fail(errors.New(missingRoot(root)))
	}
}
