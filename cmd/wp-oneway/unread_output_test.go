package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fullPipe returns the write end of a pipe that is full and that nobody reads.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(ends[0]) })
	for page := make([]byte, 4096); ; {
		if _, err := unix.Write(ends[1], page); errors.Is(err, unix.EAGAIN) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.SetNonblock(ends[1], false); err != nil {
		t.Fatal(err)
	}
	w := os.NewFile(uintptr(ends[1]), "full")
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// writesOutput reports whether a thread of a process is blocked in a write to its standard
// output.
func writesOutput(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	if err != nil {
		return false
	}
	for _, name := range threads {
		if text, err := os.ReadFile(name); err == nil && strings.HasPrefix(string(text), fmt.Sprintf("%d 0x1 ", unix.SYS_WRITE)) {
			return true
		}
	}
	return false
}

// The first signal ends a program whose standard output is a pipe that nobody reads.
func TestUnreadOutput(t *testing.T) {
	t.Parallel()
	h, dir := newHost(t), t.TempDir()
	root := filepath.Join(t.TempDir(), "shop")
	if err := createSite(root, nowhere()); err != nil {
		t.Fatal(err)
	}
	h.backup(0, root, "--kind", "files", "--name", "shop", "--to", dir)
	for _, args := range [][]string{
		{"get", "--from", dir, "--latest", "--site", "shop", "wp-config.php"},
		{"list", "--from", dir, "--json"},
		{"verify", "--from", dir, "--all"},
		{"backup", root, "--kind", "files", "--name", "shop", "--to", dir, "--json"},
		{"version"},
	} {
		cmd := h.command(args...)
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = fullPipe(t), &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		until(t, fmt.Sprintf("%q to write", args), func() bool { return writesOutput(cmd.Process.Pid) })
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			_ = cmd.Wait() // its state is checked later
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-done
			t.Errorf("%q does not end", args)
			continue
		}
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(said.String(), "nobody reads") {
			t.Errorf("%q: exit status %d, %q", args, code, said.String())
		}
	}
}
