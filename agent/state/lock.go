package state

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// Lock takes the lock of the site with that ID. It does not wait: if another run
// holds the lock, the error is manifest.ErrLocked. The kernel releases the lock
// when the process ends, for whatever reason.
//
// The lock is taken in the state folder and in Run. Run can differ between a
// service of systemd and a shell, and systemd removes it when the service ends,
// even while another process holds locks in it.
func (d Dirs) Lock(id string) (unlock func(), err error) {
	unlockState, err := lockIn(d.stateLocks(), id)
	if err != nil || d.Run == d.stateLocks() {
		return unlockState, err
	}
	unlockRun, err := lockIn(d.Run, id)
	if err != nil {
		unlockState()
		return nil, err
	}
	return func() { unlockRun(); unlockState() }, nil
}

func lockIn(dir, id string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder of locks: %w", err)
	}
	f := flock.New(filepath.Join(dir, fileName(id)+".lock"), flock.SetPermissions(0o600))
	ok, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the site: %w", err)
	}
	if !ok {
		return nil, manifest.ErrLocked
	}
	return func() { _ = f.Unlock() }, nil
}
