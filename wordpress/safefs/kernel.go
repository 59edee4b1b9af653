package safefs

import "golang.org/x/sys/unix"

// kernelDirs contain no stored files: the kernel generates the content when it is read.
var kernelDirs = [...]string{"/proc", "/sys", "/dev"}

// InKernel reports whether a real path is in /proc, /sys or /dev.
func InKernel(path string) bool {
	for _, dir := range kernelDirs {
		if Within(path, dir) {
			return true
		}
	}
	return false
}

// Magic numbers that package unix does not have.
const (
	fuseCtlMagic  = 0x65735543
	configfsMagic = 0x62656570
	mqueueMagic   = 0x19800202
)

// entersPseudo reports whether d is on a pseudo file system and its parent folder is not.
func (d *Descriptor) entersPseudo(parent *Descriptor) bool {
	return d.stat.Dev != parent.stat.Dev && d.OnPseudo()
}

// OnPseudo reports whether d is on a pseudo file system, which stores no files. Reading a file
// there shows data of the kernel or of another process, or has side effects.
func (d *Descriptor) OnPseudo() bool {
	var st unix.Statfs_t
	if unix.Fstatfs(d.fd, &st) != nil {
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
