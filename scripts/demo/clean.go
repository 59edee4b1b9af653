package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// removeDemo stops the servers that an earlier run left, and removes its folder. It refuses a
// folder that the demo did not create.
func removeDemo(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			return fmt.Errorf("use the folder %s: it is not empty and no earlier run made it; name another folder", dir)
		}
	}
	for _, pid := range leftovers(dir) {
		if err := end(pid); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the folder of the demo: %w", err)
	}
	return nil
}

// leftovers returns the PIDs of servers that a killed run left: their command lines contain the
// folder.
func leftovers(dir string) []int {
	var pids []int
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		b, err := os.ReadFile(line)
		if err != nil {
			continue // the process has ended
		}
		args := strings.Split(string(b), "\x00")
		server := slices.Contains([]string{"mariadbd", "minio", "php"}, filepath.Base(args[0]))
		ours := slices.ContainsFunc(args[1:], func(a string) bool { return strings.Contains(a+"/", dir+"/") })
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line))); err == nil && server && ours {
			pids = append(pids, pid)
		}
	}
	return pids
}

// end asks a process to end, and kills it after ten seconds.
func end(pid int) error {
	for i := range 110 {
		sig := syscall.Signal(0)
		switch i {
		case 0:
			sig = syscall.SIGTERM
		case 100:
			sig = syscall.SIGKILL
		}
		if err := syscall.Kill(pid, sig); errors.Is(err, syscall.ESRCH) {
			return nil
		} else if err != nil {
			return fmt.Errorf("end process %d: %w", pid, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("end process %d: it is still running", pid)
}
