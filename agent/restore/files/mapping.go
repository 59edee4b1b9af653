package files

import (
	"path"
	"slices"
	"strings"

	wpfiles "github.com/wp-oneway/wp-oneway/wordpress/files"
)

// The first elements of the places that a mapping gives.
const (
	SiteFolder    = "site"    // what was below the site's root
	OutsideFolder = "outside" // everything else, under its own name
)

// A Mapping says where the entries of an archive go.
type Mapping struct {
	// Root is the site's root, as the archive names it; "" or "." if all names are relative to it.
	Root string
	// Include are the paths to extract, with everything below them; if empty, all paths.
	// Exclude are paths to leave out, with everything below them. A path is relative to
	// the site's root, or is a name in the archive.
	Include, Exclude []string
	// Flat puts each included path directly below SiteFolder, under its last element.
	Flat bool
	// Others maps names in the archive that are outside the root to the first element of a place
	// of their own. Such entries do not go to OutsideFolder.
	Others map[string]string

	found []bool // for each path of Include: it, or something below it, was seen
	whole []bool // for each path of Include: it is a file, and was seen
}

// place returns where an entry goes; "" if it is left out.
func (m *Mapping) place(name string, folder bool) string {
	inside, below := m.belowRoot(name)
	if name == wpfiles.CrontabName {
		below = false // the site does not have this entry; the agent added it
	}
	if m.matches(m.Exclude, name, inside, nil) {
		return ""
	}
	to := m.outside(name)
	if below {
		to = path.Join(SiteFolder, inside)
	}
	if to == "" {
		return ""
	}
	if len(m.Include) == 0 {
		return to
	}
	included := ""
	ok := m.matches(m.Include, name, inside, func(i int) {
		included = m.Include[i]
		if m.found != nil {
			m.found[i] = true
			m.whole[i] = m.whole[i] || !folder && (name == included || inside == included)
		}
	})
	if !ok {
		return ""
	}
	if m.Flat {
		rest := strings.TrimPrefix(strings.TrimPrefix(name, included), "/")
		if below && isBelow(inside, included) {
			rest = strings.TrimPrefix(strings.TrimPrefix(inside, included), "/")
		}
		return path.Join(SiteFolder, path.Base(included), rest)
	}
	return to
}

// outside returns the place of an entry that is not below the root; "" for a folder above the
// root or above one of m.Others.
func (m *Mapping) outside(name string) string {
	if name == "." || m.Root != "." && isBelow(m.Root, name) {
		return ""
	}
	for other, folder := range m.Others {
		if isBelow(name, other) {
			return path.Join(folder, strings.TrimPrefix(name, other))
		}
	}
	for other := range m.Others {
		if isBelow(other, name) {
			return ""
		}
	}
	return path.Join(OutsideFolder, name)
}

// Covers reports whether a place and everything that may be below it is included, and nothing
// of it is excluded.
func (m *Mapping) Covers(place string) bool {
	key, rest, _ := strings.Cut(place, "/")
	name := rest
	if key == SiteFolder {
		name = path.Join(m.Root, rest)
	}
	for other, folder := range m.Others {
		if folder == key {
			name = path.Join(other, rest)
		}
	}
	inside, _ := m.belowRoot(name)
	if len(m.Include) > 0 && !m.matches(m.Include, name, inside, nil) {
		return false
	}
	for _, p := range m.Exclude {
		if isBelow(name, p) || isBelow(inside, p) || isBelow(p, name) || isBelow(p, inside) {
			return false
		}
	}
	return true
}

// start resets what was seen.
func (m *Mapping) start() {
	m.found, m.whole = make([]bool, len(m.Include)), make([]bool, len(m.Include))
}

// done reports whether all included paths were seen completely. For an included folder, it is
// always false, because only the end of the archive is the end of the folder.
func (m *Mapping) done() bool { return len(m.whole) > 0 && !slices.Contains(m.whole, false) }

// belowRoot returns the name relative to the site's root, and whether it is below it.
func (m *Mapping) belowRoot(name string) (string, bool) {
	if m.Root == "" || m.Root == "." {
		return name, true
	}
	if name == m.Root {
		return ".", true
	}
	return strings.CutPrefix(name, m.Root+"/")
}

// matches reports whether a name is one of the paths or below one, and calls found with the path's index.
func (m *Mapping) matches(paths []string, name, inside string, found func(int)) bool {
	for i, p := range paths {
		if isBelow(name, p) || isBelow(inside, p) {
			if found != nil {
				found(i)
			}
			return true
		}
	}
	return false
}

func isBelow(name, p string) bool {
	rest, ok := strings.CutPrefix(name, p)
	return ok && (rest == "" || rest[0] == '/')
}

// missing returns the included paths of which nothing was seen.
func (m *Mapping) missing() (paths []string) {
	for i, seen := range m.found {
		if !seen {
			paths = append(paths, m.Include[i])
		}
	}
	return paths
}
