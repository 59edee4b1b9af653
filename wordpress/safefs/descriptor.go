package safefs

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFlags opens a file that a tenant may replace at any moment. It follows no link, does not
// wait for the other end of a FIFO, and does not take a controlling terminal.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// A Descriptor is an open file, folder or link, with its status. Its methods use the open inode,
// even if its path now leads to another one.
type Descriptor struct {
	fd   int
	stat syscall.Stat_t
	file *os.File // the os.File that owns fd; nil if close closes fd
}

// Describe returns the descriptor of an open file. The descriptor is valid while f is open.
func Describe(f *os.File) (Descriptor, error) {
	d := Descriptor{fd: int(f.Fd()), file: f}
	if err := syscall.Fstat(d.fd, &d.stat); err != nil {
		return Descriptor{}, &fs.PathError{Op: "stat", Path: f.Name(), Err: err}
	}
	return d, nil
}

// openPath opens name in the folder fd with O_PATH. It does not follow a link.
func openPath(fd int, name string) (Descriptor, error) {
	d := Descriptor{}
	var err error
	d.fd, err = retry(func() (int, error) {
		return unix.Openat(fd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return Descriptor{}, err
	}
	if err := syscall.Fstat(d.fd, &d.stat); err != nil {
		d.close()
		return Descriptor{}, err
	}
	return d, nil
}

func (d *Descriptor) close() { _ = unix.Close(d.fd) }

// Inode returns the device and the inode number.
func (d *Descriptor) Inode() Inode { return Inode{Dev: d.stat.Dev, Ino: d.stat.Ino} }

// Info returns the status, with base as the name.
func (d *Descriptor) Info(base string) *FileInfo { return &FileInfo{Base: base, Stat: d.stat} }

// IsDir reports whether the descriptor is a folder.
func (d *Descriptor) IsDir() bool { return d.kind() == unix.S_IFDIR }

// IsRegular reports whether the descriptor is a regular file.
func (d *Descriptor) IsRegular() bool { return d.kind() == unix.S_IFREG }

func (d *Descriptor) kind() uint32 { return d.stat.Mode & unix.S_IFMT }

// UID returns the user ID of the owner.
func (d *Descriptor) UID() uint32 { return d.stat.Uid }

// OpenBelow opens the regular file or folder with this name in the open folder. path becomes the
// name of the returned file. flags are added to openFlags. The returned descriptor is valid while
// the file is open.
func (d *Descriptor) OpenBelow(name, path string, flags int) (*os.File, Descriptor, error) {
	return openBelow(d.fd, name, path, flags)
}

// OpenBelow opens the regular file or folder with this name in the open folder dir. path becomes
// the name of the returned file. flags are added to openFlags.
func OpenBelow(dir *os.File, name, path string, flags int) (*os.File, error) {
	f, _, err := openBelow(int(dir.Fd()), name, path, flags)
	return f, err
}

// openBelow checks the type of the file after opening it, when the type can no longer change.
func openBelow(dir int, name, path string, flags int) (*os.File, Descriptor, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(dir, name, openFlags|flags, 0) })
	if errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ELOOP) {
		return nil, Descriptor{}, ErrIrregular // a socket, or a link that has just replaced the file
	}
	if err != nil {
		return nil, Descriptor{}, err
	}
	d := Descriptor{fd: fd}
	if err := syscall.Fstat(fd, &d.stat); err != nil {
		d.close()
		return nil, Descriptor{}, err
	}
	if !d.IsRegular() && !d.IsDir() {
		d.close()
		return nil, Descriptor{}, ErrIrregular
	}
	d.file = os.NewFile(uintptr(fd), path)
	return d.file, d, nil
}

// ReadlinkBelow returns the target of the link with this name in the open folder, and the status
// of the same inode. If it is not a link, the error is ErrIrregular.
func (d *Descriptor) ReadlinkBelow(name string) (*FileInfo, string, error) {
	link, err := openPath(d.fd, name)
	if err != nil {
		return nil, "", err
	}
	defer link.close()
	if link.kind() != unix.S_IFLNK {
		return nil, "", ErrIrregular
	}
	target, err := link.readlink()
	return link.Info(name), target, err
}

// readlink returns the target of the open link.
func (d *Descriptor) readlink() (string, error) {
	var buf [maxPath + 1]byte
	n, err := retry(func() (int, error) { return unix.Readlinkat(d.fd, "", buf[:]) })
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", syscall.ENOENT
	}
	return string(buf[:n]), nil
}

// retries is the maximum number of times that a system call is repeated. A tenant's file system
// may return EINTR for ever.
const retries = 1000

// retry repeats a system call while it returns EINTR.
func retry(call func() (int, error)) (n int, err error) {
	for range retries {
		if n, err = call(); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	return n, err
}
