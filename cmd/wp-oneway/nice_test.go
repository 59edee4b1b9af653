package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// niceValues are those of all threads of a process (proc_pid_stat(5), field 19).
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
			continue // it has ended
		}
		_, fields, _ := strings.Cut(string(stat), ") ") // after the name, which may hold anything
		values[strings.Fields(fields)[16]]++
	}
	return values
}

func TestLimitsNiceLowersThePriorityAndNeverRaisesIt(t *testing.T) {
	site := smallSite(t)
	for _, c := range []struct{ name, started, key, want string }{
		{"nice-lowered", "0", "7", "7"},
		{"nice-stays", "12", "7", "12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(t, bucket(t, c.name), ".manifest.json", false)
			h := newHost(t)
			h.env = []string{"WP_ONEWAY_LIMITS_NICE=" + c.key}
			cmd := h.command("backup", site, "--name", "x", "--kind", "files", "--to", g.url)
			nice, err := filepath.EvalSymlinks("/usr/bin/nice")
			if err != nil {
				t.Fatal(err)
			}
			cmd.Args = append([]string{"nice", "-n", c.started, cmd.Path}, cmd.Args[1:]...)
			cmd.Path = nice
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the manifest", g.waiting.Load)
			values := niceValues(t, cmd.Process.Pid)
			end(t, cmd, syscall.SIGKILL)
			if len(values) != 1 || values[c.want] == 0 {
				t.Errorf("threads have the nice values %v, want %s for all", values, c.want)
			}
		})
	}
}
