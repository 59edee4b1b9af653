package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Probe does with the folders what a run does: it writes and removes a file in each, and
// takes and releases a lock, which no run waits for. ErrNoLocks is as in Lock.
func (d Dirs) Probe() error {
	name := "probe " + strconv.Itoa(os.Getpid())
	for _, folder := range []string{"sites", "names", "verdicts"} {
		path := filepath.Join(d.State, folder)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("create the state folder: %w", err)
		}
		f, err := os.CreateTemp(path, ".probe-*")
		if err != nil {
			return fmt.Errorf("write to the state folder: %w", err)
		}
		_, err = f.WriteString(name)
		if err := errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name())); err != nil {
			return fmt.Errorf("write to the state folder: %w", err)
		}
	}
	unlock, err := d.Lock(name)
	if unlock != nil {
		unlock()
	}
	return err
}
