// Package state stores the state of a host between runs: the last runs of each site, the owners
// of site names, and the doctor's result for each sink. It also has the locks that prevent two
// runs of a site at the same time.
package state

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Dirs are the folders of the agent's own files. They are never inside a site.
type Dirs struct {
	State string // the state between runs
	Run   string // locks
}

// DefaultDirs returns the folders that systemd gave the service (StateDirectory=,
// RuntimeDirectory=). Without them it returns /var/lib/wp-oneway and /run/wp-oneway
// for root, and folders below the XDG state folder for other users. Those keep
// their locks there too, because cron does not set XDG_RUNTIME_DIR.
func DefaultDirs() (Dirs, error) {
	d, err := accountDirs()
	if s := firstFolder("STATE_DIRECTORY"); s != "" {
		d.State, err = s, nil
		d.Run = d.stateLocks()
	}
	if r := firstFolder("RUNTIME_DIRECTORY"); r != "" {
		d.Run = r
	}
	return d, err
}

// firstFolder is the first folder in a list that systemd passes in a variable.
func firstFolder(variable string) string {
	dir, _, _ := strings.Cut(os.Getenv(variable), ":")
	if !filepath.IsAbs(dir) {
		return ""
	}
	return dir
}

// accountDirs are the folders of the account that runs this process.
func accountDirs() (Dirs, error) {
	if os.Geteuid() == 0 {
		return Dirs{State: "/var/lib/wp-oneway", Run: "/run/wp-oneway"}, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the XDG specification says to ignore a relative path
		home, err := os.UserHomeDir()
		if err != nil {
			return Dirs{}, fmt.Errorf("find the state folder: %w; set XDG_STATE_HOME", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	d := Dirs{State: filepath.Join(state, "wp-oneway")}
	d.Run = d.stateLocks()
	return d, nil
}

// stateLocks is the folder of locks inside the state folder.
func (d Dirs) stateLocks() string { return filepath.Join(d.State, "run") }

// fileName returns the file name for an ID, which may hold any bytes.
func fileName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// Make creates the folders. It fails if this account cannot write to one of them.
func (d Dirs) Make() error {
	for _, dir := range []string{d.State, d.Run} {
		if err := makeFolder(dir); err != nil {
			return fmt.Errorf("create the state folder: %w", err)
		}
		if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
			return fmt.Errorf("write to the state folder %s: %w", dir, adviseFolder(err))
		}
	}
	return nil
}

// makeFolder creates a folder of the agent's own, and its parents.
func makeFolder(dir string) error { return adviseFolder(os.MkdirAll(dir, 0o700)) }

// adviseFolder adds to the error of a folder what to do.
func adviseFolder(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.EROFS) {
		return fmt.Errorf("%w; set XDG_STATE_HOME or STATE_DIRECTORY to a folder that this account can write to", err)
	}
	return err
}
