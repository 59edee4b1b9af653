package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// addSite creates a site whose files can be backed up.
func (h *testHost) addSite(path, name string) Job {
	h.t.Helper()
	job := h.site(path, name, os.Geteuid())
	config := "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', 'x'); define('DB_HOST', 'x'); define('UPLOADS', 'wp-content/uploads');\n" +
		"$table_prefix = 'wp_'; require_once ABSPATH . 'wp-settings.php';\n"
	if err := os.WriteFile(filepath.Join(job.Place.Path, "wp-config.php"), []byte(config), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return job
}

// A folder inside another site is refused too, whether that site belongs to this
// invocation or was backed up before.
func TestFolderInAnotherSite(t *testing.T) {
	h := newTestHost(t)
	alice, bob := h.addSite("alice/www", "alice"), h.addSite("bob/www", "bob")
	alice.Sinks = []string{filepath.Join(h.base, "bob/www/backups")}
	bob.Sinks = []string{filepath.Join(h.base, "vault")}
	together := h.a.Backup(t.Context(), []Job{alice, bob})
	alone := h.a.Backup(t.Context(), []Job{alice})
	for _, r := range []*manifest.Report{together, alone} {
		if got := r.Sites[0]; got.Status != manifest.Refused || !strings.Contains(got.Error.Message, "is inside the site "+filepath.Join(h.base, "bob/www")) {
			t.Errorf("alice: %s %+v", got.Status, got.Error)
		}
	}
	if got := together.Sites[1]; got.Status != manifest.OK {
		t.Errorf("bob: %s %+v", got.Status, got.Error)
	}
	if _, err := os.Lstat(alice.Sinks[0]); !os.IsNotExist(err) {
		t.Errorf("the folder was created: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(h.base, "bob")); err != nil { // a folder of a removed site is accepted
		t.Fatal(err)
	}
	if got := h.a.Backup(t.Context(), []Job{alice}).Sites[0]; got.Status != manifest.OK {
		t.Errorf("alice, later: %s %+v", got.Status, got.Error)
	}
}

func TestUnusableSinks(t *testing.T) {
	h := newTestHost(t)
	vault := filepath.Join(h.base, "vault")
	for want, list := range map[string][]string{
		"unknown placeholder {hots}; use {host}":      {"s3://vault/{hots}?region=x"},
		"unknown placeholder {Site}":                  {vault, vault + "/{Site}"},
		"is given twice":                              {vault, vault + "/"},
		"vault/x/?region=eu&profile=b is given twice": {"s3://vault/x?region=eu", "s3://vault/x/?region=eu&profile=b"},
	} {
		job := h.addSite("alice/www", "alice")
		job.Sinks = list
		if got := h.a.Backup(t.Context(), []Job{job}).Sites[0]; got.Status != manifest.Refused || !strings.Contains(got.Error.Message, want) {
			t.Errorf("%q: %s %+v, want %q", list, got.Status, got.Error, want)
		}
	}
	if left := sinktest.Published(t, h.base); len(left) > 1 { // its wp-config.php
		t.Errorf("something was stored nevertheless: %q", left)
	}
}

// A folder that cannot be accessed, such as on a file server that is down, fails alone.
func TestInaccessibleFolderFailsAlone(t *testing.T) {
	h := newTestHost(t)
	job := h.addSite("alice/www", "alice")
	file := filepath.Join(h.base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	job.Sinks = []string{filepath.Join(file, "x"), filepath.Join(h.base, "vault")}
	got := h.a.Backup(t.Context(), []Job{job}).Sites[0]
	if got.Status != manifest.Failed || got.Error != nil || len(got.Destinations) != 2 {
		t.Fatalf("%s %+v", got.Status, got)
	}
	if d := got.Destinations; d[0].Status != manifest.Failed || !strings.Contains(d[0].Error.Message, "find the sink") || d[1].Status != manifest.OK {
		t.Errorf("the destinations: %+v", d)
	}
}

// A content folder that the tenant chose makes the site's backup fail. It is not a
// usage error of the operator.
func TestContentFolderOfTenantIsNotAUsageError(t *testing.T) {
	h := newTestHost(t)
	job := h.addSite("alice/www", "alice")
	file := filepath.Join(job.Place.Path, "wp-config.php")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	claim := strings.Replace(string(text), "<?php", "<?php define('WP_CONTENT_DIR', '/');", 1)
	if err := os.WriteFile(file, []byte(claim), 0o600); err != nil {
		t.Fatal(err)
	}
	job.Sinks = []string{filepath.Join(h.base, "vault")}
	r := h.a.Backup(t.Context(), []Job{job})
	if got := r.Sites[0]; r.Status != manifest.Failed || !strings.Contains(got.Error.Message, "the site's configuration claims /") {
		t.Errorf("%s %s %+v", r.Status, got.Status, got.Error)
	}
}

// A tenant who owns the folder of backups, or a folder above it, can delete them.
func TestFolderOfATenantIsAWarning(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("changing the owner of files needs root")
	}
	h := newTestHost(t)
	job := h.addSite("alice/www", "alice")
	for name, c := range map[string]struct {
		make func(dir string) error
		want string
	}{
		"ours":             {func(string) error { return nil }, ""},
		"missing":          {os.Remove, ""},
		"theirs":           {func(dir string) error { return os.Chown(dir, 2001, 2001) }, "belongs to uid 2001"},
		"below theirs":     {func(dir string) error { return os.Chown(filepath.Dir(dir), 2001, 2001) }, "belongs to uid 2001"},
		"writable for all": {func(dir string) error { return os.Chmod(dir, 0o777) }, "others can write to it"},
	} {
		dir := filepath.Join(t.TempDir(), "above", "vault")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := c.make(dir); err != nil {
			t.Fatal(err)
		}
		job.Sinks = []string{dir}
		for _, job.DryRun = range []bool{true, false} {
			got := h.a.Backup(t.Context(), []Job{job}).Sites[0]
			if got.Warnings == nil || got.Status != manifest.OK && got.Status != manifest.Planned {
				t.Fatalf("%s: %s %+v", name, got.Status, got.Error)
			}
			text := strings.Join(got.Warnings.Items, "; ")
			if c.want == "" && strings.Contains(text, "can delete") || !strings.Contains(text, c.want) {
				t.Errorf("%s: the warnings are %q, want %q", name, text, c.want)
			}
		}
	}
}
