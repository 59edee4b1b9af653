// Package operator reads the files with which the operator configures the agent:
// configuration, credentials, certificates, keys and option files. Nobody but root and
// the agent's own user may be able to change such a file, or to put another in its
// place: it decides what runs with the agent's rights, and where backups go.
package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Readers are the users who may read a file, besides root and the agent's own user.
type Readers int

// The readers.
const (
	Everybody Readers = iota
	OwnGroup          // the group of the file, if it is root's or one of the agent's own
	Nobody
)

// maxFile is the limit of a file that is read, in bytes.
const maxFile = 1 << 20

// ReadFile reads a regular file of at most 1 MiB, or systemd's copy of it: see Credential.
func ReadFile(path string, readers Readers) ([]byte, error) {
	return read(path, readers, fs.FileMode.IsRegular)
}

// ReadFileOrPipe is ReadFile that can also read a pipe, such as a shell's <(…). Nobody may write
// to the pipe, so it ends with the context.
func ReadFileOrPipe(ctx context.Context, path string, readers Readers) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read(path, readers, func(m fs.FileMode) bool { return m.IsRegular() || m&fs.ModeNamedPipe != 0 })
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("read %s: %w", path, context.Cause(ctx))
	}
}

func read(path string, readers Readers, accepted func(fs.FileMode) bool) ([]byte, error) {
	if copied := Credential(path); copied != path {
		path, readers = copied, min(readers, OwnGroup) // systemd lets root's group read the copy of a service with User=
	}
	at, err := checked(path, readers)
	if err != nil {
		return nil, err
	}
	defer at.Close()
	info, err := at.Stat()
	if err != nil {
		return nil, err
	}
	if !accepted(info.Mode()) {
		return nil, fmt.Errorf("open %s: not a regular file", path)
	}
	// The path still leads to the file that was checked. /proc, by which an open file could
	// be opened again, is missing in a chroot.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(err, fmt.Errorf("open %s: it was replaced while it was checked; try again", path))
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("read %s: it is larger than %d bytes", path, maxFile)
	}
	return text, nil
}

// Check checks a file or folder that another library opens by its path. Until root or
// the agent's user changes it, the path leads to what was checked. Pipes and sockets are
// refused: the library could wait for ever.
func Check(path string, readers Readers) error {
	f, err := checked(path, readers)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		return errors.Join(err, fmt.Errorf("open %s: not a regular file", path))
	}
	return nil
}

// checked opens a path that passed all checks, with O_PATH.
func checked(path string, readers Readers) (*os.File, error) {
	f, err := find(path)
	if err != nil {
		return nil, err
	}
	if err := checkFile(f, path, readers); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// checkFile checks the owner and the permissions of an open file.
func checkFile(f *os.File, path string, readers Readers) error {
	var stat unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		return &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	mode := stat.Mode & 0o7777
	switch {
	case !trusted(stat.Uid):
		return fmt.Errorf("open %s: it belongs to uid %d; its owner must be you or root", path, stat.Uid)
	case readers == Nobody && mode&0o077 != 0, readers == OwnGroup && (mode&0o006 != 0 || mode&0o040 != 0 && !ownGroup(stat.Gid)):
		return fmt.Errorf("open %s: others can read it (mode %04o); run chmod 600 on it", path, mode)
	case stat.Mode&unix.S_IFMT != unix.S_IFDIR && mode&0o022 != 0, stat.Mode&unix.S_IFMT == unix.S_IFDIR && replaceable(f, stat):
		return fmt.Errorf("open %s: others can write to it (mode %04o); run chmod go-w on it", path, mode)
	}
	return nil
}

// ownGroup reports whether a group is root's or one of the agent's own.
func ownGroup(gid uint32) bool {
	if gid == 0 || gid == uint32(os.Getegid()) {
		return true
	}
	groups, _ := os.Getgroups() // without them, only the primary group is the agent's own
	for _, g := range groups {
		if gid == uint32(g) {
			return true
		}
	}
	return false
}

// Exists reports whether there is something at a path, whoever put it there.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
