package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A position-independent build starts and backs up. It crashed at start when the
// program dropped pages of its own read-only mappings: some of them hold relocated
// data there, which no file has.
func TestPositionIndependentBuildRuns(t *testing.T) {
	h, folder := newHost(t), t.TempDir()
	binary := filepath.Join(shared.dir, "wp-oneway-pie") // the owner worker must be able to start it
	build := exec.Command("go", "build", "-buildmode=pie", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with -buildmode=pie: %v\n%s", err, out)
	}
	h.binary = binary
	if code, stdout, stderr := h.run("version"); code != 0 || !strings.HasPrefix(stdout, "wp-oneway ") {
		t.Fatalf("version: exit status %d, %q, %q", code, stdout, stderr)
	}
	h.backup(0, smallSite(t), "--name", "x", "--kind", "files", "--to", folder)
	one(t, filepath.Join(folder, "x", "files-backups"), "*Z-*.manifest.json")
}
