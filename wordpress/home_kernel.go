package wordpress

import (
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kernelDirs show the kernel and other processes, not files.
var kernelDirs = [...]string{"/proc", "/sys", "/dev"}

// inKernel reports whether a real path lies where the kernel shows itself.
func inKernel(path string) bool {
	for _, dir := range kernelDirs {
		if within(path, dir) {
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

// pseudo reports whether fd lies on a file system that holds no files of
// anyone's: reading there shows the kernel or another process, or acts.
func pseudo(fd int) bool {
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

// fileInfo is a file's status as the kernel gave it for an open descriptor.
type fileInfo struct {
	name string
	st   syscall.Stat_t
}

func (i *fileInfo) Name() string       { return i.name }
func (i *fileInfo) Size() int64        { return i.st.Size }
func (i *fileInfo) IsDir() bool        { return i.st.Mode&unix.S_IFMT == unix.S_IFDIR }
func (i *fileInfo) Sys() any           { return &i.st }
func (i *fileInfo) ModTime() time.Time { return time.Unix(i.st.Mtim.Unix()) }

func (i *fileInfo) Mode() fs.FileMode {
	mode := fs.FileMode(i.st.Mode & 0o777)
	switch i.st.Mode & unix.S_IFMT {
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
	if i.st.Mode&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if i.st.Mode&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if i.st.Mode&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// An inode identifies a file on this host.
type inode struct{ dev, ino uint64 }
