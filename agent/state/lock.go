package state

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// ErrNoLocks says that the file system of a folder cannot lock files, as some network
// file systems cannot.
var ErrNoLocks = errors.New("two runs of a site at the same time cannot be excluded; put the folder on a local file system")

// Lock takes the lock of the site with that ID. It does not wait: if another run
// holds the lock, the error is manifest.ErrLocked. The kernel releases the lock
// when the process ends, for whatever reason.
//
// The lock is taken in the state folder and in Run. Run can differ between a
// service of systemd and a shell, and systemd removes it when the service ends,
// even while another process holds locks in it.
//
// If the error is ErrNoLocks, the run can continue: unlock releases what could be locked.
func (d Dirs) Lock(id string) (unlock func(), err error) {
	folders := []string{d.stateLocks()}
	if d.Run != d.stateLocks() {
		folders = append(folders, d.Run)
	}
	var held []func()
	unlock = func() {
		for _, release := range held {
			release()
		}
	}
	var missing error
	for _, folder := range folders {
		release, err := lockIn(folder, id)
		switch {
		case err == nil:
			held = append(held, release)
		case errors.Is(err, ErrNoLocks):
			missing = err
		default:
			unlock()
			return nil, err
		}
	}
	return unlock, missing
}

func lockIn(dir, id string) (unlock func(), err error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("create the folder of locks: %w", err)
	}
	return lockFile(filepath.Join(dir, fileName(id)+".lock"), flock)
}

// lockTries is how often opening a lock file is tried while other processes remove it.
const lockTries = 100

// lockFile creates and locks a file. unlock removes it, so that the folder holds no
// more files than there are locks. lock is flock.
func lockFile(path string, lock func(*os.File) error) (unlock func(), err error) {
	for range lockTries {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, fmt.Errorf("create the lock: %w", err)
		}
		err = lock(f)
		if err == nil && isAt(f, path) {
			return func() { _, _ = os.Remove(path), f.Close() }, nil
		}
		_ = f.Close() // nothing was written
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return nil, manifest.ErrLocked
		case err != nil:
			_ = os.Remove(path) // it locks nothing
			return nil, fmt.Errorf("lock %s: %w: %w", path, err, ErrNoLocks)
		}
	}
	return nil, manifest.ErrLocked
}

// flock locks an open file without waiting.
func flock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// isAt reports whether the open file is still the one at path: the last holder of the
// lock may have removed it.
func isAt(f *os.File, path string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(ours, there)
}

// The files that all runs of a host share are locked only for short times.
const (
	sharedLockTries = 200
	sharedLockPause = 50 * time.Millisecond
)

// Exclusive locks files of the state folder that all runs share, such as "names", and
// waits for other processes that hold the lock. A file system without locks is not an error:
// Lock has already reported it.
func (d Dirs) Exclusive(ctx context.Context, what string) (unlock func(), err error) {
	if err := makeFolder(d.State); err != nil {
		return nil, fmt.Errorf("create the state folder: %w", err)
	}
	path := filepath.Join(d.State, what+".lock")
	for range sharedLockTries {
		unlock, err = lockFile(path, flock)
		if errors.Is(err, ErrNoLocks) {
			return func() {}, nil
		}
		if !errors.Is(err, manifest.ErrLocked) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(sharedLockPause):
		}
	}
	return nil, fmt.Errorf("lock the state: another process has held %s for %s", path, sharedLockTries*sharedLockPause)
}
