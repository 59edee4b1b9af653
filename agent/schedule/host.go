package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// A Runner runs a program of the host to its end and returns its standard output. The
// error has what the program printed on standard error.
type Runner func(ctx context.Context, stdin, program string, args ...string) (stdout string, err error)

// Exec is the Runner of a real host.
func Exec(ctx context.Context, stdin, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin = strings.NewReader(stdin)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("run %s: %w: %s", strings.Join(append([]string{program}, args...), " "), err, strings.Join(strings.Fields(messages.String()), " "))
	}
	return out.String(), nil
}

// A File is one that installing a schedule writes.
type File struct{ Path, Text string }

// A Scheduler runs commands at given times.
type Scheduler interface {
	// String is the scheduler's name, as in Installed.
	String() string
	// Files returns what installing the schedules would write.
	Files(ctx context.Context, entries ...Entry) ([]File, error)
	// Install installs a schedule, or replaces the one of that name.
	Install(ctx context.Context, e Entry) error
	// Remove removes a schedule, if it is installed.
	Remove(ctx context.Context, name string) (removed bool, err error)
	// Installed returns the schedules that Install has written.
	Installed(ctx context.Context) ([]Installed, error)
}

// Elapses returns the next n times after a time. For a calendar event of systemd, it asks
// systemd-analyze, which also checks it.
func Elapses(ctx context.Context, run Runner, t Times, after time.Time, n int) ([]time.Time, error) {
	if t.spec != nil {
		return t.next(after, n), nil
	}
	base := after.Local().Format("2006-01-02 15:04:05")
	text, err := run(ctx, "", "systemd-analyze", "calendar", fmt.Sprintf("--iterations=%d", n), "--base-time="+base, t.text)
	if err != nil {
		return nil, fmt.Errorf("check the time %q: %w", t.text, err)
	}
	out, err := parseElapses(text)
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("check the time %q: it is never in the future", t.text)
	}
	return out, err
}

// Interval is the longest time between two runs: how often one is due.
func Interval(ctx context.Context, run Runner, t Times, now time.Time) (time.Duration, error) {
	const runs = 200
	times, err := Elapses(ctx, run, t, now, runs)
	return longestGap(times), err
}

// writeFile replaces a file atomically. It refuses to replace a file without our mark.
func writeFile(path, text string, ours func(text string) bool) error {
	switch old, err := readFile(path); {
	case err != nil:
		return err
	case old != "" && !ours(old):
		return fmt.Errorf("write %s: %w", path, errForeign)
	case old == text:
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// readFile reads a file, and "" where there is none.
func readFile(path string) (string, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %s: it is not a regular file; move it away", path)
	}
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// removeFile removes a file that has our mark.
func removeFile(path string, ours func(text string) bool) error {
	text, err := readFile(path)
	switch {
	case err != nil || text == "":
		return err
	case !ours(text):
		return fmt.Errorf("remove %s: %w", path, errForeign)
	}
	return os.Remove(path)
}
