package tree

import (
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// InPlace returns Options.Others: the files and folders outside of a root that may be restored
// to where they came from. base is the folder that the names in the archive are relative to;
// it only decides which entry belongs to which path. named are the paths that the operator
// names. used are the paths that the installed site uses. An attacker who controls the site may
// have chosen those, so they must belong to the owner of the root and be below home.
func InPlace(base, root string, named, used []string, home string) (map[string]string, error) {
	var allowed []string
	for _, path := range named {
		real, err := safefs.PlannedPath(path)
		if err != nil {
			return nil, fmt.Errorf("--allow-path %s: %w", path, safefs.Cause(err))
		}
		if safefs.Within(root, real) {
			return nil, fmt.Errorf("--allow-path %s: the site's root is in it; name the files and folders beside the root", path)
		}
		allowed = append(allowed, real)
	}
	for _, path := range used {
		real, err := safefs.PlannedPath(path)
		if err != nil || !safefs.Within(real, home) || safefs.Within(root, real) || !sameOwner(real, root) {
			continue // it is restored to the folder Path.outside
		}
		allowed = append(allowed, real)
	}
	others := map[string]string{}
	for _, path := range allowed {
		name, err := filepath.Rel(base, path)
		inner := slices.ContainsFunc(allowed, func(above string) bool { return above != path && safefs.Within(path, above) })
		if err == nil && filepath.IsLocal(name) && name != "." && !safefs.Within(path, root) && !inner {
			others[name] = path
		}
	}
	return others, nil
}

// sameOwner reports whether a file or folder belongs to the owner of the root. If it does not
// exist, the folder that it would be in is examined instead.
func sameOwner(path, root string) bool {
	var at, of unix.Stat_t
	err := unix.Lstat(path, &at)
	if err != nil {
		err = unix.Lstat(filepath.Dir(path), &at)
	}
	return err == nil && unix.Lstat(root, &of) == nil && at.Uid == of.Uid
}
