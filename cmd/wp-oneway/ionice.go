package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// An ioPriority is a priority of reading and writing on disks, as ioprio_set(2) takes it; 0
// leaves it as it is. It is written as a class and a level, as ionice has them.
type ioPriority int

// The classes of ioprio_set(2). The class for real time could stop the sites.
const (
	ioBestEffort = 2
	ioIdle       = 3
	ioClassShift = 13
	ioLevels     = 8
)

// ioHook reads an ioPriority.
func ioHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[ioPriority]() {
		return value, nil
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	class, level, hasLevel := strings.Cut(text, ":")
	n, err := strconv.Atoi(level)
	switch {
	case text == "":
		return ioPriority(0), nil
	case (class == "idle" || class == "3") && !hasLevel:
		return ioPriority(ioIdle << ioClassShift), nil
	case (class == "best-effort" || class == "2") && err == nil && n >= 0 && n < ioLevels:
		return ioPriority(ioBestEffort<<ioClassShift | n), nil
	}
	return nil, fmt.Errorf("%q is no priority; write idle, or best-effort:0 to best-effort:7, the lowest", text)
}

// lowerIOPriority sets the priority of reading and writing of this process, and of the workers
// that it will start.
func lowerIOPriority(p ioPriority) error {
	if p == 0 {
		return nil
	}
	const process = 1 // IOPRIO_WHO_PROCESS, which is a thread
	err := eachThread(func(tid int) error {
		if _, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, process, uintptr(tid), uintptr(p)); errno != 0 {
			return errno
		}
		return nil
	})
	if errors.Is(err, unix.ENOSYS) {
		err = errors.New("this kernel has no priorities for disks")
	}
	return err
}
