package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// tended creates a site whose files can be backed up.
func (w *town) tended(path, name string) Job {
	w.t.Helper()
	job := w.site(path, name, os.Geteuid())
	config := "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', 'x'); define('DB_HOST', 'x');\n" +
		"$table_prefix = 'wp_'; require_once ABSPATH . 'wp-settings.php';\n"
	if err := os.WriteFile(filepath.Join(job.Place.Path, "wp-config.php"), []byte(config), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return job
}

// A folder inside another site is refused too, whether that site belongs to this
// invocation or was backed up before.
func TestFolderInAnotherSite(t *testing.T) {
	w := newTown(t)
	alice, bob := w.tended("alice/www", "alice"), w.tended("bob/www", "bob")
	alice.Sinks = []string{filepath.Join(w.base, "bob/www/backups")}
	bob.Sinks = []string{filepath.Join(w.base, "vault")}
	together := w.a.Backup(t.Context(), []Job{alice, bob})
	alone := w.a.Backup(t.Context(), []Job{alice})
	for _, r := range []*manifest.Report{together, alone} {
		if got := r.Sites[0]; got.Status != manifest.Refused || !strings.Contains(got.Error.Message, "is inside the site "+filepath.Join(w.base, "bob/www")) {
			t.Errorf("alice: %s %+v", got.Status, got.Error)
		}
	}
	if got := together.Sites[1]; got.Status != manifest.OK {
		t.Errorf("bob: %s %+v", got.Status, got.Error)
	}
	if _, err := os.Lstat(alice.Sinks[0]); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(w.base, "bob")); err != nil { // where there is no site any more, a folder is a folder
		t.Fatal(err)
	}
	if got := w.a.Backup(t.Context(), []Job{alice}).Sites[0]; got.Status != manifest.OK {
		t.Errorf("alice, later: %s %+v", got.Status, got.Error)
	}
}

func TestMistakenSinks(t *testing.T) {
	w := newTown(t)
	vault := filepath.Join(w.base, "vault")
	for want, list := range map[string][]string{
		"unknown placeholder {hots}; use {host}":      {"s3://vault/{hots}?region=x"},
		"unknown placeholder {Site}":                  {vault, vault + "/{Site}"},
		"is given twice":                              {vault, vault + "/"},
		"vault/x/?region=eu&profile=b is given twice": {"s3://vault/x?region=eu", "s3://vault/x/?region=eu&profile=b"},
	} {
		job := w.tended("alice/www", "alice")
		job.Sinks = list
		if got := w.a.Backup(t.Context(), []Job{job}).Sites[0]; got.Status != manifest.Refused || !strings.Contains(got.Error.Message, want) {
			t.Errorf("%q: %s %+v, want %q", list, got.Status, got.Error, want)
		}
	}
	if left := published(t, w.base); len(left) > 1 { // its wp-config.php
		t.Errorf("something was stored all the same: %q", left)
	}
}

// A folder that cannot be accessed, such as on a file server that is down, fails alone.
func TestInaccessibleFolderFailsAlone(t *testing.T) {
	w := newTown(t)
	job := w.tended("alice/www", "alice")
	file := filepath.Join(w.base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	job.Sinks = []string{filepath.Join(file, "x"), filepath.Join(w.base, "vault")}
	got := w.a.Backup(t.Context(), []Job{job}).Sites[0]
	if got.Status != manifest.Failed || got.Error != nil || len(got.Destinations) != 2 {
		t.Fatalf("%s %+v", got.Status, got)
	}
	if d := got.Destinations; d[0].Status != manifest.Failed || !strings.Contains(d[0].Error.Message, "find the sink") || d[1].Status != manifest.OK {
		t.Errorf("the destinations: %+v", d)
	}
}

// A content folder that the tenant chose makes the site's backup fail. It is not a
// usage error of the operator.
func TestContentFolderOfTenantIsNoUsageError(t *testing.T) {
	w := newTown(t)
	job := w.tended("alice/www", "alice")
	file := filepath.Join(job.Place.Path, "wp-config.php")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	claim := strings.Replace(string(text), "<?php", "<?php define('WP_CONTENT_DIR', '/');", 1)
	if err := os.WriteFile(file, []byte(claim), 0o600); err != nil {
		t.Fatal(err)
	}
	job.Sinks = []string{filepath.Join(w.base, "vault")}
	r := w.a.Backup(t.Context(), []Job{job})
	if got := r.Sites[0]; r.Status != manifest.Failed || !strings.Contains(got.Error.Message, "the site's configuration claims /") {
		t.Errorf("%s %s %+v", r.Status, got.Status, got.Error)
	}
}
