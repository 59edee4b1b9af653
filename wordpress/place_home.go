package wordpress

import "path/filepath"

// companions are folders that belong to a home which lies apart from them:
// Debian's package keeps its core, its configurations and its content in three,
// Bitnami's images what persists in a second.
var companions = map[string][]string{
	debianCore:     {debianConfigs, "/var/lib/wordpress"},
	"/opt/bitnami": {"/bitnami/wordpress"},
}

// OpenHome opens dir. Links on the way are followed as RealPath does: dir may
// have come from a path that passes another user's folders.
func OpenHome(dir string) (*Home, error) {
	return OpenRoots(dir, companions[filepath.Clean(dir)]...)
}
