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

// LowerPriority sets the nice value of this process, and of the workers that it will start, to n.
// It never raises a priority. On disks whose scheduler has priorities, the I/O priority follows
// the nice value (ioprio_set(2)).
func LowerPriority(n int) error {
	if n == 0 {
		return nil
	}
	return eachThread(func(tid int) error { return lowerThread(tid, n) })
}

// eachThread calls lower for each thread of this process, because each thread in Linux has its
// own priority. A new thread inherits the priority of the thread that starts it. A second pass
// covers the threads that began during the first pass.
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
			if err := lower(tid); err != nil && !errors.Is(err, unix.ESRCH) { // the thread has ended
				return fmt.Errorf("lower the priority: %w", err)
			}
		}
	}
	return nil
}

// lowerThread sets the nice value of one thread to n, unless it is already higher.
func lowerThread(tid, n int) error {
	rank, err := unix.Getpriority(unix.PRIO_PROCESS, tid) // 20 minus the nice value: getpriority(2)
	if err != nil || 20-rank >= n {
		return err
	}
	return unix.Setpriority(unix.PRIO_PROCESS, tid, n)
}
