package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// An output is a new file that gets its name once all of it is on the disk. Until
// then it has no name, if the file system supports that, so that a process that is
// killed leaves nothing behind; otherwise it is a hidden file in the same folder.
type output struct {
	path string
	file *os.File
	temp string // its temporary name, or ""
}

// createOutput creates the file with mode 0600. Its path must not exist.
func createOutput(path string) (*output, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, errOutputExists(path)
	}
	dir := filepath.Dir(path)
	o := &output{path: path}
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err == nil {
		o.file = os.NewFile(uintptr(fd), path)
		return o, nil
	}
	if o.file, err = os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp"); err != nil { // 0600
		return nil, fmt.Errorf("create the output %s: %w", path, cause(err))
	}
	o.temp = o.file.Name()
	return o, nil
}

func errOutputExists(path string) error {
	return usage(fmt.Errorf("output %s: it exists; give another name, or remove it", path))
}

// publish gives the file its name. It fails if the path exists by now.
func (o *output) publish() error {
	if err := o.file.Sync(); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	from := o.temp
	if from == "" {
		from = fmt.Sprintf("/proc/self/fd/%d", o.file.Fd())
	}
	err := unix.Linkat(unix.AT_FDCWD, from, unix.AT_FDCWD, o.path, unix.AT_SYMLINK_FOLLOW)
	if o.temp != "" && (errors.Is(err, unix.EPERM) || errors.Is(err, unix.EOPNOTSUPP)) { // no hard links there
		err = unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, o.path, unix.RENAME_NOREPLACE)
	}
	if errors.Is(err, os.ErrExist) {
		return errOutputExists(o.path)
	}
	if err != nil {
		return fmt.Errorf("name the output %s: %w", o.path, err)
	}
	if err := syncFolder(filepath.Dir(o.path)); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// abandon closes the file. Without a name, it is gone.
func (o *output) abandon() {
	_ = o.file.Close() // a published file is synced
	if o.temp != "" {
		_ = os.Remove(o.temp) // it may be renamed already
	}
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return sinks.SyncFolder(f)
}

// cause is an error without the path in it, which may be a temporary one.
func cause(err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
