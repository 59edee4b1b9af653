package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each script prints its help, and does nothing else. It finds no program that could do harm.
func TestHelpOfTheScripts(t *testing.T) {
	t.Parallel()
	programs := t.TempDir()
	for _, name := range []string{"basename", "cut", "dirname", "getent", "id", "realpath", "sed"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(programs, name)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			continue
		}
		checked++
		cmd := exec.CommandContext(t.Context(), "/bin/bash", "scripts/"+e.Name(), "--help") //nolint:gosec // a script of the repository
		cmd.Dir, cmd.Env = "..", []string{"PATH=" + programs, "HOME=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		text := string(out)
		if err != nil || !strings.Contains(text, "  scripts/"+e.Name()) && !strings.Contains(text, "  "+e.Name()+" [") || strings.Contains(text, "\nset -") {
			t.Errorf("%s --help: %v\n%s", e.Name(), err, text)
		}
	}
	if checked < 11 {
		t.Errorf("only %d scripts were found", checked)
	}
}
