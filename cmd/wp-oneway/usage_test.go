package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// smallSite is a site of a few files whose database is nowhere.
func smallSite(t *testing.T) string {
	t.Helper()
	return tenantSite(t, filepath.Join(t.TempDir(), "home"), os.Geteuid(), config("x", "x", "/nowhere"))
}

// refused runs the agent and wants one line on standard error, and exit status 2.
func (h *host) refused(want string, args ...string) {
	h.t.Helper()
	code, stdout, stderr := h.run(args...)
	if code != 2 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "; ;") {
		h.t.Errorf("%q: exit status %d, stdout %q, stderr %q; want 2 and %q on one line", args, code, stdout, stderr, want)
	}
}

func TestAnUnknownCommandIsUsage(t *testing.T) {
	h := newHost(t)
	h.refused(`unknown command "backpu", do you mean backup?`, "backpu")
	h.refused(`unknown command "nonsense"; see`, "nonsense", "x")
	h.refused("man needs one FOLDER", "man")
	if code, stdout, _ := h.run(); code != 0 || !strings.Contains(stdout, "Available Commands") {
		t.Errorf("without a command: exit status %d, %q", code, stdout)
	}
}

// "$SITE", "$TO" and "$RECIPIENT" of a script that never set them: the current
// folder, ~/backups and no sealing are not what was meant.
func TestWhatIsEmptyIsRefused(t *testing.T) {
	h, site := newHost(t), smallSite(t)
	h.refused("an argument is empty", "backup", "")
	h.refused("an argument is empty", "dump", "")
	for _, flag := range []string{"--to", "--recipient", "--recipients-file", "--passphrase-file", "--name", "--home", "--exclude", "--config", "--env-file", "--db-defaults-file"} {
		h.refused(flag+" is empty", "backup", site, "--kind", "files", flag, "")
		h.refused(flag+" is empty", "backup", site, "--kind", "files", flag+"=")
	}
	h.refused("--output is empty", "dump", site, "-o", "")
	if code, _, stderr := h.run("dump", site, "-o", "/nowhere/x.sql"); code != 1 || stderr != "wp-oneway: create the output /nowhere/x.sql: no such file or directory\n" {
		t.Errorf("exit status %d, %q", code, stderr)
	}
	if left, err := os.ReadDir(filepath.Join(h.state, "backups")); err == nil {
		t.Errorf("something was backed up all the same: %v", left)
	}
}

// A variable of the environment that is empty says nothing: neither does it undo
// what the configuration says of a site.
func TestAnEmptyVariableUndoesNothing(t *testing.T) {
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := "sinks: [" + to + "]\nsites: [{path: " + site + ", kind: files, name: x, compression: gzip}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = []string{"WP_ONEWAY_KIND=", "WP_ONEWAY_NAME=", "WP_ONEWAY_COMPRESSION="}
	h.backup(0, "--config", file)
	one(t, filepath.Join(to, "x", "files-backups"), "*Z-*.tar.gz")
}

func TestAConfigurationThatIsWrongNamesFileAndKeyAndNoValue(t *testing.T) {
	h, site := newHost(t), smallSite(t)
	file := filepath.Join(t.TempDir(), "config.yaml")
	for text, key := range map[string]string{
		"env: {DB_PASSWORD: hunter2}":                        "'env[0]'",
		"encryption: {passphrase: hunter2}":                  "invalid keys: passphrase",
		"level: hunter2":                                     "'level'",
		"sinks: [{url: /x, secret: hunter2}]":                "'sinks[0]'",
		"limits: {stall: 5}":                                 "'limits.stall'",
		"limits: {timeout: -1h}":                             "'limits.timeout'",
		"limits: {sites: -1}":                                "'limits.sites'",
		"limits: {sites: 99999999999}":                       "'limits.sites'",
		"limits: {nice: 20}":                                 "'limits.nice'",
		"limits: {nice: -5}":                                 "'limits.nice'",
		"sites: [{path: /nowhere, kindd: db}]":               "kindd", // although it is another site's
		"sites: [{path: /nowhere, limits: {sites: 1}}]":      "limits",
		"sites: [{path: /nowhere, encryption: {key: 'x'}}]":  "key",
		"sites: [{path: /nowhere, with_core: 'hunter2 no'}]": "'with_core'",
	} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := h.run("backup", "--config", file, "--kind", "files", site)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, file) || !strings.Contains(stderr, key) || strings.Contains(stderr, "hunter2") {
			t.Errorf("%s: exit status %d, stdout %q, stderr %q; want 2, the file and %s", text, code, stdout, stderr, key)
		}
	}
}

// A name in the file system is not printed as it is: it may move the cursor, or
// tell the terminal to do worse.
func TestWhatTenantsWriteIsPrintedHarmlessly(t *testing.T) {
	h := newHost(t)
	path := filepath.Join(t.TempDir(), "evil\x1b]0;owned\x07\xff")
	for _, args := range [][]string{{"inspect", path}, {"dump", path}, {"backup", path, "--name", "x"}} {
		code, stdout, stderr := h.run(args...)
		if code != 1 || strings.ContainsAny(stdout+stderr, "\x1b\x07") || !utf8.ValidString(stderr) || !strings.Contains(stderr, `\u001b`) {
			t.Errorf("%q: exit status %d, %q", args, code, stdout+stderr)
		}
	}
}

// Nor is that of a folder that a tenant made, and a search found.
func TestAFoldersNameIsPrintedHarmlessly(t *testing.T) {
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

// Started by nohup, a run outlives the terminal; else it ends with it.
func TestHangupIsIgnoredWhereItWas(t *testing.T) {
	s := demoSite(t)
	endlessUpload(t, s)
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
			_ = cmd.Wait() // its state is looked at
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

// Who reads the messages may go away: the backup is made all the same.
func TestABackupOutlivesWhoReadsItsMessages(t *testing.T) {
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

// A destination that takes no more, whatever the reason, is one clear line, and
// nothing is left of the run.
func TestADestinationThatIsFullIsOneLine(t *testing.T) {
	s := demoSite(t)
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
