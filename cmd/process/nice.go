package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// MaxNice is the lowest priority.
const MaxNice = 19

// LowerPriority sets the nice value of this process, and of the workers that it will
// start, to n; a lower priority stays. On disks whose scheduler has priorities, the
// priority of reading follows (ioprio_set(2)).
func LowerPriority(n int) error {
	if n == 0 {
		return nil
	}
	return eachThread(func(tid int) error { return lowerThread(tid, n) })
}

// eachThread lowers a priority of each thread of this process. Linux has priorities for each
// thread, and a new thread inherits them from the thread that starts it: the second pass sets
// those that began during the first.
func eachThread(lower func(tid int) error) error {
	for range 2 {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("lower the priority: %w", err)
		}
		for _, t := range threads {
			tid, err := strconv.Atoi(t.Name())
			if err != nil {
				return fmt.Errorf("lower the priority: %w", err)
			}
			if err := lower(tid); err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return fmt.Errorf("lower the priority: %w", err)
			}
		}
	}
	return nil
}

// lowerThread sets the nice value of one thread to n, unless its own is higher.
func lowerThread(tid, n int) error {
	rank, err := unix.Getpriority(unix.PRIO_PROCESS, tid) // 20 less the nice value: getpriority(2)
	if err != nil || 20-rank >= n {
		return err
	}
	return unix.Setpriority(unix.PRIO_PROCESS, tid, n)
}
