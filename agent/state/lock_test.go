package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestDefaultDirs(t *testing.T) {
	home := t.TempDir()
	byHome := Dirs{State: filepath.Join(home, "wp-oneway"), Run: filepath.Join(home, "wp-oneway", "run")}
	if os.Geteuid() == 0 {
		byHome = Dirs{State: "/var/lib/wp-oneway", Run: "/run/wp-oneway"}
	}
	for _, tt := range []struct {
		state, run string
		want       Dirs
	}{
		{"", "", byHome},
		{"relative", "relative", byHome},
		{"/s", "", Dirs{State: "/s", Run: "/s/run"}},
		{"/s", "/r", Dirs{State: "/s", Run: "/r"}},
		{"", "/r", Dirs{State: byHome.State, Run: "/r"}},
		// systemd joins the folders of a unit that has several.
		{"/s:/other", "/r:/other:/third", Dirs{State: "/s", Run: "/r"}},
	} {
		t.Setenv("XDG_STATE_HOME", home)
		t.Setenv("STATE_DIRECTORY", tt.state)
		t.Setenv("RUNTIME_DIRECTORY", tt.run)
		if got, err := DefaultDirs(); err != nil || got != tt.want {
			t.Errorf("%q, %q: got %+v, %v, want %+v", tt.state, tt.run, got, err, tt.want)
		}
	}
}

// A timer's service and a shell must exclude each other, though systemd may have
// given the service folders that the shell does not know.
func TestLockExcludes(t *testing.T) {
	state, run := t.TempDir(), t.TempDir()
	shell := Dirs{State: state, Run: run}
	for name, other := range map[string]Dirs{
		"the same":                  shell,
		"without RuntimeDirectory=": {State: state, Run: filepath.Join(state, "run")},
		"RuntimeDirectory= of own":  {State: state, Run: t.TempDir()},
		"StateDirectory= of own":    {State: t.TempDir(), Run: run},
	} {
		for range 2 { // in either order
			unlock, err := shell.Lock("site")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.Lock("site"); !errors.Is(err, manifest.ErrLocked) {
				t.Errorf("%s: got %v, want %v", name, err, manifest.ErrLocked)
			}
			if free, err := other.Lock("another site"); err != nil {
				t.Errorf("%s: another site: %v", name, err)
			} else {
				free()
			}
			unlock()
			shell, other = other, shell
		}
	}
	unlock, err := shell.Lock("site")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := os.RemoveAll(run); err != nil { // as systemd does when a service ends
		t.Fatal(err)
	}
	if _, err := shell.Lock("site"); !errors.Is(err, manifest.ErrLocked) {
		t.Errorf("after the folder was removed: got %v, want %v", err, manifest.ErrLocked)
	}
}

// A lock leaves no file behind, whoever takes it.
func TestLockRemovesItsFile(t *testing.T) {
	d := Dirs{State: t.TempDir(), Run: t.TempDir()}
	var wait sync.WaitGroup
	var holders atomic.Int32
	for range 8 {
		wait.Go(func() {
			for range 200 {
				unlock, err := d.Lock("site")
				if errors.Is(err, manifest.ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if holders.Add(1) != 1 {
					t.Error("two hold the lock")
				}
				holders.Add(-1)
				unlock()
			}
		})
	}
	wait.Wait()
	for _, dir := range []string{d.Run, d.stateLocks()} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

// On a file system without locks, the caller learns that, and can go on.
func TestFileSystemWithoutLocks(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("mounting a file system needs /dev/fuse")
	}
	for _, errno := range []syscall.Errno{syscall.ENOLCK, syscall.ENOSYS, syscall.EIO} {
		mnt, back := t.TempDir(), t.TempDir()
		unmount, err := lab.MountFaultyFS(back, mnt, lab.FileSystemFaults{Flock: errno})
		if err != nil {
			t.Fatal(err)
		}
		d := Dirs{State: mnt, Run: t.TempDir()}
		unlock, err := d.Lock("site")
		if !errors.Is(err, ErrNoLocks) || !errors.Is(err, errno) {
			t.Fatalf("%v: %v", errno, err)
		}
		if _, err := d.Lock("site"); !errors.Is(err, manifest.ErrLocked) {
			t.Errorf("%v: the lock in the other folder does not hold: %v", errno, err)
		}
		unlock()
		if err := register(t, d, Candidate{Name: "a.example", Path: "/srv/a", ID: "/srv/a"}); err != nil {
			t.Errorf("%v: %v", errno, err)
		}
		if left, err := os.ReadDir(filepath.Join(back, "run")); err != nil || len(left) > 0 {
			t.Errorf("%v: left behind: %v, %v", errno, left, err)
		}
		if err := unmount(); err != nil {
			t.Error(err)
		}
	}
}

// A lock file that others replace again and again ends in an error, not in a loop.
func TestLockFileIsOpenedABoundedNumberOfTimes(t *testing.T) {
	path, tries := filepath.Join(t.TempDir(), "x.lock"), 0
	fakeLock := func(*os.File) error {
		tries++
		return os.Remove(path)
	}
	if _, err := lockFile(path, fakeLock); !errors.Is(err, manifest.ErrLocked) || tries != lockTries {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

// A lock is not waited for after the context ends.
func TestExclusiveSeesTheContext(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	unlock, err := d.Exclusive(t.Context(), "names")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Exclusive(ctx, "names"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
