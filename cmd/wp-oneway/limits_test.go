package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Where few files may be open at once, none is missing for it.
func TestFewOpenFilesAreEnough(t *testing.T) {
	t.Parallel()
	const files = 3000
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(site, "wp-content/uploads", fmt.Sprintf("%04d.txt", i)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	agent := h.command("backup", site, "--kind", "files", "--name", "x", "--to", to)
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -n 64; exec "$@"`, "sh"}, agent.Args...)...)
	cmd.Env = agent.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	one(t, filepath.Join(to, "x", "files-backups"), "*Z-*.manifest.json")
}
