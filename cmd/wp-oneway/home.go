package main

import (
	"os"
	"os/user"
)

// findHome looks the home folder up where the environment does not say it, as in
// a service of systemd's: the configuration, the credentials and the backups of
// who is served lie there, and a configuration that is passed over might be the
// one that has backups sealed.
func findHome() {
	if os.Getenv("HOME") != "" {
		return
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		_ = os.Setenv("HOME", u.HomeDir) // else it is as it was, and who needs it says so
	}
}
