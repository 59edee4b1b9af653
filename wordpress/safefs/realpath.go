package safefs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A ForeignLinkError says that a path contains a link that belongs to one user and leads to files
// of another. If the link were followed, files of one user would be read in the name of the
// other.
type ForeignLinkError struct {
	Link string // path of the link, resolved up to the link itself
	UID  uint32 // user ID of the owner of the link
	To   string // real path that the link leads to
}

func (e *ForeignLinkError) Error() string {
	return fmt.Sprintf("%q is a link of uid %d and leads to %q, which belongs to another user; give the folder's own path", e.Link, e.UID, e.To)
}

// RealPath returns the real path of a folder or a file. It follows links. Links of root and of
// this process's user may lead anywhere. The target of any other link must belong to the owner of
// the link, or be below the outermost folder of that owner on the path. If a link is in a folder
// of another user (a person, not a service), the same condition applies to the owner of that
// folder.
func RealPath(path string) (string, error) {
	c, err := chainFromRoot(path)
	if err != nil {
		return "", err
	}
	defer c.closeAll()
	return c.real(), nil
}

// PlannedPath returns the real path that a file or folder has or, if it does not exist, will have
// after it is created. It resolves only the components that exist, as RealPath does.
func PlannedPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := RealPath(path)
	if !errors.Is(err, fs.ErrNotExist) || path == "/" {
		return real, err
	}
	parent, err := PlannedPath(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// MakeFolder opens a folder for reading, like OpenFolder. If the folder or folders above it do
// not exist, it creates them, each in the open folder above.
func MakeFolder(dir string, mode os.FileMode) (*os.File, error) {
	file, err := OpenFolder(dir)
	if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
		return file, err
	}
	if err := makeBelow(filepath.Dir(dir), filepath.Base(dir), mode); err != nil {
		return nil, err
	}
	return OpenFolder(dir)
}

// makeBelow creates a folder in the folder parent. It creates parent too if that does not exist.
func makeBelow(parent, name string, mode os.FileMode) error {
	c, err := chainFromRoot(parent)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(parent) != parent {
		if err := makeBelow(filepath.Dir(parent), filepath.Base(parent), mode); err != nil {
			return err
		}
		c, err = chainFromRoot(parent)
	}
	if err != nil {
		return err
	}
	defer c.closeAll()
	if err := unix.Mkdirat(c.End().fd, name, uint32(mode.Perm())); err != nil && !errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "mkdir", Path: filepath.Join(parent, name), Err: err}
	}
	return nil
}

// OpenFolder opens a folder for reading. It follows links as RealPath does.
func OpenFolder(dir string) (*os.File, error) {
	c, err := chainFromRoot(dir)
	if err != nil {
		return nil, err
	}
	defer c.closeAll()
	file, _, err := c.End().OpenBelow(".", dir, unix.O_DIRECTORY)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return file, nil
}

// chainFromRoot makes path absolute and resolves it from "/". The caller closes the result with
// closeAll.
func chainFromRoot(path string) (*Chain, error) {
	c, err := resolveFromRoot(path)
	if err != nil {
		return nil, &fs.PathError{Op: "resolve", Path: path, Err: err}
	}
	return c, nil
}

func resolveFromRoot(path string) (*Chain, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	fd, err := retry(func() (int, error) { return unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	top, err := newRoot(fd, "/")
	if err != nil {
		return nil, err
	}
	r := &resolver{home: &Home{roots: []*root{top}}, anywhere: true, rule: pathRule()}
	if err = r.resolve(abs, true); err == nil {
		if foreign := r.foreignLink(); foreign != nil {
			err = foreign
		}
	}
	if err != nil {
		r.Close()
		_ = top.file.Close()
		return nil, err
	}
	return &r.Chain, nil
}

// closeAll closes the chain and its root.
func (c *Chain) closeAll() {
	c.Close()
	_ = c.root.file.Close()
}
