package process

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// An IOPriority is a disk I/O priority as ioprio_set(2) takes it. 0 leaves the priority
// unchanged. In text, it is a class and a level, as for ionice.
type IOPriority int

// The classes of ioprio_set(2). The real-time class is not one of them, because it could stop the
// sites.
const (
	ioBestEffort = 2
	ioIdle       = 3
	ioClassShift = 13
	ioLevels     = 8
)

// ParseIOPriority reads a class and a level, written as for ionice.
func ParseIOPriority(text string) (IOPriority, error) {
	text = strings.TrimSpace(text)
	class, level, hasLevel := strings.Cut(text, ":")
	n, err := strconv.Atoi(level)
	switch {
	case text == "":
		return IOPriority(0), nil
	case (class == "idle" || class == "3") && !hasLevel:
		return IOPriority(ioIdle << ioClassShift), nil
	case (class == "best-effort" || class == "2") && err == nil && n >= 0 && n < ioLevels:
		return IOPriority(ioBestEffort<<ioClassShift | n), nil
	}
	return 0, fmt.Errorf("%q is not a disk priority; write idle, or best-effort:0 (highest) to best-effort:7 (lowest)", text)
}

// LowerIOPriority sets the disk I/O priority of this process, and of the workers that it will
// start.
func LowerIOPriority(p IOPriority) error {
	if p == 0 {
		return nil
	}
	const process = 1 // IOPRIO_WHO_PROCESS, which means one thread
	err := eachThread(func(tid int) error {
		if _, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, process, uintptr(tid), uintptr(p)); errno != 0 {
			return errno
		}
		return nil
	})
	if errors.Is(err, unix.ENOSYS) {
		err = errors.New("this kernel does not support disk priorities")
	}
	return err
}
