package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// If a program waits for a pipe that nobody writes to, the first signal ends it. Other programs
// do not wait for the pipe at all.
func TestSilentPipe(t *testing.T) {
	t.Parallel()
	h, dir, site := newHost(t), storeRuns(t), smallSite(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	bucket := "s3://vault/x?region=us-east-1&endpoint=http://127.0.0.1:1"
	for _, args := range [][]string{
		{"get", "--from", dir, "--latest", "--site", "a.example", "--table", "t", "--identity", pipe},
		{"verify", "--from", dir, "--all", "--passphrase-file", pipe},
		{"backup", site, "--to", filepath.Join(t.TempDir(), "to"), "--recipients-file", pipe},
		{"list", "--from", pipe},
		{"list", "--from", bucket + "&credentials_file=" + pipe},
		{"backup", site, "--to", bucket + "&credentials_file=" + pipe},
	} {
		cmd := h.command(args...)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			_ = cmd.Wait() // its state is checked later
			close(done)
		}()
		until(t, fmt.Sprintf("%q to read the pipe, or to end", args), func() bool {
			select {
			case <-done:
				return true
			default:
			}
			silent, err := os.OpenFile(pipe, os.O_WRONLY|unix.O_NONBLOCK, 0) // this fails while nobody reads
			if err == nil {
				t.Cleanup(func() { _ = silent.Close() })
			}
			return err == nil
		})
		_ = cmd.Process.Signal(syscall.SIGTERM) // the process may have ended
		select {
		case <-done:
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			<-done
			t.Errorf("%q does not end", args)
		}
		if code := cmd.ProcessState.ExitCode(); code != 1 && code != 2 || said.Len() == 0 {
			t.Errorf("%q: exit status %d, %q", args, code, said.String())
		}
	}
}
