package serve

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// raiseLoopback brings up the loopback interface, which is the only one of the namespace.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("start the loopback interface: %w", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err == nil {
		lo.SetUint16(unix.IFF_UP)
		err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
	}
	if err != nil {
		return fmt.Errorf("start the loopback interface: %w", err)
	}
	return nil
}

// dropRights removes all rights that this process, and later PHP, has in the namespaces. It also
// blocks the system calls that could give new rights. The calling thread must be the one that
// starts PHP.
func dropRights() error {
	for capability := uintptr(0); unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0) == nil; capability++ {
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("drop the capabilities: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errors.Is(errno, syscall.ENOTSUP) { // built with cgo; this thread is enough, because it starts PHP
		_, _, errno = syscall.RawSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	}
	if errno != 0 {
		return fmt.Errorf("drop the capabilities: %w", errno)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("protect the process from being traced: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	return filterCalls()
}

// deniedCalls returns the system calls that create namespaces and mounts, access other processes,
// use keys of the user, use memory beyond PHP's limit, or expose a large attack surface of the
// kernel. PHP needs none of them.
func deniedCalls() []uint32 {
	return []uint32{
		unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
		unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
		unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
		unix.SYS_SHMGET, unix.SYS_SEMGET, unix.SYS_MSGGET, unix.SYS_MEMFD_CREATE,
		unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
		unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_FANOTIFY_INIT, unix.SYS_QUOTACTL, unix.SYS_SYSLOG,
		unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_SWAPON, unix.SYS_ACCT, unix.SYS_REBOOT,
	}
}

// Offsets in struct seccomp_data, which a filter reads. All supported machines are little-endian.
const (
	callNumber   = 0
	callArch     = 4
	callArgument = 16 // the lower half of the first argument
)

// newNamespaces are the flags of clone that create namespaces.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// filterCalls makes the kernel refuse deniedCalls, new namespaces, and sockets other than IP and
// Unix sockets. This applies to all threads, and to PHP.
func filterCalls() error {
	arch, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("filter system calls: not known for %s", runtime.GOARCH)
	}
	program := callFilter(arch)
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	failed, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 || failed != 0 {
		return fmt.Errorf("filter system calls: %w", errno)
	}
	return nil
}

// callFilter returns the BPF program of filterCalls.
func callFilter(arch uint32) (program []unix.SockFilter) {
	load := func(offset uint32) {
		program = append(program, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset})
	}
	result := func(k uint32) { program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k}) }
	// unless skips the next instructions if the comparison is false.
	unless := func(compare uint16, k uint32, over uint8) {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | compare | unix.BPF_K, Jf: over, K: k})
	}
	refuse := func(errno syscall.Errno) { result(unix.SECCOMP_RET_ERRNO | uint32(errno)) }

	load(callArch)
	program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: arch})
	result(unix.SECCOMP_RET_KILL_PROCESS)
	load(callNumber)
	unless(unix.BPF_JGE, 0x40000000, 1) // the system calls of the x32 ABI
	refuse(syscall.EPERM)
	for _, call := range deniedCalls() {
		unless(unix.BPF_JEQ, call, 1)
		refuse(syscall.EPERM)
	}
	unless(unix.BPF_JEQ, unix.SYS_CLONE3, 1) // a filter cannot read its flags; after ENOSYS, libraries use clone
	refuse(syscall.ENOSYS)
	unless(unix.BPF_JEQ, unix.SYS_CLONE, 4)
	load(callArgument)
	unless(unix.BPF_JSET, newNamespaces, 1)
	refuse(syscall.EPERM)
	result(unix.SECCOMP_RET_ALLOW)
	families := []uint32{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6}
	unless(unix.BPF_JEQ, unix.SYS_SOCKET, uint8(2+2*len(families)))
	load(callArgument)
	for _, family := range families {
		unless(unix.BPF_JEQ, family, 1)
		result(unix.SECCOMP_RET_ALLOW)
	}
	refuse(syscall.EAFNOSUPPORT)
	result(unix.SECCOMP_RET_ALLOW)
	return program
}
