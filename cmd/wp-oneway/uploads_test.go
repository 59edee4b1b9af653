package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// uploadsSite creates a site of alice whose database names folders of uploads. The first path is
// for the site itself, the others are for its sub-sites.
func uploadsSite(t *testing.T, name string, paths ...string) (home, root string) {
	t.Helper()
	home, _ = tenants(t)
	script := []string{"CREATE DATABASE " + name, "CREATE USER " + name + "@localhost", "GRANT ALL ON " + name + ".* TO " + name + "@localhost"}
	for i, path := range paths {
		table := fmt.Sprintf("%s.wp_%d_options", name, i+1)
		if i == 0 {
			table = name + ".wp_options"
		}
		script = append(script, "CREATE TABLE "+table+" (option_id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) UNIQUE, option_value LONGTEXT)",
			"INSERT INTO "+table+" (option_name, option_value) VALUES ('upload_path', '"+strings.ReplaceAll(path, "HOME", home)+"'), ('upload_url_path', 'https://example.test/files')")
	}
	if err := shared.db(t).Exec(t.Context(), script...); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(config(name, name, shared.db(t).Socket), "define('UPLOADS', 'wp-content/uploads');", "", 1)
	if len(paths) > 1 {
		text = strings.Replace(text, "$table", "define('MULTISITE', true); $table", 1)
	}
	root = tenantSite(t, home, alice, text)
	for _, folder := range []string{"files", "shop", "site/media", "site/wp-content/plugins/shop/files"} {
		path := filepath.Join(home, folder, "2024", "photo.jpg")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chown", "-R", fmt.Sprint(alice), home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return home, root
}

// archived lists the files of the newest archive of a site.
func archived(t *testing.T, folder, kind string) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "alice", kind, "*Z-*.tar.zst"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no archive in %s (%v)", folder, err)
	}
	p, err := lab.DecryptionKeys{}.Unpack(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	if err := append(p, lab.Stage{Args: []string{"tar", "-t"}}).Run(t.Context(), nil, &list); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(list.String())
}

// A worker archives the folders of uploads that a tenant's database names. If a folder is outside
// the home, the report names it and the run is incomplete.
func TestUploadsThatTheDatabaseNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paths []string
		has   []string // folders with 2024/photo.jpg
		lacks []string // folders that are reported as unreadable
	}{
		"up_absolute": {paths: []string{"HOME/files"}, has: []string{"files/"}},
		"up_relative": {paths: []string{"../files/"}, has: []string{"files/"}},
		"up_in_root":  {paths: []string{"media"}, has: []string{"media/"}},
		"up_outside":  {paths: []string{"/etc"}, lacks: []string{"/etc"}},
		"up_another":  {paths: []string{"HOME/../bob"}, lacks: []string{"/../bob"}},
		"up_network": {
			paths: []string{"", "HOME/files", "../shop", "/srv/three", "wp-content/plugins/shop/files"},
			has:   []string{"files/", "shop/", "site/wp-content/plugins/shop/files/"}, lacks: []string{"/srv/three"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, root := uploadsSite(t, name, c.paths...)
			want := 0
			if len(c.lacks) > 0 {
				want = 3
			}
			for kind, folder := range map[string]string{"full": "full-backups", "files": "files-backups"} {
				to, h := t.TempDir(), newHost(t)
				site := h.backup(want, root, "--name", "alice", "--kind", kind, "--to", to).Sites[0]
				names := archived(t, to, folder)
				for _, has := range c.has {
					if !slices.Contains(names, has+"2024/photo.jpg") {
						t.Errorf("%s: %s is missing in %q", kind, has, names)
					}
				}
				if site.Unreadable.Total != len(c.lacks) {
					t.Errorf("%s: unreadable: %q, want %q", kind, site.Unreadable.Items, c.lacks)
				}
				for _, lacks := range c.lacks {
					if !strings.Contains(strings.Join(site.Unreadable.Items, "\n"), lacks+": the folder of uploads, named by the option upload_path in wp_") {
						t.Errorf("%s: unreadable: %q, want %q", kind, site.Unreadable.Items, lacks)
					}
				}
				if plan := h.backup(want, root, "--name", "alice", "--kind", kind, "--to", to, "--dry-run").Sites[0]; plan.Unreadable.Total != len(c.lacks) {
					t.Errorf("%s: a dry run: %q", kind, plan.Unreadable.Items)
				}
				h.backup(want, root, "--name", "alice", "--kind", "files", "--no-uploads", "--to", to)
				for _, name := range archived(t, to, "files-backups-without-uploads") {
					if slices.ContainsFunc(c.has, func(has string) bool { return strings.HasPrefix(name, has+"2") }) || strings.Contains(name, "own.txt") {
						t.Errorf("without uploads: %s", name)
					}
				}
				if r := h.doctor(min(want, 1), root, "--name", "alice", "--kind", kind, "--to", to); want != 0 && !strings.Contains(fmt.Sprint(r), "named by the option upload_path in wp_") {
					t.Errorf("the doctor says %+v", r)
				}
			}
		})
	}
}

// If the database cannot be read, a backup of the files is published as incomplete. With the
// constant UPLOADS, the database is not needed.
func TestFilesWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	_, root := uploadsSite(t, "up_gone", "HOME/files")
	name := filepath.Join(root, "wp-config.php")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	write := func(old, text2 string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(strings.Replace(string(text), old, text2, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for old, with := range map[string]string{shared.db(t).Socket: "/nowhere", "'DB_USER', 'up_gone'": "'DB_USER', 'nobody'"} {
		write(old, with)
		to := t.TempDir()
		site := newHost(t).backup(3, root, "--name", "alice", "--kind", "files", "--to", to).Sites[0]
		if site.Unreadable.Total != 1 || !strings.Contains(site.Unreadable.Items[0], "the option upload_path") || !slices.Contains(archived(t, to, "files-backups"), "wp-content/uploads/own.txt") {
			t.Errorf("%s: %q", with, site.Unreadable.Items)
		}
	}
	write(shared.db(t).Socket+"');", "/nowhere'); define('UPLOADS', 'media');")
	to := t.TempDir()
	newHost(t).backup(0, root, "--name", "alice", "--kind", "files", "--to", to)
	if names := archived(t, to, "files-backups"); !slices.Contains(names, "media/2024/photo.jpg") {
		t.Errorf("with UPLOADS: %q", names)
	}
}
