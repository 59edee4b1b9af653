package state

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
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
