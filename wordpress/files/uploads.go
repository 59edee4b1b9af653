package files

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// Uploads is a folder of uploads in addition to the default one.
type Uploads struct {
	Path string // absolute; may contain links
	From string // the setting that names it; "" for WordPress' default
}

// uploadsName is the default name of the uploads folder.
const uploadsName = "wp-content/uploads"

// addUploads adds a folder of uploads. Its name in patterns is the default one, unless it
// contains other parts of the site: patterns for uploads must not match these.
func (s *Set) addUploads(u Uploads) {
	what := "the site's " + uploadsName
	if u.From != "" {
		what = "the folder of uploads, named by " + u.From
	}
	real, err := s.home.Resolve(u.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if u.From != "" && !s.covered(filepath.Clean(u.Path)) {
			s.report.warn(u.Path, what+": does not exist")
		}
	case err != nil || !s.ours[real]:
		s.addContent(u.Path, uploadsName, what)
		s.uploads = append(s.uploads, real)
	default:
		s.addContent(u.Path, "", what)
		if s.sel.NoUploads {
			s.report.warn(real, what+": contains other parts of the site, so its uploads are not left out")
		}
	}
}

// keepUploads makes sure that the walk reaches the uploads folders: only an exclude of the
// operator can exclude such a folder; a default exclude, the rule for the core and the rule for
// other sites cannot.
func (s *Set) keepUploads() {
	for _, path := range s.uploads {
		if !s.main[path] || s.operatorExcludes(path) || s.sel.NoUploads && s.inUploads(filepath.Dir(path)) {
			continue
		}
		s.kept[path] = true
		for dir := filepath.Dir(path); dir != "/" && !s.aboveKept[dir]; dir = filepath.Dir(dir) {
			s.aboveKept[dir] = true
		}
	}
}

// inUploads reports whether a folder is a folder of uploads or below one.
func (s *Set) inUploads(path string) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		if s.content[path] == uploadsName {
			return true
		}
	}
	return false
}

// operatorExcludes reports whether an exclude of the operator's matches a folder or one
// above it.
func (s *Set) operatorExcludes(path string) bool {
	for _, name := range s.names(path) {
		for i := 0; i <= len(name); i++ {
			if i == 0 || i < len(name) && name[i] != '/' {
				continue
			}
			for j := range s.rules.exclude[:len(s.sel.Exclude)] {
				if s.rules.exclude[j].match(name[:i], true) {
					return true
				}
			}
		}
	}
	return false
}

// isNever reports whether a path must not be read.
func (s *Set) isNever(path string) bool {
	for dir := range s.never {
		if safefs.Within(path, dir) {
			return true
		}
	}
	return false
}

// names returns the names of a path that patterns are matched with.
func (s *Set) names(path string) []string {
	var out []string
	if name, ok := safefs.Relative(path, s.base); ok {
		out = append(out, name)
	}
	if name, ok := safefs.Relative(path, s.root); ok {
		out = append(out, name)
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		if content, ok := s.content[dir]; ok {
			rest, _ := safefs.Relative(path, dir)
			return append(out, strings.TrimSuffix(content+"/"+rest, "/"))
		}
		if dir == "/" {
			return out
		}
	}
}
