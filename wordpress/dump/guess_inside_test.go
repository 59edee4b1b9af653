package dump

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// listenAs lays a socket as another user would.
func listenAs(t *testing.T, uid uintptr, path string) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const same = ^uintptr(0)
	become := func(uid uintptr) {
		if _, _, no := syscall.RawSyscall(syscall.SYS_SETRESUID, same, uid, same); no != 0 { // of this thread alone
			t.Fatal(no)
		}
	}
	become(uid)
	l, err := net.Listen("unix", path)
	become(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

// Where the real server does not listen, as while it starts again, a neighbour may
// lay a socket in /tmp, and would be told the password of every other tenant.
func TestAGuessedServerIsNoNeighbour(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a socket of another user's needs root")
	}
	dir, err := os.MkdirTemp("/tmp", "wp-oneway-") //nolint:usetesting // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	for _, c := range []struct {
		mode    os.FileMode
		path    string
		uid     uintptr
		guessed bool
		refused bool
	}{
		{0o777 | os.ModeSticky, theirs, 12345, true, true},
		{0o777 | os.ModeSticky, theirs, 12345, false, false}, // the configuration names it
		{0o777 | os.ModeSticky, ours, 0, true, false},
		{0o755, theirs, 12345, true, false}, // only whom the folder is of could lay it there
	} {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(c.path); err != nil {
			listenAs(t, c.uid, c.path)
		}
		if err := os.Chmod(dir, c.mode); err != nil {
			t.Fatal(err)
		}
		conn, err := dial(t.Context(), address{network: "unix", places: []string{filepath.Join(dir, "none"), c.path}, guessed: c.guessed})
		if err == nil {
			_ = conn.Close()
		}
		if (err != nil) != c.refused || c.refused && !strings.Contains(err.Error(), "is served by uid 12345") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
