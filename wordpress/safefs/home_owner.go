package safefs

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// FirstUser is the lowest id of a person's or a tenant's account on Linux. The
// homes of services below it (/var/www of www-data) hold sites of many.
const FirstUser = 1000

// Locate resolves the folder at path and says whose it is: its owner's or, where
// that is root, the owner's of the nearest folder above it that is somebody
// else's, since he can put any folder in its stead. All of it is told by the
// folder that is open, whatever the path leads to by then.
func (h *Home) Locate(path string) (real string, uid uint32, err error) {
	t, err := h.Trace(path, true)
	if err == nil {
		defer t.Close()
		real = t.real()
		uid, err = ownerAbove(t.Fd())
	}
	if err != nil {
		return "", 0, &fs.PathError{Op: "locate", Path: path, Err: err}
	}
	return real, uid, nil
}

func ownerAbove(fd int) (uint32, error) {
	var st, above syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return 0, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return 0, syscall.ENOTDIR
	}
	dir := fd
	for st.Uid == 0 {
		up, err := Retry(func() (int, error) { return unix.Openat(dir, "..", unix.O_PATH|unix.O_CLOEXEC, 0) })
		if dir != fd {
			_ = unix.Close(dir)
		}
		if err != nil {
			return 0, err
		}
		dir = up
		if err := syscall.Fstat(dir, &above); err != nil {
			_ = unix.Close(dir)
			return 0, err
		}
		if above.Dev == st.Dev && above.Ino == st.Ino {
			break
		}
		st = above
	}
	if dir != fd {
		_ = unix.Close(dir)
	}
	return st.Uid, nil
}
