package mysql

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
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

// socketFolders returns a folder below one that everybody may change, and one below
// folders of root's.
func socketFolders(t *testing.T) (open, closed string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("creating a socket as another user needs root")
	}
	for _, dir := range []string{"/tmp", "/run"} {
		made, err := os.MkdirTemp(dir, "wp-oneway-") //nolint:usetesting // a socket's path is short, and its folder's owners matter
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(made) })
		open, closed = closed, made
	}
	return open, closed
}

const tenant = 12345

// While the server does not run, another tenant could create its socket in /tmp, and
// would receive the passwords of all others. The operator's password goes to no
// tenant's server, although the process that connects has the tenant's rights.
func TestSocketPeer(t *testing.T) {
	open, closed := socketFolders(t)
	operator := &wordpress.Operator{}
	for _, c := range []struct {
		dir      string
		mode     os.FileMode
		uid      uintptr
		guessed  bool
		operator *wordpress.Operator
		refused  bool
	}{
		{open, 0o777 | os.ModeSticky, tenant, true, nil, true},
		{open, 0o777 | os.ModeSticky, tenant, false, nil, false}, // the configuration names it
		{open, 0o777 | os.ModeSticky, 0, true, nil, false},
		{open, 0o755, tenant, true, nil, false}, // only the folder's owner could create it there
		{open, 0o777 | os.ModeSticky, tenant, true, operator, true},
		{open, 0o777 | os.ModeSticky, tenant, false, operator, true},
		{open, 0o755, tenant, true, operator, true},
		{open, 0o755, tenant, false, operator, true}, // the tenant could have created the folder
		{open, 0o777 | os.ModeSticky, 0, true, operator, false},
		{open, 0o777 | os.ModeSticky, tenant, false, &wordpress.Operator{UID: tenant}, false},
		{closed, 0o755, tenant, true, operator, true},
		{closed, 0o755, tenant, false, operator, false},
		{closed, 0o775, tenant, false, operator, true},
	} {
		path := filepath.Join(c.dir, strconv.Itoa(int(c.uid)))
		if err := os.Chmod(c.dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(path); err != nil {
			listenAs(t, c.uid, path)
		}
		if err := os.Chmod(c.dir, c.mode); err != nil {
			t.Fatal(err)
		}
		places := []string{path}
		if c.guessed {
			places = []string{filepath.Join(c.dir, "none"), path}
		}
		conn, err := dial(t.Context(), address{network: "unix", places: places, guessed: c.guessed}, c.operator)
		if err == nil {
			_ = conn.Close()
		}
		if (err != nil) != c.refused || c.refused && !strings.Contains(err.Error(), "is served by uid 12345") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The worker has the tenant's rights: its own user is not the operator's.
func TestSocketPeerOfAWorker(t *testing.T) {
	open, _ := socketFolders(t)
	if err := os.Chmod(open, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(open, "s")
	listenAs(t, tenant, path)
	runtime.LockOSThread() // the thread ends with the test
	if _, _, no := syscall.RawSyscall(syscall.SYS_SETRESUID, tenant, tenant, tenant); no != 0 {
		t.Fatal(no)
	}
	at := address{network: "unix", places: []string{path}, guessed: true}
	conn, err := dial(t.Context(), at, nil)
	if err != nil {
		t.Errorf("the site's password: %v", err)
	} else {
		_ = conn.Close()
	}
	if conn, err := dial(t.Context(), at, &wordpress.Operator{}); err == nil {
		_ = conn.Close()
		t.Error("the operator's password would go to the tenant's server")
	}
}

// Only a socket that does not exist lets the next default path be tried: a server that
// is down or busy must not send its clients to a place where anyone can listen.
func TestNextSocketOnlyIfAbsent(t *testing.T) {
	open, _ := socketFolders(t)
	down, full, served := filepath.Join(open, "down"), filepath.Join(open, "full"), filepath.Join(open, "served")
	listenAs(t, 0, served)
	for path, backlog := range map[string]int{down: -1, full: 0} {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
			t.Fatal(err)
		}
		if backlog < 0 {
			continue
		}
		if err := unix.Listen(fd, backlog); err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	for path, want := range map[string]error{down: unix.ECONNREFUSED, full: unix.EAGAIN, open + "/none": nil} {
		c, err := dial(t.Context(), address{network: "unix", places: []string{path, served}, guessed: true}, nil)
		if err == nil {
			_ = c.Close()
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

// An error about a socket that is nowhere says each path once, and what to do.
func TestNoSocketAnywhere(t *testing.T) {
	db := wordpress.Database{Host: "localhost", Name: "x", User: "x"}
	for _, path := range defaultSockets() {
		if _, err := os.Stat(path); err == nil {
			t.Skipf("a server runs here: %s", path)
		}
	}
	_, err := Connect(t.Context(), db, Options{})
	if err == nil || strings.Count(err.Error(), "/tmp/mysql.sock") != 1 || !strings.Contains(err.Error(), "DB_HOST") {
		t.Error(err)
	}
}
