package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// rowNamed returns the finding of a check.
func rowNamed(t *testing.T, rows []sinks.Finding, check string) sinks.Finding {
	t.Helper()
	i := slices.IndexFunc(rows, rowOf(check))
	if i < 0 {
		t.Fatalf("nothing was found of %s: %+v", check, rows)
	}
	return rows[i]
}

func TestDoctorSaysWhySiteCannotBeBackedUp(t *testing.T) {
	home, _ := tenants(t)
	sink := bucket(t, "doctor-why")
	if err := shared.db(t).Exec(t.Context(), "CREATE DATABASE checkup", "CREATE TABLE checkup.t (id INT)",
		"CREATE USER few@localhost", "GRANT SELECT ON checkup.* TO few@localhost", "CREATE USER none@localhost"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config            string
		check, says, todo string
	}{
		"no database":    {config("checkup", "few", "/nowhere/s"), "database", "/nowhere/s", "--db-defaults-file"},
		"no rights":      {config("checkup", "none", shared.db(t).Socket), "database", "denied", "--db-defaults-file"},
		"few privileges": {config("checkup", "few", shared.db(t).Socket), "privileges", "TRIGGER", "GRANT SELECT, LOCK TABLES"},
		"undecidable":    {"<?php define('DB_NAME', $_ENV['X']); define('DB_PASSWORD', rand()); require 'wp-settings.php';", "configuration", "wp-config.php", "wp-oneway inspect"},
	} {
		t.Run(name, func(t *testing.T) {
			root := tenantSite(t, home, alice, c.config)
			r := newHost(t).doctor(1, root, "--name", "alice", "--to", sink)
			row := rowNamed(t, r.Sites[0].Rows, c.check)
			if row.Verdict != sinks.Fails || !row.Required || !strings.Contains(row.Detail, c.says) || !strings.Contains(row.Advice, c.todo) || strings.Contains(row.Detail, "\n") {
				t.Errorf("got %+v, want %q and %q", row, c.says, c.todo)
			}
			if r.OK || r.Sites[0].OK || len(r.Sinks) != 1 || !r.Sinks[0].OK {
				t.Errorf("the report: %+v", r)
			}
		})
	}
}

func TestDoctorExaminesFolder(t *testing.T) {
	t.Parallel()
	home, _ := tenants(t)
	root := tenantSite(t, home, alice, config("x", "x", "/nowhere"))
	h := newHost(t)
	top, err := os.MkdirTemp("/var", "wp-oneway-") //nolint:usetesting // every parent must be root's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	safe := filepath.Join(top, "doctor-safe")
	r := h.doctor(0, root, "--name", "alice", "--kind", "files", "--to", safe)
	if s := r.Sinks[0]; !s.Folder || s.OneWay || !s.OK || s.Credential != "" {
		t.Errorf("a safe folder: %+v", s)
	}
	if _, err := os.Stat(safe); !os.IsNotExist(err) {
		t.Errorf("the doctor made the folder: %v", err)
	}
	hers := filepath.Join(home, "backups")
	r = h.doctor(1, root, "--name", "alice", "--kind", "files", "--to", hers)
	if row := rowNamed(t, r.Sinks[0].Rows, "others write"); row.Verdict != sinks.Fails || !strings.Contains(row.Detail, "the site's owner 2001") {
		t.Errorf("the tenant's own folder: %+v", row)
	}
	r = h.doctor(1, root, "--name", "alice", "--kind", "files", "--to", filepath.Join(root, "backups"))
	if row := rowNamed(t, r.Sites[0].Rows, "sink"); len(r.Sinks) != 0 || !strings.Contains(row.Detail, "is inside the site itself") {
		t.Errorf("a folder in the site: %+v", row)
	}
	code, stdout, stderr := h.run("doctor", root, "--name", "alice", "--kind", "files", "--to", safe)
	if code != 0 || stderr != "" || !strings.Contains(strings.Join(strings.Fields(stdout), " "), "is a folder, and not one-way; only the agent's own user and root can delete there") {
		t.Errorf("exit status %d\n%s%s", code, stderr, stdout)
	}
	t.Log("\n" + stdout)
	if code, stdout, _ := h.run("doctor", root, "--name", "alice", "--kind", "files", "--to", safe, "--quiet"); code != 0 || stdout != "" {
		t.Errorf("quiet: exit status %d\n%s", code, stdout)
	}
}

// doctor examines the folders that backups of the sites would use.
func TestDoctorExaminesFoldersOfBackups(t *testing.T) {
	home, _ := tenants(t)
	one := tenantSite(t, filepath.Join(home, "one"), alice, config("x", "x", "/nowhere"))
	two := tenantSite(t, filepath.Join(home, "two"), alice, config("x", "x", "/nowhere"))
	h := newHost(t)
	address := bucket(t, "doctor-where")
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := "kind: files\nsinks: ['" + address + "']\nsites: [{path: " + one + ", name: one}, {path: " + two + ", name: two, no_uploads: true, sinks: ['" +
		strings.Replace(address, "/host?", "/host/{site}?", 1) + "', '" + address + "']}, {path: " + home + ", ignore: gone}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := h.doctor(0, "--config", file)
	if len(r.Sites) != 2 || len(r.Sinks) != 2 {
		t.Fatalf("the report: %+v", r)
	}
	var folders []string
	for _, name := range stored(t, "doctor-where") {
		if i := strings.LastIndex(name, "/"); !slices.Contains(folders, name[:i]) {
			folders = append(folders, name[:i])
		}
	}
	slices.Sort(folders)
	want := []string{"one/files-backups", "two/files-backups-without-uploads", "two/two/files-backups-without-uploads"}
	if !slices.Equal(folders, want) {
		t.Errorf("canaries are in %q, want %q", folders, want)
	}
}

// A site cannot be backed up if its backup would fail or wait because of the agent's own folders
// or of locked tables.
func TestDoctorTriesWhatABackupDoes(t *testing.T) {
	home, _ := tenants(t)
	db := shared.db(t)
	if err := db.Exec(t.Context(), "CREATE DATABASE tried", "CREATE TABLE tried.held (id INT) ENGINE=MyISAM", "CREATE USER tried@localhost", "GRANT ALL ON tried.* TO tried@localhost"); err != nil {
		t.Fatal(err)
	}
	root := tenantSite(t, home, alice, config("tried", "tried", db.Socket))
	sink := t.TempDir()
	h := newHost(t)
	row := rowNamed(t, h.doctor(0, root, "--name", "alice", "--to", sink).Sites[0].Rows, "state")
	if row.Verdict != sinks.Holds || !strings.Contains(row.Detail, h.state) {
		t.Errorf("got %+v", row)
	}
	var left []string
	must(t, filepath.WalkDir(h.state, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, path)
		}
		return err
	}))
	if len(left) > 0 {
		t.Errorf("the doctor left %q", left)
	}
	for name, folder := range map[string]string{"state": "sites", "names": "names", "locks": "run"} {
		broken := newHost(t)
		must(t, os.WriteFile(filepath.Join(broken.state, folder), nil, 0o600)) // not a folder
		row := rowNamed(t, broken.doctor(1, root, "--name", "alice", "--to", sink).Sites[0].Rows, "state")
		if row.Verdict != sinks.Fails || !row.Required || !strings.Contains(row.Detail, filepath.Join(broken.state, folder)) {
			t.Errorf("%s: got %+v", name, row)
		}
	}
	session, err := sql.Open("mysql", db.DSN("tried"))
	must(t, err)
	defer session.Close()
	session.SetMaxOpenConns(1)
	_, err = session.Exec("LOCK TABLES held WRITE")
	must(t, err)
	row = rowNamed(t, h.doctor(1, root, "--name", "alice", "--to", sink).Sites[0].Rows, "database")
	if row.Verdict != sinks.Fails || !strings.Contains(row.Detail, "in use: held") {
		t.Errorf("with a locked table: %+v", row)
	}
}
