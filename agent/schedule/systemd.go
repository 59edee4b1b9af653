package schedule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Systemd schedules with timers.
type Systemd struct {
	// User is a user's own service manager, with its units in Dir.
	User bool
	Dir  string // of the units, such as /etc/systemd/system
	// Packaged are the folders with the units of packages.
	Packaged []string
	Run      Runner
}

// String is "systemd", or "systemd --user".
func (s Systemd) String() string {
	if s.User {
		return "systemd --user"
	}
	return "systemd"
}

// Default is the name of the schedule that needs no configuration.
const Default = "default"

// unitName is the name of a schedule's units, without .service or .timer.
func unitName(name string) string {
	if name == Default {
		return "wp-oneway"
	}
	return "wp-oneway-" + name
}

// packaged reports whether a unit is from a package.
func (s Systemd) packaged(unit string) bool {
	for _, dir := range s.Packaged {
		if _, err := os.Stat(filepath.Join(dir, unit)); err == nil {
			return true
		}
	}
	return false
}

// path is the file of a unit, or of a drop-in if the unit is from a package.
func (s Systemd) path(unit string) (path string, dropIn bool) {
	if s.packaged(unit) {
		return filepath.Join(s.Dir, unit+".d", "schedule.conf"), true
	}
	return filepath.Join(s.Dir, unit), false
}

// ours reports whether the text of a unit was written by Install.
func (s Systemd) ours(text string) bool { return strings.HasPrefix(text, unitHead) }

// Files returns the text of the units.
func (s Systemd) Files(_ context.Context, entries ...Entry) (files []File, err error) {
	for _, e := range entries {
		if err := e.check(); err != nil {
			return nil, err
		}
		if !s.User {
			if err := e.checkVisible(); err != nil {
				return nil, err
			}
		}
		unit := unitName(e.Name)
		service, dropIn := s.path(unit + ".service")
		files = append(files, File{service, e.service(s.User, dropIn)})
		timer, dropIn := s.path(unit + ".timer")
		files = append(files, File{timer, e.timer(dropIn)})
	}
	if failed := failedUnit(""); len(entries) > 0 && !s.packaged(failed) {
		files = append(files, File{filepath.Join(s.Dir, failed), entries[0].failedService(s.User)})
	}
	return files, nil
}

// Install writes the units and starts the timer.
func (s Systemd) Install(ctx context.Context, e Entry) error {
	files, err := s.Files(ctx, e)
	if err != nil {
		return err
	}
	for _, folder := range e.Sandbox.Writable {
		if err := os.MkdirAll(folder, 0o700); err != nil { // the service could not create it
			return fmt.Errorf("create the folder of a sink: %w", err)
		}
	}
	for _, f := range files {
		if err := writeFile(f.Path, f.Text, s.ours); err != nil {
			return err
		}
	}
	if err := s.systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}
	timer := unitName(e.Name) + ".timer"
	if err := s.systemctl(ctx, "enable", timer); err != nil {
		return err
	}
	// A running timer uses its new times only after a restart.
	return s.systemctl(ctx, "restart", timer)
}

// Remove stops the timer and removes the units. With the last schedule, it removes the
// unit that reports failures.
func (s Systemd) Remove(ctx context.Context, name string) (bool, error) {
	all, err := s.Installed(ctx)
	if err != nil {
		return false, err
	}
	found, last := false, true
	for _, i := range all {
		found = found || i.Name == name
		last = last && i.Name == name
	}
	if !found {
		return false, nil
	}
	unit := unitName(name)
	if err := s.systemctl(ctx, "disable", "--now", unit+".timer"); err != nil {
		return false, err
	}
	units := []string{unit + ".timer", unit + ".service"}
	if last && !s.packaged(failedUnit("")) {
		units = append(units, failedUnit(""))
	}
	for _, u := range units {
		path, dropIn := s.path(u)
		if err := removeFile(path, s.ours); err != nil {
			return false, err
		}
		if dropIn {
			_ = os.Remove(filepath.Dir(path)) // it stays if it has other files
		}
	}
	return true, s.systemctl(ctx, "daemon-reload")
}

// Installed reads the timers.
func (s Systemd) Installed(context.Context) ([]Installed, error) {
	var out []Installed
	for _, pattern := range []string{"wp-oneway*.timer", "wp-oneway*.timer.d/schedule.conf"} {
		paths, err := filepath.Glob(filepath.Join(s.Dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // a link to nothing, such as a masked unit
			}
			if err != nil {
				return nil, fmt.Errorf("find the schedules: %w", err)
			}
			_, mark, _ := strings.Cut(string(text), unitHead)
			line, _, _ := strings.Cut(mark, "\n")
			if found, ok := marked(line); ok && s.ours(string(text)) {
				found.By, found.File = s.String(), path
				out = append(out, found)
			}
		}
	}
	return out, nil
}

// systemctl runs systemctl for the service manager.
func (s Systemd) systemctl(ctx context.Context, args ...string) error {
	if s.User {
		args = append([]string{"--user"}, args...)
	}
	_, err := s.Run(ctx, "", "systemctl", args...)
	return err
}
