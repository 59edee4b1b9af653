package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// niceValues returns the nice values of all threads of a process (proc_pid_stat(5), field 19).
func niceValues(t *testing.T, pid int) map[string]int {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		t.Fatalf("no threads: %v", err)
	}
	values := map[string]int{}
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // the thread has ended
		}
		_, fields, _ := strings.Cut(string(stat), ") ") // the fields after the name, which may contain any character
		values[strings.Fields(fields)[16]]++
	}
	return values
}

func TestLimitsNiceLowersThePriorityAndNeverRaisesIt(t *testing.T) {
	site := smallSite(t)
	rank, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	own := 20 - rank // the tests themselves may run with a lower priority
	base := max(0, own)
	for _, c := range []struct {
		name               string
		started, key, want int
	}{
		{"nice-lowered", base, base + 7, base + 7},
		{"nice-stays", base + 12, base + 7, base + 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(t, bucket(t, c.name), ".manifest.json", false)
			h := newHost(t)
			key, want := min(c.key, 19), strconv.Itoa(min(c.want, 19))
			h.env = []string{"WP_ONEWAY_LIMITS_NICE=" + strconv.Itoa(key)}
			cmd := h.command("backup", site, "--name", "x", "--kind", "files", "--to", g.url)
			nice, err := filepath.EvalSymlinks("/usr/bin/nice")
			if err != nil {
				t.Fatal(err)
			}
			cmd.Args = append([]string{"nice", "-n", strconv.Itoa(c.started - own), cmd.Path}, cmd.Args[1:]...)
			cmd.Path = nice
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the manifest", g.waiting.Load)
			values := niceValues(t, cmd.Process.Pid)
			end(t, cmd, syscall.SIGKILL)
			if len(values) != 1 || values[want] == 0 {
				t.Errorf("threads have the nice values %v, want %s for all", values, want)
			}
		})
	}
}
