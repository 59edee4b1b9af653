package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/cmd/process"
)

func TestByteRates(t *testing.T) {
	for text, want := range map[string]byteRate{
		"": 0, "0": 0, "20MiB/s": 20 << 20, "20 MiB/s": 20 << 20, "20MB": 20_000_000, "512KiB/s": 512 << 10, "1G": 1_000_000_000, "65536": 65536,
	} {
		var l limits
		if err := decode(map[string]any{"bandwidth": text}, &l); err != nil || l.Bandwidth != want {
			t.Errorf("%q: %d, %v; want %d", text, l.Bandwidth, err, want)
		}
	}
	for _, text := range []string{"20", "fast", "-5MiB/s", "20Mbit/s", "1e99GB", "99999999EB", "/s"} {
		var l limits
		if err := decode(map[string]any{"bandwidth": text}, &l); err == nil {
			t.Errorf("%q was taken as %d", text, l.Bandwidth)
		} else if !strings.Contains(err.Error(), "20MiB/s") {
			t.Errorf("%q: the error does not say how to write it: %v", text, err)
		}
	}
	var l limits // a bare number in YAML
	if err := decode(map[string]any{"bandwidth": 1 << 20}, &l); err != nil || l.Bandwidth != 1<<20 {
		t.Errorf("%d, %v", l.Bandwidth, err)
	}
}

// At this rate the files would take an hour; the database is not slowed down.
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
	_ = cmd.Wait() // its exit status is looked at
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit status %d, want 1: %s", code, output.String())
	}
}

func TestIOPriorityInTheConfiguration(t *testing.T) {
	for text, want := range map[string]process.IOPriority{"idle": 3 << 13, "3": 3 << 13, "best-effort:7": 2<<13 | 7, "2:0": 2 << 13} {
		var set settings
		if err := decode(map[string]any{"limits": map[string]any{"ionice": text}}, &set); err != nil || set.Limits.IONice != want {
			t.Errorf("%s: got %#x, want %#x (%v)", text, set.Limits.IONice, want, err)
		}
	}
}
