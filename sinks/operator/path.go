package operator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// maxLinks is the number of symlinks that a path may have, as in the kernel.
const maxLinks = 40

// A walk follows a path folder by folder. Each folder and each symlink on the way must
// be one that only root and the agent's user can change.
type walk struct {
	path  string   // as it was given
	dir   *os.File // the folder that was reached
	at    string   // its path
	rest  []string
	links int
}

// find opens what a path leads to, with O_PATH. The file itself is not checked.
func find(path string) (*os.File, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w := &walk{path: path}
	defer func() { w.enter(nil, "") }()
	if err := w.root(); err != nil {
		return nil, err
	}
	w.rest = strings.Split(abs, "/")
	for {
		f, err := w.step()
		if f != nil || err != nil {
			return f, err
		}
	}
}

// enter replaces the folder that was reached.
func (w *walk) enter(dir *os.File, at string) {
	if w.dir != nil {
		_ = w.dir.Close() // nothing was written
	}
	w.dir, w.at = dir, at
}

func (w *walk) failed(err error) error { return &fs.PathError{Op: "open", Path: w.path, Err: err} }

func (w *walk) root() error {
	dir, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return w.failed(err)
	}
	w.enter(dir, "/")
	return nil
}

func (w *walk) stat(f *os.File) (stat unix.Stat_t, err error) {
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		return stat, w.failed(err)
	}
	return stat, nil
}

// step takes the next element of the path, and returns the file that is its last.
func (w *walk) step() (*os.File, error) {
	if len(w.rest) == 0 {
		return w.open(".", 0)
	}
	name := w.rest[0]
	w.rest = w.rest[1:]
	if name == "" || name == "." {
		return nil, nil //nolint:nilnil // go on
	}
	if err := w.checkFolder(); err != nil {
		return nil, err
	}
	f, err := w.open(name, unix.O_NOFOLLOW)
	if err != nil {
		return nil, err
	}
	stat, err := w.stat(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	switch {
	case stat.Mode&unix.S_IFMT == unix.S_IFLNK:
		defer f.Close()
		return w.follow(name, f, stat.Uid)
	case stat.Mode&unix.S_IFMT == unix.S_IFDIR:
		w.enter(f, filepath.Join(w.at, name))
		return nil, nil //nolint:nilnil // go on
	case len(w.rest) > 0:
		return nil, errors.Join(w.failed(unix.ENOTDIR), f.Close())
	}
	return f, nil
}

// open opens an entry of the folder that was reached.
func (w *walk) open(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(w.dir.Fd()), name, unix.O_PATH|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, w.failed(err)
	}
	return os.NewFile(uintptr(fd), w.path), nil
}

// follow goes on at the target of a symlink.
func (w *walk) follow(name string, link *os.File, owner uint32) (*os.File, error) {
	if !trusted(owner) {
		return nil, fmt.Errorf("open %s: the symlink %s belongs to uid %d%s, who can replace the file; use a path that only root or you can change", w.path, filepath.Join(w.at, name), owner, userName(owner))
	}
	var system unix.Statfs_t
	if err := unix.Fstatfs(int(w.dir.Fd()), &system); err == nil && system.Type == unix.PROC_SUPER_MAGIC && len(w.rest) == 0 {
		return w.open(name, 0) // an open file of a process, such as a shell's <(…)
	}
	if w.links++; w.links > maxLinks {
		return nil, w.failed(unix.ELOOP)
	}
	buffer := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(link.Fd()), "", buffer)
	if err != nil {
		return nil, w.failed(err)
	}
	target := string(buffer[:n])
	w.rest = append(strings.Split(target, "/"), w.rest...)
	if filepath.IsAbs(target) {
		return nil, w.root()
	}
	return nil, nil //nolint:nilnil // go on
}

// checkFolder refuses a folder in which somebody else could replace the next element of
// the path.
func (w *walk) checkFolder() error {
	stat, err := w.stat(w.dir)
	if err != nil {
		return err
	}
	if !trusted(stat.Uid) {
		return fmt.Errorf("open %s: the folder %s belongs to uid %d%s, who can replace the file; move it to a folder of root's or of your own", w.path, w.at, stat.Uid, userName(stat.Uid))
	}
	if replaceable(w.dir, stat) {
		return fmt.Errorf("open %s: others can write to %s (mode %04o) and replace the file; run chmod go-w on it", w.path, w.at, stat.Mode&0o7777)
	}
	return nil
}

// replaceable reports whether other users than its owner can replace the files in a
// folder. In a sticky folder, they can replace only what is theirs.
func replaceable(dir *os.File, stat unix.Stat_t) bool {
	switch mode := stat.Mode; {
	case mode&unix.S_ISVTX != 0, mode&0o022 == 0:
		return false
	default:
		return mode&0o002 != 0 || hasACL(dir) || stat.Uid == 0 || !safefs.PrivateGroup(stat.Gid, stat.Uid)
	}
}

// hasACL reports whether an access list may let others write to a folder. Its mask then
// stands where the permissions of the group are.
func hasACL(dir *os.File) bool {
	n, err := unix.Getxattr(procPath(dir), "system.posix_acl_access", nil)
	return err == nil && n > 0
}

// userName is the name of a user for messages, "" if there is none.
func userName(uid uint32) string {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return ""
	}
	return " (" + u.Username + ")"
}

// procPath is the path at which the kernel shows an open file.
func procPath(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// trusted reports whether a user may change what configures the agent.
func trusted(uid uint32) bool { return uid == 0 || uid == uint32(os.Geteuid()) }
