package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/state"
)

// lockSite holds the lock of a site's name, as another run does.
func lockSite(h *host, name string) (unlock func()) {
	h.t.Helper()
	unlock, err := state.Dirs{State: h.state, Run: filepath.Join(h.state, "run")}.Lock("name " + name)
	if err != nil {
		h.t.Fatal(err)
	}
	return unlock
}

// lines collects the output of a process while it runs.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

// Write implements io.Writer.
func (l *lines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(text)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// waiting starts a backup that waits for the lock, and returns when the backup says so.
func waiting(h *host, args ...string) (cmd *exec.Cmd, stderr *lines) {
	h.t.Helper()
	cmd = h.command(append([]string{"backup"}, args...)...)
	stderr = &lines{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = cmd.Process.Kill() })
	until(h.t, "the backup that waits", func() bool { return strings.Contains(stderr.text(), "waiting for another run") })
	return cmd, stderr
}

// A backup that waits for another run of the site starts when that run ends. It says once that it
// waits.
func TestBackupWaitsForTheLock(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--wait", "--wait=1h"} {
		h, site, to := newHost(t), smallSite(t), t.TempDir()
		unlock := lockSite(h, "shop")
		cmd, stderr := waiting(h, site, "--name", "shop", "--kind", "files", "--to", to, flag)
		unlock()
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s: %v", flag, err)
		}
		one(t, filepath.Join(to, "shop", "files-backups"), "*Z-*.manifest.json")
		if n := strings.Count(stderr.text(), "waiting for another run"); n != 1 {
			t.Errorf("%s: %d lines about the wait", flag, n)
		}
	}
}

// If the lock is not free within the wait or within limits.timeout, the site ends as it does
// without a wait. A signal also ends the wait.
func TestTheWaitForTheLockEnds(t *testing.T) {
	t.Parallel()
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	defer lockSite(h, "shop")()
	args := []string{site, "--name", "shop", "--kind", "files", "--to", to}
	for _, wait := range []string{"--wait=1ms", "--wait=0s", "--wait=false"} {
		h.backup(75, append(args, wait)...)
	}
	h.configure("limits: {timeout: 1s}\nwait: true\n")
	if site := h.backup(75, args...).Sites[0]; !strings.Contains(site.Error.Message, "another run of this site is in progress; waited ") {
		t.Errorf("the error: %s", site.Error)
	}
	h.configure("")
	cmd, _ := waiting(h, append(args, "--wait")...)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("after SIGTERM: %v", err)
	}
	if files, _ := under(t, to); len(files) > 0 {
		t.Errorf("backups were made: %v", files)
	}
	if _, _, stderr := h.run(append([]string{"backup", "--wait=30"}, args...)...); !strings.Contains(stderr, "neither true, false nor a duration") {
		t.Errorf("without a unit: %s", stderr)
	}
}
