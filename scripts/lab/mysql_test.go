package lab_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestMySQLAndItsClient(t *testing.T) {
	ctx := context.Background()
	m, err := lab.StartMySQL(ctx, t.TempDir())
	if errors.Is(err, lab.ErrNoMySQL) && os.Getenv("WPO_TEST_MYSQL") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer m.Kill()
	if err := m.Exec(ctx, "CREATE DATABASE d", "CREATE TABLE d.t (a INT)", "INSERT INTO d.t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	client, err := lab.MySQLProgram("mysql")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(client[0], append(client[1:], "--no-defaults", "-uroot", "-S"+m.Socket, "-BN", "-e", "SELECT a, VERSION() FROM d.t")...).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "7\t9.") {
		t.Errorf("got %q, %v", out, err)
	}
	db, err := sql.Open("mysql", m.DSN("d"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var a int
	if err := db.QueryRow("SELECT a FROM t").Scan(&a); err != nil || a != 7 {
		t.Errorf("got %d, %v", a, err)
	}
	if err := m.Stop(); err != nil {
		t.Error(err)
	}
}
