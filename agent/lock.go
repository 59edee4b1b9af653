package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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
// folder. Locks lie there too then: XDG_RUNTIME_DIR is not set in cron, and two
// places would let two runs overlap.
func DefaultDirs() (Dirs, error) {
	d, err := homeDirs()
	if s := os.Getenv("STATE_DIRECTORY"); filepath.IsAbs(s) {
		d.State, err = s, nil
		d.Run = filepath.Join(s, "run")
	}
	if r := os.Getenv("RUNTIME_DIRECTORY"); filepath.IsAbs(r) {
		d.Run = r
	}
	return d, err
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
	state = filepath.Join(state, "wp-oneway")
	return Dirs{State: state, Run: filepath.Join(state, "run")}, nil
}

// key makes a file's name of what a site is known by.
func key(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// lock takes the site's lock or returns ErrLocked at once. The kernel lets go of
// it when the process dies, however it dies.
func (d Dirs) lock(id string) (unlock func(), err error) {
	if err := os.MkdirAll(d.Run, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of locks: %w", err)
	}
	f := flock.New(filepath.Join(d.Run, key(id)+".lock"), flock.SetPermissions(0o600))
	ok, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the site: %w", err)
	}
	if !ok {
		return nil, ErrLocked
	}
	return func() { _ = f.Unlock() }, nil
}
