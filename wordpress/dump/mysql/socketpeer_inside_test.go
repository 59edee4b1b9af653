package mysql

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// listenAs creates a socket as another user.
func listenAs(t *testing.T, uid uintptr, path string) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const same = ^uintptr(0)
	setUser := func(uid uintptr) {
		if _, _, no := syscall.RawSyscall(syscall.SYS_SETRESUID, same, uid, same); no != 0 { // of this thread alone
			t.Fatal(no)
		}
	}
	setUser(uid)
	l, err := net.Listen("unix", path)
	setUser(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

// While the server does not run, another tenant could create its socket in /tmp, and
// would receive the passwords of all others.
func TestSocketPeer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("creating a socket as another user needs root")
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
		{0o755, theirs, 12345, true, false}, // only the folder's owner could create it there
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
