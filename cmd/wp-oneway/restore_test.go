package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// restoredRoot creates a folder that belongs to the owner of the shared site.
func restoredRoot(t *testing.T, s *lab.WordPress) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "home")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.Root)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if err := os.Chown(dir, int(st.Uid), int(st.Gid)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// compareSite fails if a restored site differs from the original in anything except WordPress
// itself.
func compareSite(t *testing.T, s *lab.WordPress, restored string) {
	t.Helper()
	diffs, err := lab.Compare(s.Root, restored, lab.IsCore)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		t.Error("restored:", d)
	}
}

// A real site is restored byte for byte, with modes, times, owners and links. A restore over an
// existing site is killed at many moments, and each time leaves the old site.
func TestRestoreFilesFromAFolder(t *testing.T) {
	t.Parallel()
	s, h, folder := shared.site(t), newHost(t), t.TempDir()
	h.backup(0, s.Root, "--name", "shop", "--kind", "files", "--to", folder)
	target := filepath.Join(restoredRoot(t, s), "public")
	args := []string{"restore", "--from", folder, "--latest", "--site", "shop", "--to", target}
	code, stdout, stderr := h.run(append(args, "--dry-run")...)
	if _, err := os.Lstat(target); code != 0 || err == nil || !strings.Contains(stdout, "create  wp-config.php\n") || !strings.Contains(stderr, "would be restored") {
		t.Fatalf("dry run: exit status %d, %.2000s%s (%v)", code, stdout, stderr, err)
	}
	code, stdout, stderr = h.run(args...)
	if code != 0 || stdout != "" || !strings.Contains(stderr, " --skip-content --path="+target) || !strings.Contains(stderr, "wp core download --version=") {
		t.Fatalf("exit status %d, %s%s", code, stdout, stderr)
	}
	compareSite(t, s, target)
	h.refused("must be always, if-changed", "restore", "--from", folder, "--latest", "--site", "shop", "--to", target, "--overwrite", "sometimes")
	if code, _, stderr := h.run(args...); code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "--overwrite") {
		t.Errorf("over a site without --overwrite: exit status %d, %s", code, stderr)
	}

	// The old site, with a file of its own.
	mine := filepath.Join(target, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(target, "wp-config.php"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, "--overwrite", "always")
	for i := range 4 {
		cmd := h.command(args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*i) * 40 * time.Millisecond) // an arbitrary moment
		signal := []os.Signal{syscall.SIGKILL, syscall.SIGTERM}[i%2]
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if text, _ := os.ReadFile(filepath.Join(target, "wp-config.php")); string(text) != "old" { // the restore was faster
			if code, _, stderr := h.run("restore", "--undo", "--to", target); code != 0 {
				t.Fatalf("after %v: undo: exit status %d, %s", signal, code, stderr)
			}
		}
		if text, err := os.ReadFile(filepath.Join(target, "wp-config.php")); err != nil || string(text) != "old" {
			t.Fatalf("after %v, the old site is gone: %.20q, %v", signal, text, err)
		}
	}
	if code, _, stderr := h.run(args...); code != 0 || !strings.Contains(stderr, "restore --undo --to ") {
		t.Fatalf("after kills: exit status %d, %s", code, stderr)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" {
		t.Errorf("a file that the backup does not have: %q, %v", text, err)
	}
	root, err := os.Stat(s.Root)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(mine), os.Chtimes(target, time.Now(), root.ModTime())); err != nil { // the root must have its old time
		t.Fatal(err)
	}
	compareSite(t, s, target)
	for _, want := range []string{"old", ""} {
		code, _, stderr := h.run("restore", "--undo", "--to", target)
		if text, err := os.ReadFile(filepath.Join(target, "wp-config.php")); code != 0 || err != nil || (string(text) == "old") != (want == "old") {
			t.Errorf("undo: exit status %d, %s, %v", code, stderr, err)
		}
	}
	if code, _, stderr := h.run("restore", "--confirm", "--to", target); code != 0 || !strings.Contains(stderr, "removed ") {
		t.Errorf("confirm: exit status %d, %s", code, stderr)
	}
	if left, err := os.ReadDir(filepath.Dir(target)); err != nil || len(left) != 1 {
		t.Errorf("left beside the site: %v, %v", left, err)
	}
}

// A user who may read restores from a bucket. The host's own credential cannot restore anything.
func TestRestoreFilesFromABucket(t *testing.T) {
	t.Parallel()
	s, h := shared.site(t), newHost(t)
	host := bucket(t, "restore-files")
	h.backup(0, s.Root, "--name", "shop", "--kind", "files", "--to", host)
	credentials, err := shared.minio(t).ReadingUser(t.Context(), "restore-files")
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(restoredRoot(t, s), "public")
	args := func(from string) []string {
		return []string{"restore", "--from", from, "--latest", "--site", "shop", "--to", target}
	}
	code, _, stderr := h.run(args(host)...)
	if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "reading credential") {
		t.Errorf("with the host's credential: exit status %d, %s", code, stderr)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the host's credential restored something")
	}
	if code, _, stderr := h.run(args(shared.minio(t).URL("restore-files", "host", credentials))...); code != 0 {
		t.Fatalf("exit status %d, %s", code, stderr)
	}
	compareSite(t, s, target)
}

// With --in-place, files from outside the root are restored to the place that the installed site
// uses, with the rights of its owner. They are not restored over files of another user, whatever
// the tenant's configuration says.
func TestRestoreInPlace(t *testing.T) {
	t.Parallel()
	home, secret := tenants(t)
	h, folder := newHost(t), t.TempDir()
	content, above := filepath.Join(home, "content"), filepath.Join(home, "wp-config.php")
	text := strings.Replace(config("x", "x", "/nowhere"), "<?php", "<?php define('WP_CONTENT_DIR', '"+content+"');", 1)
	text = strings.Replace(text, "__DIR__ . '/", "ABSPATH . '", 1)
	root := tenantSite(t, home, alice, text)
	if err := errors.Join(os.Rename(filepath.Join(root, "wp-config.php"), above), os.Rename(filepath.Join(root, "wp-content"), content)); err != nil {
		t.Fatal(err)
	}
	h.backup(0, root, "--name", "alice", "--kind", "files", "--to", folder)
	restore := func(args ...string) (stderr string) {
		t.Helper()
		code, _, stderr := h.run(append([]string{"restore", "--from", folder, "--latest", "--site", "alice", "--to", root, "--overwrite", "always", "--in-place"}, args...)...)
		if code != 0 {
			t.Fatalf("exit status %d, %s", code, stderr)
		}
		return stderr
	}
	is := func(path, want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s: %.50q, %v", path, got, err)
		}
		if info, err := os.Stat(path); err == nil && info.Sys().(*syscall.Stat_t).Uid != alice {
			t.Errorf("%s belongs to uid %d", path, info.Sys().(*syscall.Stat_t).Uid)
		}
	}
	spoil := func(config string) {
		t.Helper()
		err := errors.Join(os.WriteFile(filepath.Join(content, "uploads/own.txt"), []byte("spoilt"), 0o600), os.WriteFile(above, []byte(config), 0o600),
			os.RemoveAll(root+".outside"))
		if err != nil {
			t.Fatal(err)
		}
	}
	spoil(text + "// spoilt")
	restore()
	is(filepath.Join(content, "uploads/own.txt"), "my own")
	is(above, text)
	if _, err := os.Lstat(root + ".outside"); err == nil {
		t.Error("what belongs in place is outside too")
	}
	// A configuration that cannot be read names no folder.
	spoil("<?php broken(")
	if stderr := restore(); !strings.Contains(stderr, "--allow-path") {
		t.Errorf("%s", stderr)
	}
	is(above, "<?php broken(")
	is(filepath.Join(root+".outside", "wp-config.php"), text)
	spoil("<?php broken(")
	restore("--allow-path", above, "--allow-path", content)
	is(above, text)
	is(filepath.Join(content, "uploads/own.txt"), "my own")
	// A configuration that names a folder of another user names no folder of the site.
	spoil(strings.Replace(text, content, filepath.Dir(secret), 1))
	restore()
	if left, err := os.ReadDir(filepath.Dir(secret)); err != nil || len(left) != 1 {
		t.Errorf("written to another user's home: %v, %v", left, err)
	}
	h.refused("omit --in-place", "restore", "--from", folder, "--latest", "--site", "alice", "--to", home+"/elsewhere", "--in-place")
	if code, _, stderr := h.run("restore", "--confirm", "--to", root, "--allow-path", above, "--allow-path", content); code != 0 {
		t.Errorf("confirm: exit status %d, %s", code, stderr)
	}
	entries, err := filepath.Glob(filepath.Join(home, ".*wp-oneway*"))
	if err != nil || len(entries) > 0 {
		t.Errorf("left %q, %v", entries, err)
	}
}
