package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of docs/sealing.md, run in their order, seal backups. The page's own verify
// command accepts these backups.
func TestSealingPage(t *testing.T) {
	t.Parallel()
	s, h, dir := shared.site(t), newHost(t), t.TempDir()
	p := readPage(t, "../../docs/sealing.md")
	if err := os.Symlink(h.binary, filepath.Join(dir, "wp-oneway")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "gnupg"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", filepath.Join(dir, "gnupg"), "--kill", "gpg-agent").Run()
	})
	for _, heading := range []string{"With age", "Prove that you can open them", "With OpenPGP", "With a passphrase"} {
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", p.sections[heading])
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "GNUPGHOME="+filepath.Join(dir, "gnupg"), "STATE_DIRECTORY="+filepath.Join(dir, "state"),
			"SITE="+s.Root, "SINK="+filepath.Join(dir, "sink"), "WP_ONEWAY_EXCLUDE=bulk-*")
		out, err := cmd.CombinedOutput()
		if err != nil || p.sections[heading] == "" {
			t.Errorf("%s: %v\n%s%s", heading, err, p.sections[heading], out)
		}
		if strings.Contains(heading, "Prove") && !strings.Contains(string(out), "ok       opened ") {
			t.Errorf("the latest backup was not opened:\n%s", out)
		}
	}
	for suffix, n := range map[string]int{".age": 3, ".gpg": 6} {
		if found, _ := filepath.Glob(filepath.Join(dir, "sink", "shop", "full-backups", "shop-full-*Z-*"+suffix)); len(found) != n {
			t.Errorf("%q end in %s, want %d", found, suffix, n)
		}
	}
}
