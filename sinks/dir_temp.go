package sinks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A tempFile is a file that is not published yet. It is locked while its process
// lives, so that files of dead runs can be told apart.
type tempFile struct {
	root *os.Root
	name string
	file *os.File
}

// tempName matches the names of temporary files: hidden, and never an object's name.
var tempName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\.wp-oneway-[A-Z2-7]{26}\.tmp$`) })

// tempTries is how often creating a temporary file is tried while other processes remove it.
const tempTries = 100

// createTemp creates a locked file in a folder. On a file system without locks, it continues
// without a lock, with one warning.
func (s *dirSink) createTemp(ctx context.Context, folder string) (*tempFile, error) {
	for range tempTries {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		t := &tempFile{root: s.root, name: randomName(folder)}
		var err error
		if t.file, err = s.root.OpenFile(t.name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
			return nil, err
		}
		err = flock(t.file)
		if err != nil && !errors.Is(err, unix.EWOULDBLOCK) {
			s.noLocks.Do(func() {
				s.o.Logger.Warn("the file system of the folder has no locks; unfinished files of killed runs stay there for a week", "folder", s.dir, "err", err)
			})
			return t, nil
		}
		// Another run that removes files of dead runs may have removed it
		// before it was locked.
		if err == nil && t.there() {
			return t, nil
		}
		if err := t.remove(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("create a temporary file in %s: other processes remove it; stop them", path.Join(s.dir, folder))
}

func (t *tempFile) there() bool {
	_, err := t.root.Lstat(t.name)
	return err == nil
}

// remove removes the temporary name, if it still exists, and closes the file.
func (t *tempFile) remove() error {
	err := t.root.Remove(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, t.file.Close())
}

// sweep removes the files of dead runs in a folder, once per folder. Files of other
// users, which cannot be removed, stay.
func (s *dirSink) sweep(folder string) {
	s.mu.Lock()
	done := s.swept[folder]
	s.swept[folder] = true
	s.mu.Unlock()
	if done {
		return
	}
	dir, err := s.root.Open(folder)
	if err != nil {
		return
	}
	names, err := dir.Readdirnames(-1)
	_ = dir.Close() // only read
	if err != nil {
		return
	}
	stale := tempName()
	for _, name := range names {
		if stale.MatchString(name) {
			s.removeDead(path.Join(folder, name))
		}
	}
}

// abandonedAfter is how long a file that cannot be locked is not written before it counts
// as one of a dead run.
const abandonedAfter = 7 * 24 * time.Hour

func (s *dirSink) removeDead(name string) {
	f, err := s.root.OpenFile(name, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if err := flock(f); err != nil {
		info, failed := f.Stat()
		if errors.Is(err, unix.EWOULDBLOCK) || failed != nil || time.Since(info.ModTime()) < abandonedAfter {
			return
		}
	}
	if err := s.root.Remove(name); err == nil {
		s.o.Logger.Info("removed an unfinished file of a killed run", "file", name)
	}
}

// flock locks a file without waiting. The error is EWOULDBLOCK if another process holds the
// lock. Every other error means that the file system has no locks.
func flock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// randomName is an unused name in folder.
func randomName(folder string) string {
	return path.Join(folder, ".wp-oneway-"+rand.Text()+".tmp")
}
