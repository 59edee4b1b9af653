package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A tenant cannot take the name of another tenant's site by creating a folder with that name:
// neither in the host's first run, nor by creating it first.
func TestTenantCannotSquatAName(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	db := shared.db(t)
	if err := db.Exec(t.Context(), "CREATE DATABASE squat", "CREATE TABLE squat.wp_options (option_id INT PRIMARY KEY)",
		"CREATE USER squat@localhost", "GRANT ALL ON squat.* TO squat@localhost"); err != nil {
		t.Fatal(err)
	}
	shell := tenantSite(t, home, alice, "<?php broken")
	real := tenantSite(t, filepath.Join(filepath.Dir(home), "bob"), bob, config("squat", "squat", db.Socket))
	for name, runs := range map[string][][]string{
		"first run":       {{shell, real}},
		"there first":     {{shell}, {real}},
		"there at first":  {{shell}, {shell, real}},
		"in another turn": {{real, shell}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, to := newHost(t), t.TempDir()
			var report manifest.Report
			for _, sites := range runs {
				code := 1
				if len(sites) == 1 && sites[0] == real {
					code = 0
				}
				report = h.backup(code, append(sites, "--kind", "db", "--to", to)...)
			}
			for _, site := range report.Sites {
				if got := site.Status == manifest.OK; got != (site.Path == real) {
					t.Errorf("%s: %s, %+v", site.Path, site.Status, site.Error)
				}
			}
			// From now on, the name belongs to bob.
			claim, err := os.ReadFile(filepath.Join(h.state, "names", "site"))
			if err != nil || !strings.Contains(string(claim), real) {
				t.Errorf("the name belongs to %s (%v)", claim, err)
			}
		})
	}
}

// A mistyped path claims no name and leaves no state and no lock. It leaves only a line in the
// history of all runs, and the time of the last search for old states.
func TestMistypedPathRegistersNoName(t *testing.T) {
	t.Parallel()
	h, empty := newHost(t), filepath.Join(t.TempDir(), "example.com")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, empty + "-nowhere"} {
		h.backup(1, path, "--to", t.TempDir())
	}
	err := filepath.WalkDir(h.state, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !slices.Contains([]string{"history.jsonl", "pruned"}, d.Name()) {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
