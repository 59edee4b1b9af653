package safefs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// What Home refuses.
var (
	// ErrOutside: the path, or a link on its way, leaves home.
	ErrOutside = errors.New("leads outside the site's home")
	// ErrIrregular: the path leads to something other than a regular file or a
	// folder: a FIFO, a socket, a device.
	ErrIrregular = errors.New("is no regular file or folder")
)

// Home is the outermost folder a site may read from, held open. Everything that
// is opened of a site is opened through its Home: path components are resolved
// one by one below home, each relative to the open folder before it, so that a
// tenant who swaps folders for links in the meantime gains nothing. Links,
// relative and absolute, are followed while they stay in home. Methods may be
// called at the same time.
type Home struct {
	roots []*homeRoot // home itself, and companions that belong to it
}

// A homeRoot is one folder below which everything may be read.
type homeRoot struct {
	Dir   string   // real path
	alias string   // the path it was given by, where that is another one; else ""
	parts []string // dir's components
	File  *os.File // O_PATH
	dev   uint64   // its file system
	uid   uint32   // its owner
}

// OpenHome opens a home and those of its companions that exist.
func OpenHome(dir string, also ...string) (*Home, error) {
	h := &Home{}
	for i, path := range append([]string{dir}, also...) {
		root, err := openRoot(path)
		if i > 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open home %q: %w", path, errors.Join(Cause(err), h.Close()))
		}
		h.roots = append(h.roots, root)
	}
	return h, nil
}

func openRoot(dir string) (*homeRoot, error) {
	given, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	w, err := walkWay(given)
	if err != nil {
		return nil, err
	}
	real := w.real()
	fd, err := w.take()
	if err != nil {
		return nil, err
	}
	r := &homeRoot{Dir: real, parts: Components(real), File: os.NewFile(uintptr(fd), real)}
	if given != real {
		r.alias = given
	}
	if err := r.stat(); err != nil {
		return nil, errors.Join(err, r.File.Close())
	}
	if InKernel(real) || Pseudo(fd) {
		return nil, errors.Join(ErrOutside, r.File.Close())
	}
	return r, nil
}

// stat reads the status of the open folder.
func (r *homeRoot) stat() error {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(r.File.Fd()), &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return syscall.ENOTDIR
	}
	r.dev, r.uid = st.Dev, st.Uid
	return nil
}

// Dir returns home's real path.
func (h *Home) Dir() string { return h.roots[0].Dir }

// Close lets go of home; what was opened through it stays open.
func (h *Home) Close() error {
	var errs []error
	for _, r := range h.roots {
		errs = append(errs, r.File.Close())
	}
	return errors.Join(errs...)
}

// Contains reports whether path, by its text alone, is home or lies below it.
func (h *Home) Contains(path string) bool {
	for _, r := range h.roots {
		if Within(path, r.Dir) || r.alias != "" && Within(path, r.alias) {
			return true
		}
	}
	return false
}

// Open opens the regular file or the folder at path, an absolute path. Anything
// else is ErrIrregular, and never waited for.
func (h *Home) Open(path string) (*os.File, error) {
	t, err := h.Trace(path, true)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer t.Close()
	f, err := t.open()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}

// Resolve returns path's real path, every link followed.
func (h *Home) Resolve(path string) (string, error) {
	t, err := h.Trace(path, true)
	if err != nil {
		return "", &fs.PathError{Op: "resolve", Path: path, Err: err}
	}
	defer t.Close()
	return t.real(), nil
}

// Stat describes what path leads to, links followed. Its Sys is a *syscall.Stat_t.
func (h *Home) Stat(path string) (fs.FileInfo, error) { return h.stat("stat", path, true) }

// Lstat describes what lies at path; a link there is not followed, one on the
// way is. Its Sys is a *syscall.Stat_t.
func (h *Home) Lstat(path string) (fs.FileInfo, error) { return h.stat("lstat", path, false) }

// Readlink returns the target of the link at path as it is stored.
func (h *Home) Readlink(path string) (string, error) {
	t, err := h.Trace(path, false)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	defer t.Close()
	target, err := Readlinkat(t.Fd())
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	return target, nil
}

func (h *Home) stat(op, path string, follow bool) (fs.FileInfo, error) {
	t, err := h.Trace(path, follow)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: path, Err: err}
	}
	defer t.Close()
	info := &FileInfo{Base: filepath.Base(path)}
	if err := syscall.Fstat(t.Fd(), &info.Stat); err != nil {
		return nil, &fs.PathError{Op: op, Path: path, Err: err}
	}
	return info, nil
}
