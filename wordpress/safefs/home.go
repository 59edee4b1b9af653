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

// The reasons why Home refuses a path.
var (
	// ErrOutside: the path, or a link in it, leads outside home.
	ErrOutside = errors.New("leads outside the site's home")
	// ErrIrregular: the path leads to a FIFO, a socket or a device.
	ErrIrregular = errors.New("is not a regular file")
)

// Home is the outermost folder that a site may read from. It is kept open, and every file of a
// site is opened through it. A path is resolved one component at a time, each relative to the
// open folder before it. Therefore a tenant who replaces a folder by a link during the resolution
// cannot lead it outside. Relative and absolute links are followed if they stay in home. Methods
// may be called concurrently.
type Home struct {
	roots []*root // home itself, then its companions
	guard *guard  // nil: all paths in home may be read
	kept  *kept   // nil: no folder is kept
}

// A root is a folder in which everything may be read.
type root struct {
	Descriptor          // O_PATH
	dir        string   // real path
	alias      string   // the given path if it is not dir; else ""
	parts      []string // the components of dir
}

// OpenHome opens a home and its companions. Companions are folders in other places that belong to
// the home. A companion that does not exist is left out. Links in dir are followed as RealPath
// does.
func OpenHome(dir string, companions ...string) (*Home, error) {
	h := &Home{}
	for i, path := range append([]string{dir}, companions...) {
		r, err := openRoot(path)
		if i > 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open home %q: %w", path, errors.Join(Cause(err), h.Close()))
		}
		h.roots = append(h.roots, r)
	}
	return h, nil
}

func openRoot(dir string) (*root, error) {
	given, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	c, err := chainFromRoot(given)
	if err != nil {
		return nil, err
	}
	defer c.closeAll()
	real := c.real()
	fd, err := retry(func() (int, error) { return unix.FcntlInt(uintptr(c.End().fd), unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	r, err := newRoot(fd, real)
	if err != nil {
		return nil, err
	}
	if given != real {
		r.alias = given
	}
	if InKernel(real) || r.OnPseudo() {
		return nil, errors.Join(ErrOutside, r.file.Close())
	}
	return r, nil
}

// newRoot returns a root for an open folder. If it fails, it closes fd.
func newRoot(fd int, dir string) (*root, error) {
	f := os.NewFile(uintptr(fd), dir)
	d, err := Describe(f)
	if err == nil && !d.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &root{Descriptor: d, dir: dir, parts: Components(dir)}, nil
}

// Dir returns the real path of home.
func (h *Home) Dir() string { return h.roots[0].dir }

// Close closes home. Files that were opened through home stay open.
func (h *Home) Close() error {
	h.release()
	var errs []error
	for _, r := range h.roots {
		errs = append(errs, r.file.Close())
	}
	return errors.Join(errs...)
}

// Contains reports whether path is home or below it. It only compares text.
func (h *Home) Contains(path string) bool {
	for _, r := range h.roots {
		if Within(path, r.dir) || r.alias != "" && Within(path, r.alias) {
			return true
		}
	}
	return false
}

// Open opens the regular file or folder at path. path must be absolute. For any other type of
// file, the error is ErrIrregular. Open never waits for a FIFO.
func (h *Home) Open(path string) (*os.File, error) {
	c, err := h.Chain(path, true)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer c.Close()
	f, err := c.open()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}

// OpenFolder opens the folder with this name in the open folder parent. path is the path of the
// folder. For a folder on a pseudo file system, such as /proc, the error is ErrOutside.
func (h *Home) OpenFolder(parent *Descriptor, name, path string) (*os.File, Descriptor, error) {
	f, d, err := parent.OpenBelow(name, path, unix.O_DIRECTORY)
	if err != nil {
		return nil, Descriptor{}, err
	}
	if d.entersPseudo(parent) || h.Dir() == "/" && InKernel(path) {
		return nil, Descriptor{}, errors.Join(ErrOutside, f.Close())
	}
	return f, d, nil
}

// Resolve returns the real path of path. It follows all links.
func (h *Home) Resolve(path string) (string, error) {
	c, err := h.Chain(path, true)
	if err != nil {
		return "", &fs.PathError{Op: "resolve", Path: path, Err: err}
	}
	defer c.Close()
	return c.real(), nil
}

// Stat returns the status of the file that path leads to. It follows all links. Sys of the result
// is a *syscall.Stat_t.
func (h *Home) Stat(path string) (fs.FileInfo, error) { return h.stat("stat", path, true) }

// Lstat returns the status of the file at path. It follows links in all components except the
// last one. Sys of the result is a *syscall.Stat_t.
func (h *Home) Lstat(path string) (fs.FileInfo, error) { return h.stat("lstat", path, false) }

func (h *Home) stat(op, path string, follow bool) (fs.FileInfo, error) {
	c, err := h.Chain(path, follow)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: path, Err: err}
	}
	defer c.Close()
	return c.End().Info(filepath.Base(path)), nil
}

// Readlink returns the stored target of the link at path.
func (h *Home) Readlink(path string) (string, error) {
	c, err := h.Chain(path, false)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	defer c.Close()
	target, err := c.End().readlink()
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	return target, nil
}
