package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

// At this rate, a backup of the files would take an hour. The database is not slowed down.
func TestBandwidthSlowsTheFilesAndNotTheDatabase(t *testing.T) {
	t.Parallel()
	s, h := shared.site(t), newHost(t)
	h.env = []string{"WP_ONEWAY_LIMITS_BANDWIDTH=16KiB/s"}
	url := bucket(t, "slow")
	cmd := h.command("backup", s.Root, "--name", "x", "--compression", "none", "--to", url)
	var output bytes.Buffer
	cmd.Stderr = &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the database to be stored", func() bool { return len(stored(t, "slow")) > 0 })
	if names := stored(t, "slow"); len(names) != 1 || !strings.HasSuffix(names[0], ".sql") {
		t.Errorf("stored are %q, want the database alone", names)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit status is checked later
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit status %d, want 1: %s", code, output.String())
	}
}
