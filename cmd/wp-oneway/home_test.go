package main

import (
	"os/user"
	"path/filepath"
	"testing"
)

// systemd services have no HOME.
func TestHomeIsLookedUp(t *testing.T) {
	t.Parallel()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	h, site := newHost(t), smallSite(t)
	h.env = []string{"HOME="}
	report := h.backup(0, site, "--kind", "files", "--name", "x", "--dry-run")
	want := "file://" + filepath.Join(me.HomeDir, "backups")
	if got := report.Sites[0].Destinations; len(got) != 1 || got[0].URL != want {
		t.Errorf("destinations %+v, want %s", got, want)
	}
}
