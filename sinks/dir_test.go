package sinks

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func openTestDir(t *testing.T, dir string) *dirSink {
	t.Helper()
	u, err := Parse(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), u, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s.(*dirSink)
}

func TestDirModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	s := openTestDir(t, dir)
	if _, err := s.Put(t.Context(), "site/db-backups/a.sql", strings.NewReader("text")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{
		"": fs.ModeDir | 0o700, "site": fs.ModeDir | 0o700, "site/db-backups": fs.ModeDir | 0o700, "site/db-backups/a.sql": 0o600,
	} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Mode() != want {
			t.Errorf("%q: %v, %v, want mode %v", name, i.Mode(), err, want)
		}
	}
}

// Every method of publishing refuses an existing name, also those for file systems
// without hard links or RENAME_NOREPLACE.
func TestDirPublishesWithoutHardLinks(t *testing.T) {
	lacking := func(*os.Root, string, string) error { return &fs.PathError{Op: "link", Err: unix.ENOTSUP} }
	for i, way := range publishers() {
		s := openTestDir(t, t.TempDir())
		s.publish = []publisher{lacking, way}
		if _, err := s.Put(t.Context(), "a/b", strings.NewReader("first")); err != nil {
			t.Fatalf("method %d: %v", i, err)
		}
		if _, err := s.Put(t.Context(), "a/b", strings.NewReader("second")); !errors.Is(err, ErrExists) {
			t.Errorf("method %d: existing name: %v", i, err)
		}
		if b, err := os.ReadFile(filepath.Join(s.dir, "a/b")); string(b) != "first" {
			t.Errorf("method %d: stored is %q, %v", i, b, err)
		}
		if left, err := filepath.Glob(filepath.Join(s.dir, "a", ".*")); len(left) != 0 {
			t.Errorf("method %d: left over: %q, %v", i, left, err)
		}
	}
}

func TestDirRemovesOldTemporaryFiles(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	living, err := s.createTemp(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := s.createTemp(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.file.Close(); err != nil { // as its process' end does
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, ".wp-oneway-notes.tmp"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "a", strings.NewReader("text")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{living.name: true, dead.name: false, ".wp-oneway-notes.tmp": true, "a": true} {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); (err == nil) != want {
			t.Errorf("%s exists: %v, want %v", name, err == nil, want)
		}
	}
}

func TestDirDoesNotFollowSymlinksOut(t *testing.T) {
	s, out := openTestDir(t, t.TempDir()), t.TempDir()
	if err := os.Symlink(out, filepath.Join(s.dir, "site")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "site/db/a", strings.NewReader("text")); err == nil {
		t.Error("the object was stored through a symlink")
	}
	if left, err := os.ReadDir(out); len(left) != 0 || err != nil {
		t.Errorf("outside are %v, %v", left, err)
	}
}

func TestDirLatest(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	complete := func(names ...string) {
		t.Helper()
		var objects []Object
		for _, name := range names {
			rec, err := s.Put(t.Context(), name, strings.NewReader(name))
			if err != nil {
				t.Fatal(err)
			}
			objects = append(objects, rec.Objects...)
		}
		if err := s.Complete(t.Context(), objects); err != nil {
			t.Fatal(err)
		}
	}
	const run1, run2 = "-2026-11-23_03-00-00Z-aaaaaaaa", "-2026-11-24_03-00-00Z-bbbbbbbb"
	complete("x/db-backups/x-db"+run1+".sql.gz", "x/db-backups/x-db"+run1+".manifest.json")
	complete("x/db-backups/x-db"+run2+".sql.zst.age", "x/db-backups/x-db"+run2+".manifest.json")
	links := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(s.dir, "x/db-backups"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type() == fs.ModeSymlink {
			if links[e.Name()], err = os.Readlink(filepath.Join(s.dir, "x/db-backups", e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(links) != 2 || links["x-db-latest.sql.zst.age"] != "x-db"+run2+".sql.zst.age" || links["x-db-latest.manifest.json"] != "x-db"+run2+".manifest.json" {
		t.Errorf("links are %q", links)
	}
}

// A real file system is full, and then read-only.
func TestDirReportsDiskErrors(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("mounting a small disk needs root; using /dev/full instead")
		if err := diskError(&fs.PathError{Op: "write", Err: unix.ENOSPC}, t.TempDir()); !strings.Contains(err.Error(), "is full: ") || strings.Contains(err.Error(), "left)") {
			t.Error(err)
		}
		return
	}
	dir := t.TempDir()
	mount := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "mount", args...).CombinedOutput(); err != nil {
			t.Fatalf("mount %q: %v: %s", args, err, out)
		}
	}
	mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", dir)
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := openTestDir(t, dir)
	_, err := s.Put(t.Context(), "a", strings.NewReader(strings.Repeat("x", 3<<20)))
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "is full") {
		t.Errorf("a full disk: %v", err)
	}
	if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
		t.Errorf("left over: %v, %v", left, err)
	}
	mount("-o", "remount,ro", dir)
	if _, err := s.Put(t.Context(), "b", strings.NewReader("text")); !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a read-only disk: %v", err)
	}
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
