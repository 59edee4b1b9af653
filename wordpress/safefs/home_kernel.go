package safefs

import (
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kernelDirs show the kernel and other processes, not files.
var kernelDirs = [...]string{"/proc", "/sys", "/dev"}

// InKernel reports whether a real path lies where the kernel shows itself.
func InKernel(path string) bool {
	for _, dir := range kernelDirs {
		if Within(path, dir) {
			return true
		}
	}
	return false
}

// Magic numbers that package unix lacks.
const (
	fuseCtlMagic  = 0x65735543
	configfsMagic = 0x62656570
	mqueueMagic   = 0x19800202
)

// Pseudo reports whether fd lies on a file system that holds no files of
// anyone's: reading there shows the kernel or another process, or acts.
func Pseudo(fd int) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(fd, &st) != nil {
		return true
	}
	switch uint32(st.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEVPTS_SUPER_MAGIC,
		unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.DEBUGFS_MAGIC,
		unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.SELINUX_MAGIC,
		unix.SMACK_MAGIC, unix.BPF_FS_MAGIC, unix.BINFMTFS_MAGIC,
		unix.EFIVARFS_MAGIC, unix.NSFS_MAGIC, unix.PSTOREFS_MAGIC,
		unix.OPENPROM_SUPER_MAGIC, unix.RDTGROUP_SUPER_MAGIC,
		fuseCtlMagic, configfsMagic, mqueueMagic:
		return true
	}
	return false
}

// FileInfo is a file's status as the kernel gave it for an open descriptor.
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

// Sys returns the status itself, a *syscall.Stat_t.
func (i *FileInfo) Sys() any { return &i.Stat }

// ModTime returns when the content was last changed.
func (i *FileInfo) ModTime() time.Time { return time.Unix(i.Stat.Mtim.Unix()) }

// Mode returns the type and the permissions.
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
