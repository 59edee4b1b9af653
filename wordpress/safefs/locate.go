package safefs

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// FirstUser is the lowest user ID of a person or a tenant on Linux. Lower user IDs belong to
// services. The homes of services, such as /var/www of www-data, contain the sites of many
// tenants.
const FirstUser = 1000

// Locate resolves the folder at path. It returns the real path, and the user with whose rights
// the folder is to be read; 0 means root. In a process of root, this user is the only one,
// besides root, who may change certain paths. Locate tries three groups of paths in turn until
// one has such a user: the folder, the folders that lead to it and the entries deciding; the
// paths that further checks; and the entries content. The entries are relative to the folder. If
// several users may change a group of paths, the error is an AmbiguousOwnerError. In any other
// process, the user is the owner of the folder or, if that is root, the owner of the nearest
// folder above that does not belong to root. Both results describe the same open folder, even if
// path now leads to another one.
func (h *Home) Locate(path string, deciding, content []string, further func() (uint32, error)) (real string, uid uint32, err error) {
	c, err := h.Chain(path, true)
	if err == nil {
		defer c.Close()
		real = c.real()
		switch {
		case !c.End().IsDir():
			err = syscall.ENOTDIR
		case os.Geteuid() != 0:
			uid, err = ownerAbove(*c.End())
		default:
			uid, err = h.sole(c, deciding, content, further)
		}
	}
	if err != nil {
		return "", 0, &fs.PathError{Op: "locate", Path: path, Err: err}
	}
	return real, uid, nil
}

// sole returns the one user who may change the folder at the end of c; see Locate.
func (h *Home) sole(c *Chain, deciding, content []string, further func() (uint32, error)) (uint32, error) {
	g := &guard{collect: true}
	inner := &Home{roots: h.roots, guard: g}
	inner.Keep()
	defer inner.release()
	if err := eachAbove(*c.End(), c.real(), g.writers.add); err != nil {
		return 0, err
	}
	add := func(names []string) (uint32, error) {
		for _, name := range names {
			// A path that cannot be resolved does not exist, or is refused when it is read.
			if entry, err := inner.Chain(Join(c.real(), name), true); err == nil {
				entry.Close()
			}
		}
		return g.writers.Sole()
	}
	if uid, err := add(deciding); uid != 0 || err != nil {
		return uid, err
	}
	if uid, err := further(); uid != 0 || err != nil {
		return uid, err
	}
	return add(content)
}

// eachAbove calls visit with the open folder d, and then with each folder above it.
func eachAbove(d Descriptor, path string, visit func(d *Descriptor, path func() string, entry bool)) error {
	for entry := false; ; entry = true {
		visit(&d, func() string { return path }, entry)
		up, err := openPath(d.fd, "..")
		if err != nil {
			return err
		}
		defer up.close()
		if up.Inode() == d.Inode() {
			return nil
		}
		d, path = up, filepath.Dir(path)
	}
}

// ownerAbove returns the owner of the nearest folder, from d upwards, that does not belong to
// root. It returns 0 if all of them belong to root.
func ownerAbove(d Descriptor) (uid uint32, err error) {
	err = eachAbove(d, "", func(d *Descriptor, _ func() string, _ bool) {
		if uid == 0 {
			uid = d.UID()
		}
	})
	return uid, err
}
