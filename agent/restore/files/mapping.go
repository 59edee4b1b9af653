package files

import (
	"path"
	"slices"
	"strings"
)

// The folders below which a mapping puts what it keeps.
const (
	SiteFolder    = "site"    // what was below the site's root
	OutsideFolder = "outside" // everything else, under its own name
)

// A Mapping says where the entries of an archive go.
type Mapping struct {
	// Root is the site's root, as the archive names it; "" or "." if all names are relative to it.
	Root string
	// Include are the only paths that are wanted, with what is below them; none: all.
	// Exclude are paths that are left out, with what is below them. Paths are relative to
	// the site's root, or names of the archive.
	Include, Exclude []string
	// Flat puts each included path directly into the folder, under its last element.
	Flat bool

	found []bool // of Include: it, or something below it, was seen
	whole []bool // of Include: it is a file that was seen
}

// place is where an entry goes, "" to leave it out.
func (m *Mapping) place(name string, folder bool) string {
	inside, below := m.belowRoot(name)
	if m.matches(m.Exclude, name, inside, nil) {
		return ""
	}
	to := path.Join(OutsideFolder, name)
	if below {
		to = path.Join(SiteFolder, inside)
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
		return path.Join(path.Base(included), rest)
	}
	return to
}

// start forgets what was seen.
func (m *Mapping) start() {
	m.found, m.whole = make([]bool, len(m.Include)), make([]bool, len(m.Include))
}

// done tells whether everything that is included was seen to its end. That of a folder is not
// known before the end of the archive.
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

// matches tells whether a name is one of the paths or below one, and calls found with the path's index.
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

// missing are the included paths of which nothing was seen.
func (m *Mapping) missing() (paths []string) {
	for i, seen := range m.found {
		if !seen {
			paths = append(paths, m.Include[i])
		}
	}
	return paths
}
