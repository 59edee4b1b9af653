package sinks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// A publisher renames a temporary file without overwriting. It returns an error for
// which unsupported is true if the file system does not support its method.
type publisher func(root *os.Root, tmp, name string) error

// publishers are the ways to publish, best first. FAT and some network file systems
// do not support all of them.
func publishers() []publisher {
	return []publisher{linkName, renameName, reserveName}
}

// giveName publishes a temporary file.
func (s *dirSink) giveName(tmp *tempFile, name string) error {
	var err error
	for _, publish := range s.publish {
		if err = publish(s.root, tmp.name, name); !unsupported(err) {
			break
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return err
}

func unsupported(err error) bool {
	for _, no := range []error{unix.EPERM, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EMLINK} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// linkName creates a hard link, which never overwrites.
func linkName(root *os.Root, tmp, name string) error {
	return root.Link(tmp, name)
}

// renameName renames with RENAME_NOREPLACE.
func renameName(root *os.Root, tmp, name string) error {
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	return unix.Renameat2(fd, path.Base(tmp), fd, path.Base(name), unix.RENAME_NOREPLACE)
}

// reserveName creates an empty file, which fails if the name exists, and renames
// over it. A crash in between leaves an empty file without a manifest.
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

// diskError adds to a disk's error what to do about it.
func diskError(err error, dir string) error {
	switch {
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("the disk of %s is full%s; free some space, or keep fewer backups there: %w", dir, free(dir), err)
	case errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("the quota of %s is used up; raise it or keep fewer backups there: %w", dir, err)
	case errors.Is(err, unix.EFBIG):
		return fmt.Errorf("the file is too large for %s, or for this process (ulimit -f); raise the limit or use another file system: %w", dir, err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%s is mounted read-only; mount it writable: %w", dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("user %d may not write in %s: %w; allow it, or use another folder", os.Geteuid(), dir, err)
	}
	return err
}

func free(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ""
	}
	if st.Files > 0 && st.Ffree == 0 {
		return ": it can hold no more files"
	}
	return fmt.Sprintf(": %d MiB are free, and more is needed", st.Bavail*uint64(st.Bsize)>>20) //nolint:gosec // a block's size is positive
}
