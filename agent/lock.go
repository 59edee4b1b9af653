package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// ErrLocked says that another run of the same site is under way.
var ErrLocked = errors.New("another run of this site is under way")

// Dirs is where the agent keeps what it remembers, never in a tenant's folder.
type Dirs struct {
	State string // what it remembers of each site
	Run   string // its locks
}

// DefaultDirs is what systemd gave the service (StateDirectory=,
// RuntimeDirectory=), else /var/lib and /run as root, else the user's XDG state
// folder. Locks lie there too then: XDG_RUNTIME_DIR is not set in cron.
func DefaultDirs() (Dirs, error) {
	d, err := homeDirs()
	if s := firstFolder("STATE_DIRECTORY"); s != "" {
		d.State, err = s, nil
		d.Run = d.locks()
	}
	if r := firstFolder("RUNTIME_DIRECTORY"); r != "" {
		d.Run = r
	}
	return d, err
}

// firstFolder is the first of the folders that a variable of systemd's lists.
func firstFolder(variable string) string {
	dir, _, _ := strings.Cut(os.Getenv(variable), ":")
	if !filepath.IsAbs(dir) {
		return ""
	}
	return dir
}

func homeDirs() (Dirs, error) {
	if os.Geteuid() == 0 {
		return Dirs{State: "/var/lib/wp-oneway", Run: "/run/wp-oneway"}, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the XDG base directory specification: a relative path is to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return Dirs{}, fmt.Errorf("find a folder for the state: %w; set XDG_STATE_HOME", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	d := Dirs{State: filepath.Join(state, "wp-oneway")}
	d.Run = d.locks()
	return d, nil
}

// key makes a file's name of what a site is known by.
func key(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// locks is the folder of locks beside the state.
func (d Dirs) locks() string { return filepath.Join(d.State, "run") }

// lock takes the site's lock or returns ErrLocked at once. The kernel lets go of
// it when the process dies, however it dies. It is taken beside the state too: a
// service of systemd's may have another folder for Run than a shell has, or one
// that is removed when the service ends, while others hold locks in it.
func (d Dirs) lock(id string) (unlock func(), err error) {
	beside, err := lockIn(d.locks(), id)
	if err != nil || d.Run == d.locks() {
		return beside, err
	}
	own, err := lockIn(d.Run, id)
	if err != nil {
		beside()
		return nil, err
	}
	return func() { own(); beside() }, nil
}

func lockIn(dir, id string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of locks: %w", err)
	}
	f := flock.New(filepath.Join(dir, key(id)+".lock"), flock.SetPermissions(0o600))
	ok, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the site: %w", err)
	}
	if !ok {
		return nil, ErrLocked
	}
	return func() { _ = f.Unlock() }, nil
}
