package sinks

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"

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
func tempName() *regexp.Regexp { return regexp.MustCompile(`^\.wp-oneway-[A-Z2-7]{26}\.tmp$`) }

// createTemp creates a locked file in a folder.
func createTemp(root *os.Root, folder string) (*tempFile, error) {
	for {
		t := &tempFile{root: root, name: randomName(folder)}
		var err error
		if t.file, err = root.OpenFile(t.name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
			return nil, err
		}
		// Another run that removes files of dead runs may have removed it
		// before it was locked.
		if lock(t.file) && t.there() {
			return t, nil
		}
		if err := t.remove(); err != nil {
			return nil, err
		}
	}
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

func (s *dirSink) removeDead(name string) {
	f, err := s.root.OpenFile(name, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if !lock(f) {
		return
	}
	if err := s.root.Remove(name); err == nil {
		s.o.Logger.Info("removed an unfinished file of a run that died", "file", name)
	}
}

// lock locks a file without waiting.
func lock(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
