package safefs

import (
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// FileInfo is the status of an open file, as the kernel returned it.
type FileInfo struct {
	Base string
	Stat syscall.Stat_t
}

// Name returns the last element of the path.
func (i *FileInfo) Name() string { return i.Base }

// Size returns the length in bytes.
func (i *FileInfo) Size() int64 { return i.Stat.Size }

// IsDir reports whether the file is a folder.
func (i *FileInfo) IsDir() bool { return i.Stat.Mode&unix.S_IFMT == unix.S_IFDIR }

// Sys returns the *syscall.Stat_t.
func (i *FileInfo) Sys() any { return &i.Stat }

// ModTime returns the time of the last change of the content.
func (i *FileInfo) ModTime() time.Time { return time.Unix(i.Stat.Mtim.Unix()) }

// Mode returns the type and the permission bits.
func (i *FileInfo) Mode() fs.FileMode {
	mode := fs.FileMode(i.Stat.Mode & 0o777)
	switch i.Stat.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	}
	if i.Stat.Mode&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if i.Stat.Mode&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if i.Stat.Mode&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// An Inode identifies a file on this host.
type Inode struct{ Dev, Ino uint64 }
