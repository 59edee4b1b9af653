package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// optionFile writes an option file for the account of a database.
func optionFile(t *testing.T, d *lab.Database) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "restore.cnf")
	text := fmt.Sprintf("[client]\nsocket=%s\nuser=%s\npassword=%s\n", d.Server.Socket, d.User, d.Password)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// compareDatabase fails if a database differs from the database of the shared site, except for
// the tables that a restore keeps.
func compareDatabase(t *testing.T, s *lab.WordPress, d *lab.Database) {
	t.Helper()
	diffs, err := lab.CompareDatabases(t.Context(), s.Database, *d)
	if err != nil {
		t.Fatal(err)
	}
	for _, diff := range diffs {
		if !strings.Contains(diff, " _wp_oneway_") && !strings.Contains(diff, " DEFINER=`"+d.User+"`@") {
			t.Error("restored:", diff)
		}
	}
}

// The database of a real site is restored into the database that the operator names, and replaces
// its tables. The old tables can be put back or dropped.
func TestRestoreDatabase(t *testing.T) {
	t.Parallel()
	s, h, folder := shared.site(t), newHost(t), t.TempDir()
	h.backup(0, s.Root, "--name", "shop", "--kind", "db", "--to", folder)
	d, err := lab.CreateDatabase(t.Context(), s.Database.Server, "restored_db", "restored-pw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Server.Exec(context.Background(), "DROP DATABASE "+d.Name, "DROP USER "+d.User+"@localhost")
	})
	into := []string{"--db-defaults-file", optionFile(t, d), "--database", d.Name}
	args := append([]string{"restore", "--from", folder, "--latest", "--site", "shop", "--only", "db", "--definer", "current"}, into...)
	h.refused("--db-defaults-file", args[:len(args)-4]...)
	h.refused("--to PATH", append(args[:len(args)-4:len(args)-4], "--use-target-config", "--database", "x")...)

	code, stdout, stderr := h.run(append(args, "--dry-run")...)
	if code != 0 || !strings.Contains(stdout, "table wp_options: ") {
		t.Fatalf("dry run: exit status %d, %s%s", code, stdout, stderr)
	}
	for i := range 2 { // first into an empty database, then into a full one
		if code, _, stderr = h.run(args...); code != 0 || !strings.Contains(stderr, "restored ") {
			t.Fatalf("restore %d: exit status %d, %s", i, code, stderr)
		}
		compareDatabase(t, s, d)
	}
	if !strings.Contains(stderr, "restore --confirm") {
		t.Errorf("nobody is told that the old tables are kept: %s", stderr)
	}
	saved := one(t, filepath.Join(h.state, "replaced"), "*_db-*.sql")
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v", saved, info.Mode(), err)
	}
	if code, _, stderr := h.run(args...); code != 1 || !strings.Contains(stderr, "--drop-old") || strings.Count(stderr, "\n") > 2 {
		t.Errorf("over kept tables: exit status %d, %s", code, stderr)
	}
	for _, end := range []string{"--undo", "--confirm"} {
		if end == "--confirm" {
			if code, _, stderr := h.run(append(args, "--tables", "wp_options")...); code != 0 {
				t.Fatalf("exit status %d, %s", code, stderr)
			}
		}
		if code, _, stderr := h.run(append([]string{"restore", end}, into...)...); code != 0 || !strings.Contains(stderr, d.Name) {
			t.Errorf("%s: exit status %d, %s", end, code, stderr)
		}
		compareDatabase(t, s, d)
	}
	code, _, stderr = h.run(append(args[:len(args)-4:len(args)-4], "--use-target-config", "--to", s.Root, "--database", d.Name)...)
	if code != 1 || !strings.Contains(stderr, "Access denied for user '"+s.Database.User+"'") {
		t.Errorf("with the account of the site itself, which has no rights there: exit status %d, %s", code, stderr)
	}
	root := *d
	root.User, root.Password = "root", ""
	if code, _, stderr := h.run(append(args[:len(args)-4:len(args)-4], "--db-defaults-file", optionFile(t, &root), "--database", d.Name)...); code != 1 || !strings.Contains(stderr, "--allow-privileged-account") {
		t.Errorf("as root: exit status %d, %s", code, stderr)
	}
}

// With --use-target-config, the database is restored with the account in the configuration of the
// site at the target. The operator gives the name of the database.
func TestRestoreWithTheConfigurationOfTheTarget(t *testing.T) {
	t.Parallel()
	source, h, folder := newDumpSite(t, "config_source", "CREATE TABLE wp_options (option_value TEXT)", "INSERT INTO wp_options VALUES ('from the backup')"), newHost(t), t.TempDir()
	h.backup(0, source.root, "--name", "shop", "--to", folder)
	target := newDumpSite(t, "config_target", "CREATE TABLE wp_options (option_value TEXT)", "INSERT INTO wp_options VALUES ('of the target')")
	args := []string{"restore", "--from", folder, "--latest", "--site", "shop", "--to", target.root, "--use-target-config", "--database"}
	value := func() string {
		return strings.Join(firstColumn(t, target.db, "SELECT option_value FROM wp_options"), ",")
	}
	code, _, stderr := h.run(append(args, "config_source", "--only", "db")...)
	if code != 1 || !strings.Contains(stderr, "correct --database, or create the database") || strings.Count(stderr, "\n") != 2 {
		t.Errorf("into another database: exit status %d, %s", code, stderr)
	}
	if code, stdout, stderr := h.run(append(args, "config_target", "--only", "db")...); code != 0 || value() != "from the backup" {
		t.Fatalf("exit status %d, %s%s: %s", code, stdout, stderr, value())
	}
	if code, _, stderr := h.run("restore", "--undo", "--only", "db", "--use-target-config", "--database", "config_target", "--to", target.root); code != 0 || value() != "of the target" {
		t.Fatalf("undo: exit status %d, %s: %s", code, stderr, value())
	}
	// If files are restored too, the configuration of the backup replaces the existing one.
	if code, stdout, stderr := h.run(append(args, "config_target", "--overwrite", "always")...); code != 0 || value() != "from the backup" {
		t.Errorf("exit status %d, %s%s: %s", code, stdout, stderr, value())
	}
}

// Errors about the server name the file that names the server.
func TestErrorsNameTheOptionFile(t *testing.T) {
	t.Parallel()
	h, folder := newHost(t), storeRuns(t)
	for text, want := range map[string]string{
		"host=127.0.0.1\nport=1\nuser=u\n":                       "start the database server, or correct host, port or socket in the file of --db-defaults-file",
		"socket=/nowhere/mysqld.sock\nuser=u\n":                  "correct host, port or socket in the file of --db-defaults-file",
		"host=db-.internal\nuser=u\n":                            "; correct host, port or socket in the file of --db-defaults-file",
		"user=nobody\npassword=x\nsocket=" + shared.db(t).Socket: "correct user and password in the file of --db-defaults-file",
	} {
		file := filepath.Join(t.TempDir(), "restore.cnf")
		if err := os.WriteFile(file, []byte("[client]\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := h.run("restore", "--from", folder, "--latest", "--site", "a.example", "--only", "db", "--db-defaults-file", file, "--database", "d")
		if code != 1 || !strings.Contains(stderr, want) || strings.Contains(stderr, "DB_") {
			t.Errorf("%q: exit status %d, %s", text, code, stderr)
		}
	}
}
