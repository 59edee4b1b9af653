package safefs

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// FirstUser is the lowest user ID of a person or a tenant on Linux. User IDs below
// it belong to services, whose homes (/var/www of www-data) hold the sites of many.
const FirstUser = 1000

// Locate resolves the folder at path and returns the user with whose rights it is to be
// read. To a process of root that is the one user other than root who may change the
// folder, a folder that leads to it, or one of the entries deciding, which are relative
// to the folder; if there is none, the one whom further returns; if that is 0, the one who
// may change one of the entries content; 0 if only root may change any of them. If several
// may, it returns an AmbiguousOwnerError. To any other process it is the owner of the folder or, if that is
// root, of the nearest folder above that another user owns. Both results describe the
// same open folder, even if path leads to another one by now.
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

// sole returns the one user who may change the folder at the end of c, as Locate says.
func (h *Home) sole(c *Chain, deciding, content []string, further func() (uint32, error)) (uint32, error) {
	g := &guard{collect: true}
	inner := &Home{roots: h.roots, guard: g}
	if err := eachAbove(*c.End(), c.real(), func(d *Descriptor, path string, entry bool) { g.writers.add(d, path, entry) }); err != nil {
		return 0, err
	}
	add := func(names []string) (uint32, error) {
		for _, name := range names {
			// What cannot be resolved is missing, or refused when it is read.
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

// eachAbove calls visit with the open folder d and with each folder above it.
func eachAbove(d Descriptor, path string, visit func(d *Descriptor, path string, entry bool)) error {
	for entry := false; ; entry = true {
		visit(&d, path, entry)
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

// ownerAbove returns the owner of the nearest folder, from d upwards, that is not root's.
func ownerAbove(d Descriptor) (uid uint32, err error) {
	err = eachAbove(d, "", func(d *Descriptor, _ string, _ bool) {
		if uid == 0 {
			uid = d.UID()
		}
	})
	return uid, err
}
