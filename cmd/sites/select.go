// Package sites selects the sites of a command, and makes the agent's jobs for them.
package sites

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/find"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// ErrNoSite is the error of a search that finds no site.
var ErrNoSite = errors.New("no site was found")

// NoSiteAnywhere returns the error of a search for all sites that finds none.
func NoSiteAnywhere() error {
	return fmt.Errorf("%w in the known places or below the configured roots; give its PATH", ErrNoSite)
}

// An Entry is one site, with the same keys as in an entry of sites.
type Entry struct {
	Keys      map[string]any
	real      string // its path without symlinks; "" if the path does not exist
	host      string // its host, if one folder serves several hosts
	bare      bool   // the search found no configuration
	byPattern bool   // its path matches a pattern of sites
}

// NewEntry returns the entry of a path and, if one folder serves several hosts, a host.
func NewEntry(path, host string) Entry {
	e := Entry{Keys: map[string]any{"path": path}}
	if real, err := safefs.RealPath(path); err == nil {
		e.real = real
	}
	if site.ServesHosts(e.real) {
		e.host = host
	}
	return e
}

func (e *Entry) path() string {
	path, _ := e.Keys["path"].(string)
	return path
}

// An Index finds entries by their path.
type Index map[string][]int

func (d Index) add(e *Entry, i int) {
	d[e.path()] = append(d[e.path()], i)
	if e.real != "" && e.real != e.path() {
		d[e.real] = append(d[e.real], i)
	}
}

// of returns the indices of the entries for the site of e. An entry without a host is for all
// hosts of its folder.
func (d Index) of(e *Entry, entries []Entry) []int {
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

// Arguments select the sites of a command.
type Arguments struct {
	Paths    []string
	All      bool
	Schedule string // the name of the schedule that selects the sites, or ""
}

// Check refuses arguments that exclude each other, or that select no site.
func (o Arguments) Check(c *settings.Configuration) error {
	switch {
	case len(o.Paths) > 0 && o.All:
		return exit.Usage(errors.New("PATH and --all exclude each other; give one of them"))
	case len(o.Paths) == 0 && !o.All && len(c.Sites) == 0:
		return exit.Usage(errors.New("no PATH was given and no sites are configured; give a site's folder, or --all to search for sites"))
	}
	return nil
}

// A Selection holds the sites of a command.
type Selection struct {
	Entries []Entry
	Missing []string        // roots that do not exist
	Notes   wordpress.Notes // folders that could not be searched
}

// Choose selects the sites: those at the given paths, or all that a search finds, or else the
// configured ones.
func Choose(ctx context.Context, c *settings.Configuration, o Arguments) (*Selection, error) {
	if o.All {
		return Search(ctx, c, nil)
	}
	out := &Selection{}
	configured, byPath, err := Configured(ctx, c, out)
	if err != nil {
		return nil, err
	}
	if len(o.Paths) == 0 {
		if len(configured) == 0 {
			return nil, fmt.Errorf("%w: no folder matches the sites of %s", ErrNoSite, c.At("sites"))
		}
		out.Entries = configured
		out.unique()
		return out, nil
	}
	for _, path := range o.Paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("path %q: %w", path, err))
		}
		e := NewEntry(abs, requestHost(c.HTTPHost, c.URL))
		known := byPath.of(&e, configured)
		for _, i := range known {
			out.Entries = append(out.Entries, configured[i])
		}
		if len(known) == 0 {
			out.Entries = append(out.Entries, e)
		}
	}
	out.unique()
	return out, nil
}

// Search selects the sites below the roots. Without roots, it selects the configured sites, and
// those below the configured roots or in the known places.
func Search(ctx context.Context, c *settings.Configuration, roots []string) (*Selection, error) {
	out := &Selection{}
	configured, byPath, err := Configured(ctx, c, out)
	if err != nil {
		return nil, err
	}
	everything := len(roots) == 0
	if everything {
		roots = c.Roots
	}
	found, err := find.Find(ctx, roots)
	if err != nil {
		return nil, exit.Usage(err)
	}
	out.Missing = found.Missing
	for _, note := range found.Unreadable.Items {
		out.Notes.Add(note)
	}
	used := make([]bool, len(configured))
	for _, f := range found.Sites {
		e := NewEntry(f.Path, f.HTTPHost)
		e.bare = f.Config == ""
		for _, i := range byPath.of(&e, configured) {
			maps.Copy(e.Keys, configured[i].Keys)
			used[i], e.bare = true, e.bare && configured[i].byPattern
		}
		out.Entries = append(out.Entries, e)
	}
	for i, e := range configured {
		if everything && !used[i] {
			out.Entries = append(out.Entries, e)
		}
	}
	out.unique()
	return out, nil
}

// unique keeps the first entry of each site.
func (s *Selection) unique() {
	seen := map[string]bool{}
	kept := make([]Entry, 0, len(s.Entries))
	for _, e := range s.Entries {
		key := e.real + "\x00" + e.host
		if e.real == "" {
			key = e.path()
		}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, e)
		}
	}
	s.Entries = kept
}

// Configured returns the configured sites. It replaces a pattern by the folders that match. If
// two entries are for the same site, the keys of the later one are added to the earlier one.
func Configured(ctx context.Context, c *settings.Configuration, s *Selection) ([]Entry, Index, error) {
	var out []Entry
	byPath, at := Index{}, map[string]int{}
	for i, keys := range c.Sites {
		where := c.At(fmt.Sprintf("sites[%d]", i))
		pattern, _ := keys["path"].(string)
		if !filepath.IsAbs(pattern) {
			return nil, nil, exit.Usage(fmt.Errorf("%s: sites: path %q must be absolute", where, pattern))
		}
		paths, notes, err := find.Expand(ctx, pattern)
		if err != nil {
			return nil, nil, exit.Usage(fmt.Errorf("%s: sites: path %q: %w", where, pattern, err))
		}
		for _, note := range notes.Items {
			s.Notes.Add(note)
		}
		host, _ := keys["http_host"].(string)
		url, _ := keys["url"].(string)
		host = requestHost(host, url)
		for _, path := range paths {
			if path != filepath.Clean(pattern) && !LooksInstalled(path) {
				continue
			}
			e := NewEntry(path, host)
			e.byPattern = path != filepath.Clean(pattern)
			key := path + "\x00" + e.host
			i, known := at[key]
			if !known {
				i = len(out)
				at[key] = i
				byPath.add(&e, i)
				out = append(out, e)
			}
			maps.Copy(out[i].Keys, keys)
			out[i].Keys["path"] = path
			out[i].byPattern = out[i].byPattern && e.byPattern
		}
	}
	return out, byPath, nil
}

// LooksInstalled reports whether a folder that matches a pattern is a site. A broken site counts
// too: it must fail, and must not be skipped.
func LooksInstalled(path string) bool {
	installed, err := site.Installed(path)
	return installed || err != nil
}

// MissingRoot returns the error text for a root that does not exist.
func MissingRoot(root string) string {
	return fmt.Sprintf("search %q: there is no such folder; mount it, or remove it from the roots", root)
}

// FailMissing adds the missing roots to the report as errors. A backup of all sites then fails,
// even if each site that was found is backed up.
func (s *Selection) FailMissing(report *manifest.Report) {
	for _, root := range s.Missing {
		report.Fail(errors.New(MissingRoot(root)))
	}
}

// requestHost returns the host in the requests to a site: http_host, or else the host of url.
func requestHost(host, url string) string {
	var w wordpress.World
	if host == "" && w.SetURL(url) == nil {
		return w.HTTPHost
	}
	return host
}
