package drill

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The private server starts on a host where neither its own name nor localhost has an address, as in
// a folder without /etc/hosts that is used as root.
func TestPrivateServerOfAHostWithoutAddress(t *testing.T) {
	const inside = "WPO_TEST_HOST_WITHOUT_ADDRESS"
	if os.Getenv(inside) == "" {
		t.Parallel()
		again := exec.CommandContext(t.Context(), "unshare", "--uts", "--mount", "--map-root-user", "sh", "-c",
			`hostname nowhere.invalid && mount --bind /dev/null /etc/hosts && exec "$0" -test.run='^TestPrivateServerOfAHostWithoutAddress$'`, os.Args[0])
		if os.Geteuid() == 0 {
			again.Args = append([]string{"unshare", "--uts", "--mount"}, again.Args[4:]...)
		}
		again.Env = append(os.Environ(), inside+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755)) //nolint:gosec // the server's user must pass
	if err != nil {
		t.Fatal(err)
	}
	s, err := startPrivateServer(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	s.kill()
}
