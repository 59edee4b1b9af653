package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxNice is the lowest priority there is.
const maxNice = 19

// beNice lowers the priority of this process, and of the workers that it will
// start, to the nice value n; a lower priority stays. On disks whose scheduler knows
// priorities, that of reading follows (ioprio_set(2)).
func beNice(n int) error {
	if n == 0 {
		return nil
	}
	// Linux has a priority for each thread, and a new thread takes that of the one
	// that starts it: in a second pass none is left that began in the first.
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
			if err := lower(tid, n); err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return fmt.Errorf("lower the priority: %w", err)
			}
		}
	}
	return nil
}

// lower gives one thread the nice value n, unless its own is higher.
func lower(tid, n int) error {
	rank, err := unix.Getpriority(unix.PRIO_PROCESS, tid) // 20 less the nice value: getpriority(2)
	if err != nil || 20-rank >= n {
		return err
	}
	return unix.Setpriority(unix.PRIO_PROCESS, tid, n)
}
