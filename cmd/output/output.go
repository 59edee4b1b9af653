// Package output writes the operator's files. It creates or replaces a file completely, or
// changes nothing.
package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A File is a new file that gets its name only when all its content is on the disk. Until then it
// has no name, if the file system supports that, so a process that is killed leaves nothing
// behind. Otherwise it is a hidden file in the same folder. The folder stays open: if a tenant
// replaces it meanwhile, the file is not written elsewhere.
type File struct {
	path   string
	folder *os.File
	file   *os.File
	temp   string // its temporary name in the folder, or ""
}

// Create creates the file with mode 0600. path must not exist. Symlinks in the path of the folder
// are followed as safefs.RealPath does.
func Create(path string) (*File, error) {
	folder, err := safefs.OpenFolder(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("create the output %s: %w", path, cause(err))
	}
	o := &File{path: path, folder: folder}
	if err := o.create(); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return o, nil
}

func (o *File) create() error {
	var st unix.Stat_t
	if unix.Fstatat(o.at(), filepath.Base(o.path), &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
		return errOutputExists(o.path)
	}
	fd, err := unix.Openat(o.at(), ".", unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err != nil {
		o.temp = "." + filepath.Base(o.path) + "." + rand.Text() + ".tmp"
		fd, err = unix.Openat(o.at(), o.temp, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	}
	if err != nil {
		return fmt.Errorf("create the output %s: %w", o.path, err)
	}
	o.file = os.NewFile(uintptr(fd), o.path)
	return nil
}

// Write implements io.Writer.
func (o *File) Write(text []byte) (int, error) { return o.file.Write(text) }

// at returns the descriptor of the folder.
func (o *File) at() int { return int(o.folder.Fd()) }

func errOutputExists(path string) error {
	return exit.Usage(fmt.Errorf("output %s: it exists; give another name, or remove it", path))
}

// Publish gives the file its name. It fails if the path exists now.
func (o *File) Publish() error {
	if err := o.file.Sync(); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	from, name := o.temp, filepath.Base(o.path)
	if from == "" {
		from = fmt.Sprintf("/proc/self/fd/%d", o.file.Fd())
	}
	err := unix.Linkat(o.at(), from, o.at(), name, unix.AT_SYMLINK_FOLLOW)
	if o.temp != "" && (errors.Is(err, unix.EPERM) || errors.Is(err, unix.EOPNOTSUPP)) { // the file system has no hard links
		err = unix.Renameat2(o.at(), from, o.at(), name, unix.RENAME_NOREPLACE)
	}
	if errors.Is(err, os.ErrExist) {
		return errOutputExists(o.path)
	}
	if err != nil {
		return fmt.Errorf("name the output %s: %w", o.path, err)
	}
	if err := sinks.SyncFolder(o.folder); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// Abandon closes the file. If the file was not published, it is deleted.
func (o *File) Abandon() {
	_ = o.file.Close() // no error matters: a published file is synced
	if o.temp != "" {
		_ = unix.Unlinkat(o.at(), o.temp, 0) // the file may already have its final name
	}
	_ = o.folder.Close() // no error matters: the folder is synced
}

// cause returns an error without its path, which may be a temporary one.
func cause(err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Replace replaces a file completely, or leaves it unchanged. gid is the group of the file; -1
// means the group of the process. The umask does not apply to mode, because other users must be
// able to read the file.
func Replace(path string, text []byte, mode fs.FileMode, gid int) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("create %s: %w", path, cause(err))
	}
	_, err = f.Write(text)
	if err == nil && gid >= 0 {
		err = f.Chown(-1, gid)
	}
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.CloseAtomicallyReplace()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, cause(err)), f.Cleanup())
	}
	return nil
}
