package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// A folder is a store in the file system. All access goes through an os.Root, and symlinks are
// not followed.
type folder struct {
	dir  string
	root *os.Root
}

func openFolder(dir string) (Store, error) {
	// Opening a FIFO would block until a writer opens it.
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("open %s: it is not a folder; give the folder of the sink", dir)
	}
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return nil, fmt.Errorf("%w; give the folder of the sink", err)
	}
	return &folder{dir: filepath.Clean(dir), root: root}, nil
}

// Folder implements Store.
func (*folder) Folder() bool { return true }

// String implements Store.
func (s *folder) String() string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(s.dir)}).String()
}

// List implements Store. The names of one folder are held in memory.
func (s *folder) List(ctx context.Context, name string, found func(Entry) error) error {
	names, err := s.names(name)
	if err != nil {
		return fmt.Errorf("list %s: %w", filepath.Join(s.dir, name), err)
	}
	for _, base := range names {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		entry := path.Join(name, base)
		info, err := s.root.Lstat(entry)
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed since it was listed, for example by retention
			continue
		case err != nil:
			return fmt.Errorf("list %s: %w", filepath.Join(s.dir, name), err)
		case info.IsDir():
			err = found(Entry{Object: Object{Name: entry, Modified: info.ModTime()}, IsFolder: true})
		case info.Mode().IsRegular():
			err = found(Entry{Object: object(entry, info)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *folder) names(name string) ([]string, error) {
	dir, err := s.root.OpenFile(path.Join(".", name), os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// Head implements Store.
func (s *folder) Head(_ context.Context, name string) (Object, error) {
	info, err := s.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Object{}, ErrNotExist
	case err != nil:
		return Object{}, fmt.Errorf("examine %s: %w", filepath.Join(s.dir, name), err)
	case !info.Mode().IsRegular():
		return Object{}, fmt.Errorf("examine %s: it is not a regular file", filepath.Join(s.dir, name))
	}
	return object(name, info), nil
}

// Get implements Store.
func (s *folder) Get(ctx context.Context, want Object) (io.ReadCloser, error) {
	// O_NONBLOCK: a FIFO must not block the open.
	f, err := s.root.OpenFile(want.Name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(s.dir, want.Name), err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("read %s: it is not a regular file", filepath.Join(s.dir, want.Name)), f.Close())
	}
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_SEQUENTIAL) // only makes reading faster
	return &contextFile{f, ctx}, nil
}

func object(name string, info fs.FileInfo) Object {
	return Object{Name: name, Bytes: info.Size(), Modified: info.ModTime()}
}

// A contextFile is a file whose Read fails when the context has ended.
type contextFile struct {
	*os.File
	ctx context.Context //nolint:containedctx // of the call that opened it
}

// Read implements io.Reader.
func (f *contextFile) Read(p []byte) (int, error) {
	if f.ctx.Err() != nil {
		return 0, context.Cause(f.ctx)
	}
	return f.File.Read(p)
}
