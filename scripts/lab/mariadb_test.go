package lab_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestMariaDBKeepsItsDataOverARestart(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	m, err := lab.StartMariaDB(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Exec(ctx, "CREATE DATABASE d", "CREATE TABLE d.t (a INT)", "INSERT INTO d.t VALUES (7)"); err != nil {
		t.Error(err)
	}
	if err := m.Stop(); err != nil {
		t.Fatal(err)
	}
	if m, err = lab.StartMariaDB(ctx, dir, "--sql-mode=ANSI_QUOTES"); err != nil {
		t.Fatal(err)
	}
	defer m.Kill()
	db, err := sql.Open("mysql", m.DSN("d"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var a int
	var mode string
	if err := db.QueryRow("SELECT a, @@sql_mode FROM t").Scan(&a, &mode); err != nil || a != 7 || mode != "ANSI_QUOTES" {
		t.Errorf("got %d, %q, %v; want 7, ANSI_QUOTES", a, mode, err)
	}
}

func TestMariaDBTwoAtOnceBelowALongPath(t *testing.T) {
	ctx := context.Background()
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 20))
	a, err := lab.StartMariaDB(ctx, long)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Kill()
	db, err := sql.Open("mysql", a.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // a temporary table exists on one connection only
	if _, err := db.Exec("CREATE DATABASE d; USE d; CREATE TEMPORARY TABLE t (a INT) ENGINE=Aria"); err != nil {
		t.Fatal(err)
	}
	b, err := lab.StartMariaDB(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Kill()
	if _, err := db.Exec("DROP TABLE t"); err != nil {
		t.Errorf("the start of another server removed a temporary table: %v", err)
	}
	if err := b.Exec(ctx, "CREATE DATABASE d"); err != nil {
		t.Errorf("the data of a new server are not new: %v", err)
	}
	if info, err := os.Stat(long); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("clients of other users cannot reach the server's folder: %v, %v", info.Mode(), err)
	}
	if a.Port == b.Port || a.Socket == b.Socket || len(a.Socket) > 107 {
		t.Errorf("the servers share an address, or the socket's path is too long: %+v, %+v", a, b)
	}
	socket := a.Socket
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
		t.Errorf("the folder of the socket was not removed: %v", err)
	}
}

func TestMariaDBSaysWhyItDoesNotStart(t *testing.T) {
	_, err := lab.StartMariaDB(context.Background(), t.TempDir(), "--no-such-option")
	if err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("got %v; want the message of the server", err)
	}
}

func TestMariaDBMissingNamesThePackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := lab.StartMariaDB(context.Background(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "mariadb-server-core") {
		t.Errorf("got %v; want the name of the package", err)
	}
}
