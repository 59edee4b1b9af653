package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A worker keeps the rows of locked tables in the operator's folder, TMPDIR or the key temp_dir.
// The worker's own user need not have permission to write to it.
func TestTemporaryFolderOfAWorker(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	db := shared.db(t)
	statements := []string{
		"CREATE DATABASE tempdir", "CREATE USER tempdir@localhost", "GRANT ALL ON tempdir.* TO tempdir@localhost",
		"CREATE TABLE tempdir.wp_log (id INT PRIMARY KEY, b LONGTEXT) ENGINE=MyISAM",
	}
	for i := range 12 { // more than the 8 MiB that stay in memory
		statements = append(statements, fmt.Sprintf("INSERT INTO tempdir.wp_log VALUES (%d, REPEAT('x', 1048576))", i))
	}
	if err := db.Exec(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
	site := tenantSite(t, home, alice, config("tempdir", "tempdir", db.Socket))
	small, none := fullFolder(t), filepath.Join(t.TempDir(), "none")
	for name, tt := range map[string]struct {
		env, args []string
		want      string // part of the error; "" is success
	}{
		"TMPDIR":            {env: []string{"TMPDIR=" + t.TempDir()}},
		"TMPDIR is missing": {env: []string{"TMPDIR=" + none}, want: "set temp_dir"},
		"TMPDIR is full":    {env: []string{"TMPDIR=" + small}, want: "set temp_dir"},
		"--temp-dir":        {env: []string{"TMPDIR=" + none}, args: []string{"--temp-dir", t.TempDir()}},
		"temp_dir":          {env: []string{"TMPDIR=" + none, "WP_ONEWAY_TEMP_DIR=" + t.TempDir()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.env = tt.env
			code, _, stderr := h.run(append([]string{"backup", site, "--kind", "db", "--name", "x", "--to", t.TempDir()}, tt.args...)...)
			if (code == 0) != (tt.want == "") || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit status %d\n%s", code, stderr)
			}
		})
	}
	t.Run("no such temp_dir", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		if code, _, stderr := h.run("backup", site, "--to", t.TempDir(), "--temp-dir", none); code != 2 || !strings.Contains(stderr, "no such folder") {
			t.Errorf("exit status %d\n%s", code, stderr)
		}
	})
}

// fullFolder mounts a file system that is too small for the rows.
func fullFolder(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	return dir
}

// An account whose home does not exist, as for many services, gets an error that says what to
// set.
func TestHomeThatDoesNotExist(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	site := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	for want, env := range map[string][]string{
		"set XDG_STATE_HOME":       {},
		"allow it, or use another": {"STATE_DIRECTORY=" + filepath.Join(home, "state")},
	} {
		cmd := newHost(t).command("backup", site, "--kind", "files", "--name", "x", "--to", "~/backups")
		cmd.Env = append([]string{"HOME=/nonexistent", "PATH=" + os.Getenv("PATH")}, env...)
		if len(env) == 0 {
			cmd.Args[len(cmd.Args)-1] = filepath.Join(home, "backups")
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice, Gid: alice}}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v\n%s", want, err, out)
		}
	}
}
