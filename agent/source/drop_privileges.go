package source

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// dropPrivileges permanently replaces root's rights with those of the owner, in all threads.
// The worker does it itself, not its parent, because the kernel then protects the process from
// being traced, dumped or read by its new user. The worker needs this protection: it runs as
// the tenant's user, and its memory will hold the operator's database password.
func (o Owner) dropPrivileges() error {
	if o.UID == 0 {
		return errors.New("refusing to run a worker as root")
	}
	parent := os.Getppid()
	groups := make([]int, len(o.Groups))
	for i, g := range o.Groups {
		groups[i] = int(g)
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("set the supplementary groups: %w", err)
	}
	if err := syscall.Setresgid(int(o.GID), int(o.GID), int(o.GID)); err != nil {
		return fmt.Errorf("set the group: %w", err)
	}
	if err := syscall.Setresuid(int(o.UID), int(o.UID), int(o.UID)); err != nil {
		return fmt.Errorf("set the user: %w", err)
	}
	if err := checkNoPrivileges(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("make the process undumpable: %w", err)
	}
	if err := prctlAllThreads(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	// Changing the user has cleared the parent death signal that the parent set.
	if err := prctlAllThreads(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL)); err != nil {
		return fmt.Errorf("set the parent death signal: %w", err)
	}
	if os.Getppid() != parent {
		return errors.New("the parent has died")
	}
	return nil
}

// checkNoPrivileges fails if any of root's rights are left. A system can be set up so
// that capabilities survive a change of the user.
func checkNoPrivileges() error {
	var held [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &held[0]); err != nil {
		return fmt.Errorf("read the capabilities: %w", err)
	}
	for _, h := range held {
		if h.Permitted|h.Effective != 0 {
			return errors.New("root's capabilities are kept; run the agent without the securebits no-setuid-fixup and keep-caps")
		}
	}
	if err := syscall.Setuid(0); err == nil {
		return errors.New("the process can become root again")
	}
	return nil
}

// prctlAllThreads sets a property that each thread has separately. A binary built with
// cgo cannot set it for all threads; it sets it for the current one. That is
// enough as a second line of defence: the only program that the worker starts sets it
// again, and the worker's pipes break when its parent dies.
func prctlAllThreads(option, value uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, option, value, 0, 0, 0, 0)
	if errors.Is(errno, syscall.ENOTSUP) {
		return unix.Prctl(int(option), value, 0, 0, 0)
	}
	if errno != 0 {
		return errno
	}
	return nil
}
