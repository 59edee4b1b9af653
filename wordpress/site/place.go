package site

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A Place is the information about a site in the path that the operator gives. It is determined
// without opening a file of the tenant, so nothing that the tenant writes can change it.
type Place struct {
	Path   string // absolute and clean, links not resolved
	Home   string // the outermost folder the site may read from, links not resolved
	Layout string // the name of the layout, such as "plesk"; Classic if no layout matches
	Name   string // the site's name in a sink
}

// maxName is the length of the longest name.
const maxName = 100

// PlaceOf derives a site's place from path. homes returns the home of path's owner if
// path is in it, else ""; it is SystemHomes().Of, or what the operator gives, and may be nil. The home of
// the site is the owner's home, else the project's folder if the layout has one
// (releases, current), else the folder above path unless that one is Shared, else path.
func PlaceOf(path string, homes func(path string) string) (Place, error) {
	if path == "" || strings.IndexByte(path, 0) >= 0 {
		return Place{}, errors.New("place site: the path is empty or contains a NUL byte")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return Place{}, fmt.Errorf("place %q: %w", path, err)
	}
	home := ""
	if homes != nil {
		if home = homes(abs); !safefs.Within(abs, home) || home == "" {
			home = ""
		}
	}
	m := matchLayout(abs, home)
	p := Place{Path: abs, Home: home, Layout: m.layout, Name: cleanName(m.name)}
	switch {
	case home != "":
	case m.project != "":
		p.Home = m.project
	case Shared(filepath.Dir(abs)):
		p.Home = abs
	default:
		p.Home = filepath.Dir(abs)
	}
	return p, nil
}

// NameForm is what ValidName accepts, for errors.
const NameForm = "must be 1 to 100 of a-z, 0-9, '.', '_' and '-', and begin with a letter or a digit"

// ValidName reports whether name may be a site's name in a sink: 1 to 100 of
// a–z, 0–9, '.', '_' and '-', the first a letter or a digit.
func ValidName(name string) bool {
	if name == "" || len(name) > maxName || !alphanumeric(name[0]) {
		return false
	}
	for i := range len(name) {
		if !nameByte(name[i]) {
			return false
		}
	}
	return true
}

// cleanName makes a valid name of any text. It converts upper case to lower case. If
// it must change more than that, it appends a part of the text's hash, so that
// different texts get different names.
func cleanName(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	if ValidName(string(lower)) {
		return string(lower)
	}
	for i, c := range lower {
		if !nameByte(c) {
			lower[i] = '-'
		}
	}
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:4])
	stem := strings.Trim(string(lower), "._-")
	if stem == "" {
		stem = "site"
	}
	if limit := maxName - 1 - len(hash); len(stem) > limit {
		stem = stem[:limit]
	}
	return stem + "-" + hash
}

func nameByte(c byte) bool {
	return alphanumeric(c) || c == '.' || c == '_' || c == '-'
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}

// Shared reports whether a folder belongs to the whole system and cannot be the home of
// one site: "/", the folders in it, and folders in which hosts keep many sites.
func Shared(dir string) bool {
	switch dir {
	case "/var/www/vhosts", "/var/lib", "/usr/share", "/usr/local", "/usr/local/share", "/srv/www", "/opt/easyengine/sites",
		"/www/wwwroot", "/nas/content/live", "/srv/users", "/var/customers/webs", "/usr/local/lsws":
		return true
	}
	return len(safefs.Components(dir)) < 2
}
