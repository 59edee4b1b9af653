package safefs

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFlags opens a file that a tenant may replace at any moment: it follows no
// link, does not wait for the other end of a FIFO, and takes no controlling terminal.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// A Descriptor is an open file, folder or link with its status. Its methods act on
// the open inode, even if its path leads to another one by now.
type Descriptor struct {
	fd   int
	stat syscall.Stat_t
	file *os.File // the owner of fd; nil if fd is closed by close
}

// Describe returns the descriptor of an open file. It is valid while f is open.
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

// Info returns the status, under the name base.
func (d *Descriptor) Info(base string) *FileInfo { return &FileInfo{Base: base, Stat: d.stat} }

// IsDir reports whether a folder is open.
func (d *Descriptor) IsDir() bool { return d.kind() == unix.S_IFDIR }

// IsRegular reports whether a regular file is open.
func (d *Descriptor) IsRegular() bool { return d.kind() == unix.S_IFREG }

func (d *Descriptor) kind() uint32 { return d.stat.Mode & unix.S_IFMT }

// UID returns the owner.
func (d *Descriptor) UID() uint32 { return d.stat.Uid }

// OpenBelow opens the regular file or the folder name in the open folder. The
// returned file carries path as its name. flags are added to the safe ones.
func (d *Descriptor) OpenBelow(name, path string, flags int) (*os.File, error) {
	return openBelow(d.fd, name, path, flags)
}

// OpenBelow opens the regular file or the folder name in the open folder dir.
// The returned file carries path as its name. flags are added to the safe ones.
func OpenBelow(dir *os.File, name, path string, flags int) (*os.File, error) {
	return openBelow(int(dir.Fd()), name, path, flags)
}

// openBelow checks the type after opening, when it can no longer change.
func openBelow(dir int, name, path string, flags int) (*os.File, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(dir, name, openFlags|flags, 0) })
	if errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ELOOP) {
		return nil, ErrIrregular // a socket, or a link that has just replaced the file
	}
	if err != nil {
		return nil, err
	}
	d := Descriptor{fd: fd}
	if err := syscall.Fstat(fd, &d.stat); err != nil {
		d.close()
		return nil, err
	}
	if !d.IsRegular() && !d.IsDir() {
		d.close()
		return nil, ErrIrregular
	}
	return os.NewFile(uintptr(fd), path), nil
}

// ReadlinkBelow returns the target of the link name in the open folder, and the
// status of the same inode. Anything but a link is ErrIrregular.
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

// retries is how often a system call is repeated. A file system of a tenant may answer
// EINTR for ever.
const retries = 1000

// retry repeats a system call that a signal interrupts.
func retry(call func() (int, error)) (n int, err error) {
	for range retries {
		if n, err = call(); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	return n, err
}
