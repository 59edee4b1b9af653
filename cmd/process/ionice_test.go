package process

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// All threads get the priority. This test sets the priority that a process with nice value 0 has.
func TestLowerIOPriorityOfAllThreads(t *testing.T) {
	const usual = IOPriority(ioBestEffort<<ioClassShift | 4)
	if err := LowerIOPriority(usual); err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil || len(threads) < 2 {
		t.Fatalf("%d threads (%v)", len(threads), err)
	}
	for _, path := range threads {
		tid, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		got, _, errno := unix.Syscall(unix.SYS_IOPRIO_GET, 1, uintptr(tid), 0)
		if errno != 0 {
			if _, err := os.Stat(path); err == nil {
				t.Errorf("thread %d: %v", tid, errno)
			}
			continue // the thread has ended
		}
		if IOPriority(got) != usual {
			t.Errorf("thread %d has the priority %#x, want %#x", tid, got, usual)
		}
	}
}
