package sinks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A dirSink stores objects as files below a folder. All access goes through an
// os.Root, so symlinks cannot lead out of the folder.
type dirSink struct {
	dir  string
	root *os.Root
	o    Options

	publish []publisher // the ways to publish, best first
	noLocks sync.Once   // the warning that the file system has no locks

	mu    sync.Mutex
	swept map[string]bool // folders already cleaned of files of dead runs
}

func checkDir(u *url.URL) error {
	if u.Host != "" && u.Host != "localhost" {
		return fmt.Errorf("%w: %s: write a folder as file:///PATH, with three slashes", ErrURL, bare(u))
	}
	if !path.IsAbs(u.Path) {
		return fmt.Errorf("%w: %s: the folder is not absolute", ErrURL, bare(u))
	}
	return nil
}

func dirOf(u *url.URL) string { return filepath.FromSlash(u.Path) }

func openDir(_ context.Context, u *url.URL, o Options) (Sink, error) {
	dir := filepath.Clean(dirOf(u))
	if o.Dry {
		if err := couldWrite(dir); err != nil {
			return nil, fmt.Errorf("open folder: %w", diskError(err, dir))
		}
		return &dirSink{dir: dir, o: o}, nil
	}
	root, err := operator.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", diskError(err, dir))
	}
	return &dirSink{dir: dir, root: root, o: o, publish: publishers(), swept: map[string]bool{}}, nil
}

// couldWrite checks that a folder is writable or can be created.
func couldWrite(dir string) error {
	for {
		i, err := os.Stat(dir)
		switch {
		case err == nil && !i.IsDir():
			return &os.PathError{Op: "open", Path: dir, Err: unix.ENOTDIR}
		case err == nil:
			if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
				return &os.PathError{Op: "write to", Path: dir, Err: err}
			}
			return nil
		case !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir):
			return err
		}
		dir = filepath.Dir(dir)
	}
}

// String is the folder's URL.
func (s *dirSink) String() string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(s.dir)}).String()
}

// Put writes a temporary file in the same folder and renames it once all of it is
// on the disk.
func (s *dirSink) Put(ctx context.Context, name string, r io.Reader) (Receipt, error) {
	if err := checkName(name); err != nil {
		return Receipt{}, err
	}
	if ctx.Err() != nil {
		return Receipt{}, fmt.Errorf("store %s: %w", filepath.Join(s.dir, name), context.Cause(ctx))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next, leave, err := blocks(ctx, r, s.o.Pool, aheadBlocks)
	if err != nil {
		return Receipt{}, fmt.Errorf("store %s: %w", filepath.Join(s.dir, name), err)
	}
	defer leave()
	o, err := s.put(ctx, name, next)
	if err != nil {
		return Receipt{}, fmt.Errorf("store %s: %w", filepath.Join(s.dir, name), diskError(err, s.dir))
	}
	return Receipt{Objects: []Object{o}}, nil
}

func (s *dirSink) put(ctx context.Context, name string, next func(context.Context) (*Block, error)) (o Object, err error) {
	folder := path.Dir(name)
	if err := s.makeFolder(folder); err != nil {
		return Object{}, err
	}
	s.sweep(folder)
	tmp, err := s.createTemp(ctx, folder)
	if err != nil {
		return Object{}, err
	}
	published := false
	defer func() {
		left := tmp.remove()
		if published && left != nil { // the next run removes it
			s.o.Logger.Warn("a temporary name of a finished object was not removed", "file", tmp.name, "error", left)
			left = nil
		}
		err = errors.Join(err, left)
	}()
	sum := &checksum{}
	if err := copyBlocks(ctx, tmp.file, sum, next); err != nil {
		return Object{}, err
	}
	if err := tmp.file.Sync(); err != nil {
		return Object{}, err
	}
	if err := s.giveName(tmp, name); err != nil {
		return Object{}, err
	}
	if err := s.syncFolder(folder); err != nil { // the name may not survive a crash
		left := s.root.Remove(name)
		return Object{}, inDoubt(errors.Join(err, left), left != nil)
	}
	published = true
	return sum.object(name), nil
}

// copyBlocks writes a stream to f. It starts the writes to the disk on the way, so
// that the final fsync is short and the page cache of the site is not displaced.
func copyBlocks(ctx context.Context, f *os.File, sum *checksum, next func(context.Context) (*Block, error)) error {
	flush := flusher{file: f}
	for {
		b, err := next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		sum.append(b.checksum())
		_, err = f.Write(b.Bytes())
		b.Release()
		if err != nil {
			return err
		}
		flush.wrote(sum.bytes)
	}
}

// makeFolder creates a folder below the root and its parents with mode 0700, and
// syncs their names to the disk.
func (s *dirSink) makeFolder(folder string) error {
	if folder == "." {
		return nil
	}
	if i, err := s.root.Stat(folder); err == nil && i.IsDir() {
		return nil
	}
	if err := s.makeFolder(path.Dir(folder)); err != nil {
		return err
	}
	if err := s.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return s.syncFolder(path.Dir(folder))
}

func (s *dirSink) syncFolder(folder string) error {
	f, err := s.root.OpenFile(folder, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	return errors.Join(SyncFolder(f), f.Close())
}

// SyncFolder writes the names in an open folder to the disk. On a file system that cannot
// do that for folders, as some versions of CIFS, it does nothing.
func SyncFolder(f *os.File) error {
	err := f.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

const flushWindow = 32 << 20

// A flusher starts writing each full window of a file to the disk, waits for the
// window before, and drops that one from the page cache. Its errors are ignored:
// the final fsync does the same work.
type flusher struct {
	file  *os.File
	begun int64 // offset of the current window
}

// wrote is called with the size of the file after each write.
func (f *flusher) wrote(size int64) {
	for size-f.begun >= flushWindow {
		fd := int(f.file.Fd())
		_ = unix.SyncFileRange(fd, f.begun, flushWindow, unix.SYNC_FILE_RANGE_WRITE)
		if last := f.begun - flushWindow; last >= 0 {
			const wait = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
			_ = unix.SyncFileRange(fd, last, flushWindow, wait)
			_ = unix.Fadvise(fd, last, flushWindow, unix.FADV_DONTNEED)
		}
		f.begun += flushWindow
	}
}
