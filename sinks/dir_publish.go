package sinks

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// A publisher gives a temporary file its name, never another's. It returns an
// error that cannot tells when the file system does not have that way.
type publisher func(root *os.Root, tmp, name string) error

// publishers are the ways to publish, the best first. A file system of USB sticks
// or of another system's network shares has not all of them.
func publishers() []publisher {
	return []publisher{linkName, renameName, reserveName}
}

// giveName publishes a temporary file.
func (s *dirSink) giveName(tmp *tempFile, name string) error {
	var err error
	for _, publish := range s.publish {
		if err = publish(s.root, tmp.name, name); !cannot(err) {
			break
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return err
}

func cannot(err error) bool {
	for _, no := range []error{unix.EPERM, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EMLINK} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// linkName gives the file a second name; a link never replaces.
func linkName(root *os.Root, tmp, name string) error {
	return root.Link(tmp, name)
}

// renameName renames, which the kernel is told not to do over another file.
func renameName(root *os.Root, tmp, name string) error {
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	return unix.Renameat2(fd, path.Base(tmp), fd, path.Base(name), unix.RENAME_NOREPLACE)
}

// reserveName creates an empty file, which fails when there is one, and renames
// over that. Dying between the two leaves it empty, without a manifest.
func reserveName(root *os.Root, tmp, name string) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), root.Rename(tmp, name)); err != nil {
		return errors.Join(err, root.Remove(name))
	}
	return nil
}

// randomName is a name in folder that nobody has.
func randomName(folder string) string {
	return path.Join(folder, ".wp-oneway-"+rand.Text()+".tmp")
}

// diskError says what to do about the errors that disks have.
func diskError(err error, dir string) error {
	switch {
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("the disk of %s is full%s; make room or keep fewer backups there: %w", dir, free(dir), err)
	case errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("the quota of %s is used up; raise it or keep fewer backups there: %w", dir, err)
	case errors.Is(err, unix.EFBIG):
		return fmt.Errorf("the file is larger than %s, or this process (ulimit -f), may hold; lift the limit or use another file system: %w", dir, err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%s is mounted read-only; mount it writable: %w", dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("user %d may not write in %s: %w", os.Geteuid(), dir, err)
	}
	return err
}

func free(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ""
	}
	return fmt.Sprintf(" (%d MiB left)", st.Bavail*uint64(st.Bsize)>>20) //nolint:gosec // a block's size is positive
}
