package site

import (
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// companions are further folders that belong to a home. Debian's package has separate
// folders for its core, its configurations and its content. Bitnami's images keep
// persistent files in a second folder.
var companions = map[string][]string{
	DebianCore:     {DebianConfigs, "/var/lib/wordpress"},
	"/opt/bitnami": {"/bitnami/wordpress"},
}

// OpenHome opens dir and its companions. It follows links as safefs.RealPath does, because the
// path of dir may contain folders of another user.
func OpenHome(dir string) (*safefs.Home, error) {
	return safefs.OpenHome(dir, companions[filepath.Clean(dir)]...)
}
