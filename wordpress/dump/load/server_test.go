package load_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// A server is a database server that the tests share, with its root account.
type server struct {
	*lab.Server
	pool *sql.DB
}

var shared struct {
	sync.Mutex
	dir          string
	maria, mysql *server
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "load")
	if err != nil {
		panic(err)
	}
	shared.dir = dir
	code := m.Run()
	for _, s := range []*server{shared.maria, shared.mysql} {
		if s != nil {
			s.Kill()
		}
	}
	_ = os.RemoveAll(dir)
	os.Exit(code) //nolint:forbidigo // TestMain must exit so
}

func mariaDB(t *testing.T) *server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.maria == nil {
		s, err := lab.StartMariaDB(context.Background(), filepath.Join(shared.dir, "maria"), "--debug-no-sync", "--skip-sync-frm")
		if err != nil {
			t.Fatal(err)
		}
		shared.maria = newServer(t, s)
	}
	return shared.maria
}

// mySQL returns the MySQL that the tests share. If scripts/fetch has not fetched MySQL, mySQL skips
// the test, or fails it if WPO_TEST_MYSQL requires MySQL.
func mySQL(t *testing.T) *server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.mysql == nil {
		s, err := lab.StartMySQL(context.Background(), filepath.Join(shared.dir, "mysql"), "--innodb-flush-method=nosync")
		if errors.Is(err, lab.ErrNoMySQL) && os.Getenv("WPO_TEST_MYSQL") == "" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		shared.mysql = newServer(t, s)
	}
	return shared.mysql
}

func newServer(t *testing.T, s *lab.Server) *server {
	t.Helper()
	pool, err := sql.Open("mysql", s.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	out := &server{s, pool}
	out.run(t, "", "CREATE USER wp@localhost IDENTIFIED BY 'pw'; CREATE USER wp@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT ALL ON `target`.* TO wp@localhost, wp@'127.0.0.1'")
	return out
}

// run executes statements that are separated by semicolons. A statement that creates a routine ends
// at the end of its line, without a semicolon, because MySQL would keep the semicolon.
func (s *server) run(t *testing.T, db, script string) {
	t.Helper()
	pool, err := sql.Open("mysql", s.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	for _, statement := range strings.Split(strings.TrimSuffix(script, ";\n"), ";\n") {
		if _, err := pool.Exec(statement); err != nil {
			t.Fatalf("%.300s: %v", statement, err)
		}
	}
}

// database creates a database, and runs a script in it.
func (s *server) database(t *testing.T, name, script string) wordpress.Database {
	t.Helper()
	s.run(t, "", "DROP DATABASE IF EXISTS `"+name+"`; CREATE DATABASE `"+name+"` CHARACTER SET utf8mb4")
	t.Cleanup(func() { s.run(t, "", "DROP DATABASE IF EXISTS `"+name+"`") })
	if script != "" {
		s.run(t, name, script)
	}
	return wordpress.Database{Name: name, User: "wp", Password: "pw", Socket: s.Socket}
}

// dump creates a database with a script, and returns its dump and its picture. Afterwards, the
// account wp has no privileges on it.
func (s *server) dump(t *testing.T, script string) (text string, picture map[string]string) {
	t.Helper()
	const name = "source"
	s.database(t, name, "")
	s.run(t, "", "GRANT ALL ON source.* TO wp@localhost")
	defer s.run(t, "", "REVOKE ALL ON source.* FROM wp@localhost")
	s.run(t, name, script)
	d, err := dump.Open(t.Context(), wordpress.Database{Name: name, User: "root", Socket: s.Socket}, dump.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b bytes.Buffer
	report, err := d.Write(t.Context(), &b)
	if err != nil || len(report.Missing) > 0 {
		t.Fatalf("%v, %v", err, report)
	}
	return b.String(), s.picture(t, name)
}

// picture returns a description of everything in a database, including the rows of its tables.
func (s *server) picture(t *testing.T, db string) map[string]string {
	t.Helper()
	all := map[string]string{}
	pool, err := sql.Open("mysql", s.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, r := range query(t, pool, "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()") {
		create := query(t, pool, "SHOW CREATE TABLE `"+r[0]+"`")
		all["table "+r[0]] = strings.ReplaceAll(create[0][1], "`"+db+"`.", "")
		if r[1] == "BASE TABLE" {
			all["rows of "+r[0]] = fmt.Sprint(query(t, pool, "SELECT * FROM `"+r[0]+"` ORDER BY 1"))
		}
	}
	for kind, list := range map[string]string{
		"TRIGGER": "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()", "EVENT": "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA=DATABASE()",
		"PROCEDURE": "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE() AND ROUTINE_TYPE='PROCEDURE'",
		"FUNCTION":  "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE() AND ROUTINE_TYPE='FUNCTION'",
	} {
		for _, r := range query(t, pool, list) {
			row := query(t, pool, "SHOW CREATE "+kind+" `"+r[0]+"`")[0]
			if kind == "TRIGGER" {
				row = row[:6] // without the creation time, which follows
			}
			// When a table is renamed, a server quotes its name in the triggers of the table.
			all[kind+" "+r[0]] = strings.ReplaceAll(fmt.Sprint(row), "`", "")
		}
	}
	return all
}

func query(t *testing.T, pool *sql.DB, q string) (list [][]string) {
	t.Helper()
	rows, err := pool.Query(q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(names))
		for i, v := range values {
			line[i] = v.String
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// compare reports the differences between a picture and the expected one.
func compare(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	keys := slices.Collect(maps.Keys(want))
	for k := range got {
		if _, ok := want[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		if got[k] != want[k] {
			t.Errorf("%s: %s is\n%.600q\nand should be\n%.600q", what, k, got[k], want[k])
		}
	}
}

// restore restores a dump.
func restore(ctx context.Context, db wordpress.Database, text string, o load.Options) (*load.Loader, error) {
	l := load.New(db, o)
	err := l.Check(ctx)
	if err == nil {
		err = l.Stage(ctx, strings.NewReader(text))
	}
	if err == nil {
		err = l.Switch(ctx)
	}
	if err == nil {
		err = l.Commit(ctx)
	}
	return l, errors.Join(err, l.Close())
}

// client runs SQL with the stock client, as root.
func (s *server) client(t *testing.T, db string, script []byte) {
	t.Helper()
	c := exec.CommandContext(t.Context(), s.Client[0], append(slices.Clone(s.Client[1:]), "--binary-mode", "-uroot", "-S", s.Socket, db)...)
	c.Stdin = bytes.NewReader(script)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
}
