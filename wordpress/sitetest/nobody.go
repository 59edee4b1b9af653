package sitetest

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// NobodyID is the uid of tests that need a user without rights.
const NobodyID = 65534

// AsNobody runs the named test again, as a user without rights if this one is
// root, and reports whether this is that run.
func AsNobody(t *testing.T, env ...string) bool {
	t.Helper()
	if os.Getenv("WALK_AS_NOBODY") != "" || os.Geteuid() != 0 {
		return true
	}
	dir := openTempDir(t)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/test", self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), dir+"/test", "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append([]string{"WALK_AS_NOBODY=1", "TMPDIR=" + dir}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: NobodyID, Gid: NobodyID}}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
	return false
}

// openTempDir is a temporary folder that every user can reach.
func openTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "walk") //nolint:usetesting // the test's own folder may be closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
