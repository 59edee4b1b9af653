package safefs

import (
	"io/fs"
	"syscall"
)

// FirstUser is the lowest user ID of a person or a tenant on Linux. User IDs below
// it belong to services, whose homes (/var/www of www-data) hold the sites of many.
const FirstUser = 1000

// Locate resolves the folder at path and returns its owner. If that is root, it
// returns the owner of the nearest folder above that another user owns: that user
// can replace everything below. Both results describe the same open folder, even
// if path leads to another one by now.
func (h *Home) Locate(path string) (real string, uid uint32, err error) {
	c, err := h.Chain(path, true)
	if err == nil {
		defer c.Close()
		real = c.real()
		uid, err = ownerAbove(*c.End())
	}
	if err != nil {
		return "", 0, &fs.PathError{Op: "locate", Path: path, Err: err}
	}
	return real, uid, nil
}

func ownerAbove(d Descriptor) (uint32, error) {
	if !d.IsDir() {
		return 0, syscall.ENOTDIR
	}
	for d.UID() == 0 {
		up, err := openPath(d.fd, "..")
		if err != nil {
			return 0, err
		}
		defer up.close()
		if up.Inode() == d.Inode() {
			break
		}
		d = up
	}
	return d.UID(), nil
}
