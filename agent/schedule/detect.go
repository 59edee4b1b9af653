package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Host is where schedules are installed: the system, for root, or the account of a user.
type Host struct {
	systemd Systemd
	cron    Cron
	// booted exists where the service manager runs.
	booted string
	// crontabs is the folder of CronFile, which only a host with cron has.
	crontabs string
}

// System returns the host's own service manager and /etc/cron.d.
func System() Host {
	return Host{
		systemd: Systemd{
			Dir:      "/etc/systemd/system",
			Packaged: []string{"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}, Run: Exec,
		},
		cron:   Cron{File: "/etc/cron.d/wp-oneway", Run: Exec},
		booted: "/run/systemd/system", crontabs: "/etc/cron.d",
	}
}

// Account returns the service manager and the crontab of the user.
func Account() (Host, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return Host{}, fmt.Errorf("find the units of the user: %w", err)
	}
	h := Host{
		systemd: Systemd{
			User: true, Dir: filepath.Join(config, "systemd", "user"),
			Packaged: []string{"/usr/local/lib/systemd/user", "/usr/lib/systemd/user"}, Run: Exec,
		},
		cron: Cron{Run: Exec},
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		h.booted = filepath.Join(dir, "systemd")
	}
	return h, nil
}

// User reports whether the host is the account of a user.
func (h Host) User() bool { return h.systemd.User }

// hasSystemd reports whether the service manager runs.
func (h Host) hasSystemd() bool { return h.booted != "" && exists(h.booted) }

// hasCron reports whether there is a cron to read the entries.
func (h Host) hasCron() bool {
	if h.crontabs == "" {
		_, err := exec.LookPath("crontab")
		return err == nil
	}
	if !exists(h.crontabs) {
		return false
	}
	for _, daemon := range []string{"cron", "crond"} {
		for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
			if exists(filepath.Join(dir, daemon)) {
				return true
			}
		}
	}
	return false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Choose returns the scheduler to install with: the requested one, else systemd if it runs,
// else cron. For a dry run, the scheduler need not run.
func (h Host) Choose(systemd, cron, dry bool) (Scheduler, error) {
	switch {
	case systemd && !dry && !h.hasSystemd() && h.User():
		return nil, errors.New("your own systemd does not run; log in with a session of systemd, or use --cron")
	case systemd && !dry && !h.hasSystemd():
		return nil, errors.New("systemd does not run on this host; use --cron, or write the units with --print")
	case cron && !dry && !h.hasCron():
		return nil, errors.New("there is no cron on this host; install it, or use --systemd")
	case systemd, !cron && h.hasSystemd():
		return h.systemd, nil
	case cron, h.hasCron():
		return h.cron, nil
	}
	return nil, errors.New("neither systemd nor cron runs on this host; install cron, or write the files with --systemd --print or --cron --print")
}

// Installed returns all schedules of the host.
func (h Host) Installed(ctx context.Context) ([]Installed, error) {
	var out []Installed
	for _, s := range h.schedulers() {
		found, err := s.Installed(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// schedulers are those that can have schedules, even if they do not run now.
func (h Host) schedulers() []Scheduler {
	if h.crontabs == "" && !h.hasCron() {
		return []Scheduler{h.systemd}
	}
	return []Scheduler{h.systemd, h.cron}
}

// Remove removes a schedule from all schedulers except one, which may be nil.
func (h Host) Remove(ctx context.Context, name string, but Scheduler) (removed bool, err error) {
	for _, s := range h.schedulers() {
		if but != nil && s.String() == but.String() {
			continue
		}
		one, err := s.Remove(ctx, name)
		if err != nil {
			return removed, err
		}
		removed = removed || one
	}
	return removed, nil
}

// Linger lets the user's service manager run without a session, so that timers run when
// the user is not logged in.
func (h Host) Linger(ctx context.Context) error {
	if _, err := h.systemd.Run(ctx, "", "loginctl", "enable-linger"); err != nil {
		return fmt.Errorf("the schedules run only while you are logged in: %s; ask root to run loginctl enable-linger for you, or use --cron", strings.TrimPrefix(err.Error(), "run "))
	}
	return nil
}
