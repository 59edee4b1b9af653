package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A position-independent build starts and backs up. It crashed at the start when the program
// dropped pages of its own read-only mappings, because some of these pages hold relocated data
// that is not in the file.
func TestPositionIndependentBuildRuns(t *testing.T) {
	t.Parallel()
	h, folder := newHost(t), t.TempDir()
	binary, err := build("wp-oneway-pie", "-buildmode=pie") // a folder in which the owner worker can start it
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(binary); err != nil || info.Size() > 40_000_000 {
		t.Errorf("size of the binary: %v, %v", info, err)
	}
	h.binary = binary
	if code, stdout, stderr := h.run("version"); code != 0 || !strings.HasPrefix(stdout, "wp-oneway ") {
		t.Fatalf("version: exit status %d, %q, %q", code, stdout, stderr)
	}
	h.backup(0, smallSite(t), "--name", "x", "--kind", "files", "--to", folder)
	one(t, filepath.Join(folder, "x", "files-backups"), "*Z-*.manifest.json")
}
