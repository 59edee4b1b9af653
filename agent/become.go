package agent

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// become gives root's rights up for the owner's, for good and in all threads. It
// is done here, and not by whoever starts this process, because the kernel lets
// nobody trace, dump or look into a process that has changed its user itself: the
// tenant, whose process it is from then on, has no moment to do so. Its memory
// will hold what the operator says of the site's database.
func (o Owner) become() error {
	if o.UID == 0 {
		return errors.New("they are root's")
	}
	parent := os.Getppid()
	groups := make([]int, len(o.Groups))
	for i, g := range o.Groups {
		groups[i] = int(g)
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("set the groups: %w", err)
	}
	if err := syscall.Setresgid(int(o.GID), int(o.GID), int(o.GID)); err != nil {
		return fmt.Errorf("set the group: %w", err)
	}
	if err := syscall.Setresuid(int(o.UID), int(o.UID), int(o.UID)); err != nil {
		return fmt.Errorf("set the user: %w", err)
	}
	if err := powerless(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("protect the memory: %w", err)
	}
	if err := allThreads(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	// The change of user has cleared what the parent asked for: that this process
	// dies with it.
	if err := allThreads(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL)); err != nil {
		return fmt.Errorf("die with the parent: %w", err)
	}
	if os.Getppid() != parent {
		return errors.New("the parent is dead")
	}
	return nil
}

// powerless makes sure that nothing of root's rights is left: a system may be set
// up so that capabilities survive the change of user.
func powerless() error {
	var held [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &held[0]); err != nil {
		return fmt.Errorf("look at the capabilities: %w", err)
	}
	for _, h := range held {
		if h.Permitted|h.Effective != 0 {
			return errors.New("root's capabilities are kept; run the agent without the securebit no-setuid-fixup or keep-caps")
		}
	}
	if err := syscall.Setuid(0); err == nil {
		return errors.New("they could be turned back into root's")
	}
	return nil
}

// allThreads sets a mark that each thread has of its own. Built with cgo, Go
// cannot set it for all: it is then set for this one, and is a second lock where
// this matters, since the worker starts no program and its pipes break with its
// parent.
func allThreads(option, value uintptr) error {
	_, _, no := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, option, value, 0, 0, 0, 0)
	if errors.Is(no, syscall.ENOTSUP) {
		return unix.Prctl(int(option), value, 0, 0, 0)
	}
	if no != 0 {
		return no
	}
	return nil
}
