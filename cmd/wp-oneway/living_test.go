package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// busy changes a folder as visitors and plugins do, until the test ends: one file grows all the
// time, and one folder is created and removed again and again.
func busy(t *testing.T, dir string) {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, "grows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		fleeting := filepath.Join(dir, "fleeting")
		line := []byte(strings.Repeat("more\n", 1000))
		for {
			_, _ = log.Write(line)
			_ = os.MkdirAll(filepath.Join(fleeting, "deep"), 0o755)
			_ = os.WriteFile(filepath.Join(fleeting, "deep", "file"), line, 0o644)
			_ = os.RemoveAll(fleeting)
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-stopped
		_ = log.Close()
	})
}

// A site that changes during the backup and has unusual file names is published as complete.
func TestChangingSiteWithUnusualNamesIsPublished(t *testing.T) {
	s, folder := shared.site(t), t.TempDir()
	odd := filepath.Join(s.ContentDir, "uploads", "living")
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(odd) })
	names := []string{strings.Repeat("n", 200), "new\nline", "\xff\xfe", "-rf", "back\\slash"}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(odd, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	socket, err := net.Listen("unix", filepath.Join(odd, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	busy(t, odd)
	got := newHost(t).backup(0, s.Root, "--name", "x", "--kind", "files", "--to", folder).Sites[0]
	if got.Status != manifest.OK || got.Unreadable.Total != 0 {
		t.Errorf("status %s, unreadable %+v", got.Status, got.Unreadable)
	}
	if !strings.Contains(strings.Join(got.Warnings.Items, "\n"), "living/s") {
		t.Errorf("no warning of the socket: %+v", got.Warnings)
	}
	restored := t.TempDir()
	tar := exec.Command("sh", "-c", `zstd -dcq "$1" | tar -x -C "$2"`, "sh", one(t, filepath.Join(folder, "x", "files-backups"), "*Z-*.tar.zst"), restored)
	if out, err := tar.CombinedOutput(); err != nil {
		t.Fatalf("restore: %v: %s", err, out)
	}
	back := one(t, restored, "wp-content/uploads/living")
	for _, name := range names {
		if text, err := os.ReadFile(filepath.Join(back, name)); err != nil || string(text) != name {
			t.Errorf("%q is restored as %q: %v", name, text, err)
		}
	}
	if i, err := os.Stat(filepath.Join(back, "grows.txt")); err != nil || i.Size() == 0 {
		t.Errorf("what grows did not come back: %v", err)
	}
}
