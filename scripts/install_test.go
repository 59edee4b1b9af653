// Package scripts tests the scripts that need no server and no build. scripts/test-packages tests
// a whole release.
package scripts

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// release creates the folder of a release whose program is a shell script.
func release(t *testing.T, program string) (folder, sum string) {
	t.Helper()
	folder = t.TempDir()
	write(t, filepath.Join(folder, "files/bin/wp-oneway"), "#!/bin/sh\n"+program+"\n", 0o755)
	write(t, filepath.Join(folder, "files/share/man/man1/wp-oneway.1.gz"), "page", 0o644)
	archive := fmt.Sprintf("wp-oneway_1.2.3_linux_%s.tar.gz", runtime.GOARCH)
	run(t, "", "tar", "-czf", filepath.Join(folder, archive), "-C", filepath.Join(folder, "files"), "bin", "share")
	text, err := os.ReadFile(filepath.Join(folder, archive))
	if err != nil {
		t.Fatal(err)
	}
	sum = fmt.Sprintf("%x", sha256.Sum256(text))
	write(t, filepath.Join(folder, "SHA256SUMS"), strings.Repeat("0", 64)+"  wp-oneway_1.2.3_linux_other.tar.gz\n"+sum+"  "+archive+"\n", 0o644)
	return folder, sum
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// run runs a command and returns its output.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, name, args...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}

func command(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestInstall(t *testing.T) {
	t.Parallel()
	prefix := t.TempDir()
	program := filepath.Join(prefix, "bin/wp-oneway")
	for _, version := range []string{"old", "new"} {
		from, sum := release(t, "echo "+version)
		run(t, "", "./install", "--from", from, "--prefix", prefix)
		if got := run(t, "", program, "version"); got != version {
			t.Errorf("got %q, want %q", got, version)
		}
		run(t, "", "./install", "--from", from, "--prefix", prefix, "--sha256", sum)
	}
	if text, err := os.ReadFile(filepath.Join(prefix, "share/man/man1/wp-oneway.1.gz")); string(text) != "page" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	archive := fmt.Sprintf("wp-oneway_1.2.3_linux_%s.tar.gz", runtime.GOARCH)
	for name, c := range map[string]struct {
		change func(folder, sum string)
		args   []string
		want   string
	}{
		"damage":    {func(f, _ string) { write(t, filepath.Join(f, archive), "x", 0o644) }, nil, "its SHA-256 is wrong"},
		"other sum": {func(string, string) {}, []string{"--sha256", strings.Repeat("0", 64)}, "its SHA-256 is wrong"},
		"two archives": {func(f, sum string) {
			write(t, filepath.Join(f, "SHA256SUMS"), sum+"  "+archive+"\n"+sum+"  "+strings.Replace(archive, "1.2.3", "1.2.4", 1)+"\n", 0o644)
		}, nil, "must name one archive"},
		"a path": {func(f, sum string) {
			write(t, filepath.Join(f, "SHA256SUMS"), sum+"  ../"+archive+"\n", 0o644)
		}, nil, "must name one archive"},
		"no archive":  {func(f, _ string) { _ = os.Remove(filepath.Join(f, archive)) }, nil, "it cannot be read"},
		"no TLS":      {func(string, string) {}, []string{"--from", "http://127.0.0.1/"}, "begins with https://"},
		"no value":    {func(string, string) {}, []string{"--prefix"}, "--prefix needs a value"},
		"a relative":  {func(string, string) {}, []string{"--prefix", "x"}, "absolute path"},
		"unknown one": {func(string, string) {}, []string{"--force"}, "unknown argument"},
	} {
		from, sum := release(t, "echo new")
		c.change(from, sum)
		prefix := filepath.Join(t.TempDir(), "prefix")
		out, err := command(t, "", "./install", append([]string{"--from", from, "--prefix", prefix}, c.args...)...)
		if err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		if _, err := os.Stat(prefix); err == nil {
			t.Errorf("%s: something was installed", name)
		}
	}
	from, _ := release(t, "exit 1")
	if out, err := command(t, "", "./install", "--from", from, "--prefix", filepath.Join(t.TempDir(), "p")); err == nil || !strings.Contains(out, "does not run on this host") {
		t.Errorf("a program that does not run: %v: %s", err, out)
	}
}

func TestVersionOfRelease(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script, err := os.ReadFile("release")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "scripts/release"), string(script), 0o755)
	version := func() string { return run(t, dir, "scripts/release", "--version") }
	commit := func() {
		run(t, dir, "git", "add", "-A")
		run(t, dir, "git", "commit", "-q", "--allow-empty", "-m", "x")
	}
	hash := func() string { return run(t, dir, "git", "rev-parse", "--short=10", "HEAD") }
	run(t, dir, "git", "init", "-q")
	if got := version(); got != "0.0.0-dev" {
		t.Errorf("without a commit: %s", got)
	}
	commit()
	if got := version(); got != "0.0.1-dev.1.g"+hash() {
		t.Errorf("without a tag: %s", got)
	}
	run(t, dir, "git", "tag", "v1.2.9")
	if got := version(); got != "1.2.9" {
		t.Errorf("at a tag: %s", got)
	}
	commit()
	if got := version(); got != "1.2.10-dev.1.g"+hash() {
		t.Errorf("after a tag: %s", got)
	}
	run(t, dir, "git", "tag", "v1.3.0-rc.1")
	if got := version(); got != "1.3.0-rc.1" {
		t.Errorf("before a release: %s", got)
	}
	commit()
	if got := version(); got != "1.3.0-rc.1.dev.1.g"+hash() {
		t.Errorf("after a version before a release: %s", got)
	}
	write(t, filepath.Join(dir, "scripts/release"), string(script)+"\n", 0o755)
	if got := version(); !strings.HasSuffix(got, "g"+hash()+".dirty") {
		t.Errorf("with changes: %s", got)
	}
}
