package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"
)

// terminal opens a terminal of 80 columns. Text that is written to tty is read from other.
func terminal(t *testing.T) (other, tty *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { _ = other.Close() })
	fd := int(other.Fd())
	must(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	must(t, err)
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	must(t, unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	return other, tty
}

// onTerminal runs the agent with standard output on a terminal, and returns the output.
func (h *host) onTerminal(args ...string) string {
	h.t.Helper()
	other, tty := terminal(h.t)
	cmd := h.command(args...)
	cmd.Stdout = tty
	must(h.t, cmd.Start())
	must(h.t, tty.Close())
	text, _ := io.ReadAll(other) // the terminal ends with the error EIO
	if err := cmd.Wait(); err != nil && !isExit(err) {
		h.t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// Tables fit a terminal of 80 columns, even with long names and wide characters. Only a path or
// the name of a run, which must not be cut, may be longer, on its own line.
func TestTablesFitATerminal(t *testing.T) {
	t.Parallel()
	h, folder, vault := newHost(t), t.TempDir(), t.TempDir()
	for i, name := range []string{"日本語の長い名前のサイト", "a-site-with-a-rather-long-name.example.com", "b"} {
		site := filepath.Join(folder, name, "public")
		must(t, createSite(site, config("x", "x", "/nowhere")))
		if code, _, stderr := h.run("backup", site, "--name", fmt.Sprintf("%d.a-rather-long-name.example.com", i), "--kind", "files", "--to", vault); code != 0 {
			t.Fatal(stderr)
		}
	}
	for _, args := range [][]string{
		{"list", "--from", vault},
		{"sites", folder},
		{"status"},
		{"verify", "--from", vault, "--all", "--quick"},
		{"prune", "--to", vault, "--keep-last", "1", "--dry-run"},
		{"status", "--history", "1.a-rather-long-name.example.com"},
	} {
		text := h.onTerminal(args...)
		if strings.Count(text, "\n") < 3 || strings.Contains(text, "\x1b") {
			t.Errorf("%q: %q", args, text)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if word := strings.TrimSpace(line); runewidth.StringWidth(line) > 80 && strings.Contains(word, " ") {
				t.Errorf("%q: %d columns: %s", args, runewidth.StringWidth(line), line)
			}
		}
	}
}
