package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// With a low limit of open files, the backup is still complete.
func TestLowLimitOfOpenFiles(t *testing.T) {
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

// A backup obeys limits.memory, or is refused with the lowest possible value.
func TestBackupWithLimitsMemory(t *testing.T) {
	t.Parallel()
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	args := []string{site, "--name", "x", "--kind", "files", "--to", to}
	h.configure("limits:\n  sites: 3\n  memory: 20MiB\n")
	h.refused("config.yaml:3: 'limits.memory' is 20 MiB, too little for one site; give at least 76 MiB", append([]string{"backup"}, args...)...)
	h.configure("limits: {sites: 3, memory: 100MiB}\nlevel: 19\n")
	h.refused("give at least 140 MiB, or a level of compression below 10", append([]string{"backup"}, args...)...)
	h.configure("limits: {sites: 3, memory: 170MiB}\n")
	if _, _, stderr := h.run(append([]string{"backup"}, args...)...); !strings.Contains(stderr, "fewer sites at the same time than limits.sites, to stay within limits.memory\" sites=2") {
		t.Errorf("stderr: %s", stderr)
	}
	one(t, filepath.Join(to, "x", "files-backups"), "*Z-*.manifest.json")
}
