package dump_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A flavour is a server under test, with the stock client that belongs to it.
type flavour struct {
	name    string
	socket  string
	port    int
	client  []string
	cert    string // file with MariaDB's TLS certificate and its key
	key     string
	schemas []string // files of testdata that create the torture database
	dsn     func(db string) string
	maria   *lab.Server // nil for MySQL
	stop    func()
	source  map[string]string // description of the torture database after it was loaded
}

var servers struct {
	sync.Mutex
	dir    string
	maria  *flavour
	mysql  *flavour
	others []*flavour // servers of other releases
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dump")
	if err != nil {
		panic(err)
	}
	servers.dir = dir
	code := m.Run()
	for _, f := range append(servers.others, servers.maria, servers.mysql) {
		if f != nil {
			f.stop()
		}
	}
	_ = os.RemoveAll(dir)
	os.Exit(code) //nolint:forbidigo // TestMain must exit so
}

// mariaDB returns the MariaDB that the tests share.
func mariaDB(t *testing.T) *flavour {
	t.Helper()
	servers.Lock()
	defer servers.Unlock()
	if servers.maria == nil {
		plugins, err := lab.MariaDBPlugins(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		cert, key := certificate(t, servers.dir)
		servers.maria = startMariaDB(t, filepath.Join(servers.dir, "maria"), "--ssl-cert="+cert, "--ssl-key="+key, "--bind-address=*",
			"--plugin-dir="+plugins, "--plugin-load-add=auth_ed25519")
		servers.maria.cert, servers.maria.key = cert, key
	}
	return servers.maria
}

// startMariaDB starts a MariaDB that never syncs files: creating the tables of one
// torture database would otherwise take seconds.
func startMariaDB(t *testing.T, dir string, args ...string) *flavour {
	t.Helper()
	m, err := lab.StartMariaDB(context.Background(), dir, append([]string{"--max-allowed-packet=32M", "--debug-no-sync", "--skip-sync-frm"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return &flavour{
		name: "mariadb", socket: m.Socket, port: m.Port, client: m.Client,
		schemas: []string{"common.sql", "mariadb.sql", "wider.sql", "wider_mariadb.sql"}, dsn: m.DSN, maria: m, stop: m.Kill,
	}
}

// mySQL returns the MySQL that the tests share. It never syncs files. If scripts/fetch has not fetched
// MySQL, mySQL skips the test, or fails it if WPO_TEST_MYSQL requires MySQL.
func mySQL(t *testing.T) *flavour {
	t.Helper()
	servers.Lock()
	defer servers.Unlock()
	if servers.mysql == nil {
		m, err := lab.StartMySQL(context.Background(), filepath.Join(servers.dir, "mysql"), "--max-allowed-packet=32M", "--innodb-flush-method=nosync")
		if errors.Is(err, lab.ErrNoMySQL) && os.Getenv("WPO_TEST_MYSQL") == "" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		servers.mysql = &flavour{
			name: "mysql", socket: m.Socket, port: m.Port, client: m.Client,
			schemas: []string{"common.sql", "mysql.sql", "wider.sql", "wider_mysql.sql"}, dsn: m.DSN, stop: m.Kill,
		}
	}
	return servers.mysql
}

// database creates an empty database and drops it after the test.
func (f *flavour) database(t *testing.T, name string) string {
	t.Helper()
	f.run(t, "", "DROP DATABASE IF EXISTS `"+name+"`; CREATE DATABASE `"+name+"`")
	t.Cleanup(func() { f.run(t, "", "DROP DATABASE IF EXISTS `"+name+"`") })
	return name
}

// tortureName is the torture database. The tests share it, so none may change it.
const tortureName = "torture"

// torture returns the name of the torture database, and its description without the broken
// views, which no dump restores.
func (f *flavour) torture(t *testing.T) (db string, want map[string]string) {
	t.Helper()
	if f.source == nil {
		f.run(t, "", "CREATE DATABASE "+tortureName)
		f.load(t, tortureName)
		f.source = f.describe(t, tortureName)
		for _, v := range []string{"table vbroken", "table vbroken2"} {
			if _, ok := f.source[v]; !ok {
				t.Errorf("no broken view %s in the source", v)
			}
			delete(f.source, v)
		}
	}
	return tortureName, maps.Clone(f.source)
}

// load creates all objects of the torture database.
func (f *flavour) load(t *testing.T, name string) {
	t.Helper()
	for _, s := range f.schemas {
		file, err := os.ReadFile(filepath.Join("testdata", s))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := f.feed(name, file, "--default-character-set=utf8mb4", "--binary-mode", "--comments"); err != nil {
			t.Fatalf("load %s: %v: %s", s, err, out)
		}
	}
}

// feed runs SQL with the stock client.
func (f *flavour) feed(db string, script []byte, flags ...string) (string, error) {
	return f.feedAs("root", db, script, flags...)
}

func (f *flavour) feedAs(user, db string, script []byte, flags ...string) (string, error) {
	args := append(append(append([]string{}, f.client[1:]...), flags...), "-u"+user, "-S", f.socket, db)
	c := exec.Command(f.client[0], args...)
	c.Stdin = bytes.NewReader(script)
	out, err := c.CombinedOutput()
	return string(out), err
}

// open returns a connection pool.
func (f *flavour) open(t *testing.T, db string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("mysql", f.dsn(db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

// run executes statements separated by semicolons.
func (f *flavour) run(t *testing.T, db, script string) {
	t.Helper()
	if _, err := f.open(t, db).Exec(script); err != nil {
		t.Fatalf("%.200s: %v", script, err)
	}
}

func (f *flavour) config(db string) wordpress.Database {
	return wordpress.Database{Name: db, User: "root", Socket: f.socket, TablePrefix: "wp_"}
}

// dump dumps a database, which must succeed.
func (f *flavour) dump(t *testing.T, db string, o dump.Options) (string, *dump.Report) {
	t.Helper()
	text, report, err := tryDump(t.Context(), f.config(db), o)
	if err != nil {
		t.Fatalf("dump: %v", err)
	}
	return text, report
}

func tryDump(ctx context.Context, db wordpress.Database, o dump.Options) (string, *dump.Report, error) {
	d, err := dump.Open(ctx, db, o)
	if err != nil {
		return "", nil, fmt.Errorf("open: %w", err)
	}
	defer d.Close()
	var b strings.Builder
	report, err := d.Write(ctx, &b)
	return b.String(), report, err
}

// restore restores a dump with the stock client and default options.
func (f *flavour) restore(t *testing.T, db, text string, flags ...string) {
	t.Helper()
	f.database(t, db)
	if out, err := f.feed(db, []byte(text), flags...); err != nil {
		t.Fatalf("restore: %v: %s", err, out)
	}
}

// proxied starts a proxy in front of a server, and returns the proxy's port. answer forwards the
// server's answers to the client.
func proxied(t *testing.T, port int, answer func(client, server net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
				if err != nil {
					return
				}
				defer s.Close()
				go func() { _, _ = io.Copy(s, c) }()
				answer(c, s)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}
