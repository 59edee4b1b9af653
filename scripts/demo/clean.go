package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// removeDemo ends what an earlier run left running and removes all it made. A
// folder that is not a demo's is refused.
func removeDemo(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			return fmt.Errorf("use the folder %s: it is not empty, and not of an earlier run", dir)
		}
	}
	for _, pid := range leftovers(dir) {
		if err := end(pid); err != nil {
			return err
		}
	}
	if os.Geteuid() == 0 {
		if err := forget(filepath.Join(dir, "sites", siteName, "public")); err != nil {
			return fmt.Errorf("forget the demo's site: %w", err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the demo: %w", err)
	}
	return nil
}

// leftovers are servers of a run that was killed: their command lines name the folder.
func leftovers(dir string) []int {
	var pids []int
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		b, err := os.ReadFile(line)
		if err != nil {
			continue // it has ended
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

// end asks a process to end, and makes it after ten seconds.
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
	return fmt.Errorf("end process %d: it does not", pid)
}

// forget removes what the agent, run by root, remembers of the demo's site; run
// by anyone else it remembers it below the demo's folder.
func forget(root string) error {
	sum := sha256.Sum256([]byte(root))
	key := hex.EncodeToString(sum[:16])
	for _, path := range []string{
		"/var/lib/wp-oneway/sites/" + key + ".json", "/var/lib/wp-oneway/names/" + siteName, "/run/wp-oneway/" + key + ".lock",
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, folder := range []string{"/var/lib/wp-oneway/sites", "/var/lib/wp-oneway/names", "/var/lib/wp-oneway", "/run/wp-oneway"} {
		_ = os.Remove(folder) // it stays unless it is empty
	}
	return nil
}
