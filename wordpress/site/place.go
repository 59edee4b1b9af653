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

// A Place is what the operator's path alone says of a site: nothing of the
// tenant's is opened for it, and nothing the tenant writes changes it.
type Place struct {
	Path   string // absolute and clean, links not resolved
	Home   string // the outermost folder the site may read from, links not resolved
	Layout string // the layout's name, such as "plesk"; "classic" for none of the known
	Name   string // the site's name in a sink
}

// maxName is the length of the longest name.
const maxName = 100

// PlaceOf says what path's text means. homes, which may be nil, gives the home
// of path's owner if path lies in it, else "": OwnerHome, but in tests. The
// site's home is that one, else the project's folder where the layout has one
// (releases, current), else the folder above path, but never a folder that
// belongs to the system as a whole.
func PlaceOf(path string, homes func(path string) string) (Place, error) {
	if path == "" || strings.IndexByte(path, 0) >= 0 {
		return Place{}, errors.New("place site: its path is empty or holds a NUL byte")
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

// cleanName makes a valid name of any text. Upper case becomes lower case. Where
// more has to change than that, part of the text's hash is added, so that
// different texts keep different names.
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

// Shared reports whether a folder belongs to the system as a whole, and so to
// no single site's home: the root, what lies in it, and where hosts put sites
// side by side.
func Shared(dir string) bool {
	switch dir {
	case "/var/www/vhosts", "/var/lib", "/usr/share", "/usr/local", "/usr/local/share", "/srv/www", "/opt/easyengine/sites",
		"/www/wwwroot", "/nas/content/live", "/srv/users", "/var/customers/webs", "/usr/local/lsws":
		return true
	}
	return len(safefs.Components(dir)) < 2
}
