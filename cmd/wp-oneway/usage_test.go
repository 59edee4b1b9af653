package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// smallSite creates a site of a few files whose database does not exist.
func smallSite(t *testing.T) string {
	t.Helper()
	return tenantSite(t, filepath.Join(t.TempDir(), "home"), os.Geteuid(), config("x", "x", "/nowhere"))
}

// refused runs the agent, and checks for exit status 2 and one line on standard error.
func (h *host) refused(want string, args ...string) {
	h.t.Helper()
	code, stdout, stderr := h.run(args...)
	if code != 2 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
		h.t.Errorf("%q: exit status %d, stdout %q, stderr %q; want 2 and %q on one line", args, code, stdout, stderr, want)
	}
}

// Names in the file system may contain control sequences for terminals. They are printed with
// escapes.
func TestTenantsTextIsPrintedEscaped(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	path := filepath.Join(t.TempDir(), "evil\x1b]0;owned\x07\xff")
	for _, args := range [][]string{{"inspect", path}, {"dump", path}, {"backup", path, "--name", "x"}} {
		code, stdout, stderr := h.run(args...)
		if code != 1 || strings.ContainsAny(stdout+stderr, "\x1b\x07") || !utf8.ValidString(stderr) || !strings.Contains(stderr, `\u001b`) {
			t.Errorf("%q: exit status %d, %q", args, code, stdout+stderr)
		}
	}
}

// The names of folders that a search finds are printed with escapes too.
func TestFolderNameIsPrintedEscaped(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "evil\x1b]0;owned\x07\nwp-oneway: all is well")
	site := tenantSite(t, home, os.Geteuid(), config("x", "x", "/nowhere"))
	for _, args := range [][]string{
		{"backup", site, "--dry-run"},
		{"backup", site, "--to", filepath.Join(t.TempDir(), "vault")},
		{"backup", site, "--name", "x\x1b"},
		{"backup", filepath.Join(site, "wp-content"), "--dry-run"},
		{"inspect", site},
		{"sites", home},
	} {
		if args[0] == "backup" {
			args = append(args, "--kind", "files", "--verbose")
		}
		_, stdout, stderr := newHost(t).run(args...)
		if text := stdout + stderr; strings.ContainsAny(text, "\x1b\x07") || strings.Contains(text, "\nwp-oneway: all") || text == "" {
			t.Errorf("%q: %q", args, text)
		}
	}
}

// A run that nohup started ignores SIGHUP. Other runs end.
func TestHangupIsIgnoredUnderNohup(t *testing.T) {
	s := shared.site(t)
	endlessUpload(t, s)
	// The tests themselves may run under nohup. The test handles the signal, because a signal
	// that is handled is not ignored in a new process.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	defer signal.Stop(handled)
	for _, ignored := range []bool{true, false} {
		h, folder := newHost(t), t.TempDir()
		cmd := h.command("backup", s.Root, "--name", "x", "--compression", "none", "--kind", "files", "--to", folder)
		if ignored {
			cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh"}, cmd.Args...)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait() // its state is checked later
			close(ended)
		}()
		until(t, "the run to be half way", func() bool {
			_, unfinished := under(t, folder)
			return len(unfinished) > 0
		})
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		if ignored {
			select {
			case <-ended:
				t.Errorf("it ended, %s", cmd.ProcessState)
			case <-time.After(time.Second):
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatal("it does not end")
		}
		if code := cmd.ProcessState.ExitCode(); code != 1 {
			t.Errorf("exit status %d", code)
		}
	}
}

// If the reader of the messages exits, the backup continues.
func TestBackupGoesOnWithoutReaderOfMessages(t *testing.T) {
	t.Parallel()
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	cmd := h.command("backup", site, "--name", "x", "--kind", "files", "--verbose", "--to", to)
	gone, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	one(t, filepath.Join(to, "x", "files-backups"), "*Z-*.manifest.json")
}

// A full destination is reported in one line, and no file of the run is left in it.
func TestFullDestinationIsOneLine(t *testing.T) {
	s := shared.site(t)
	run := func(t *testing.T, want, folder, limit string) {
		t.Helper()
		h := newHost(t)
		cmd := h.command("backup", s.Root, "--name", "x", "--kind", "files", "--compression", "none", "--to", folder)
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", limit + ` exec "$@"`, "sh"}, cmd.Args...)
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), want) {
			t.Errorf("exit status %d (%v): %s", code, err, out)
		}
		if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 {
			t.Errorf("left behind: %q %q", finished, unfinished)
		}
	}
	t.Run("by a limit", func(t *testing.T) { run(t, "ulimit -f", t.TempDir(), "ulimit -f 8192;") })
	t.Run("by its size", func(t *testing.T) {
		run(t, "is full", smallDisk(t), "")
	})
	t.Run("read-only", func(t *testing.T) {
		disk := smallDisk(t)
		if out, err := exec.Command("mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
			t.Fatalf("mount: %v: %s", err, out)
		}
		run(t, "read-only", disk, "")
	})
}

// smallDisk mounts a disk of 8 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_FORCE); err != nil {
			t.Error(err)
		}
	})
	return dir
}
