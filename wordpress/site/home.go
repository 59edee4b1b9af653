package site

import (
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// companions are folders that belong to a home which lies apart from them:
// Debian's package keeps its core, its configurations and its content in three,
// Bitnami's images what persists in a second.
var companions = map[string][]string{
	DebianCore:     {DebianConfigs, "/var/lib/wordpress"},
	"/opt/bitnami": {"/bitnami/wordpress"},
}

// OpenHome opens dir. Links on the way are followed as RealPath does: dir may
// have come from a path that passes another user's folders.
func OpenHome(dir string) (*safefs.Home, error) {
	return safefs.OpenHome(dir, companions[filepath.Clean(dir)]...)
}
