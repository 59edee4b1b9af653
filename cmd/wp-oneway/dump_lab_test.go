package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/go-sql-driver/mysql"
)

// A dumpSite is a small site with its own database, which a test may change.
type dumpSite struct {
	t    *testing.T
	name string // of the database and its user
	root string
	db   *sql.DB
}

// newDumpSite creates a site and fills its database. As root, the site belongs to a tenant.
func newDumpSite(t *testing.T, name string, statements ...string) *dumpSite {
	t.Helper()
	home, err := os.MkdirTemp(shared.dir, "dump") //nolint:usetesting // t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home, 0o711); err != nil {
		t.Fatal(err)
	}
	uid := os.Getuid()
	if uid == 0 {
		uid = alice
	}
	home = filepath.Join(home, "home")
	s := &dumpSite{t: t, name: name, root: tenantSite(t, home, uid, config(name, name, shared.db(t).Socket))}
	all := []string{"CREATE OR REPLACE DATABASE " + name}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		account := name + "@'" + host + "'"
		all = append(all, "CREATE OR REPLACE USER "+account, "GRANT ALL ON "+name+".* TO "+account)
	}
	if err := shared.db(t).Exec(t.Context(), append(all, "USE "+name)...); err != nil {
		t.Fatal(err)
	}
	if s.db, err = sql.Open("mysql", shared.db(t).DSN(name)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	s.exec(statements...)
	return s
}

// exec runs statements. OWNER in them stands for the site's account.
func (s *dumpSite) exec(statements ...string) {
	s.t.Helper()
	for _, statement := range statements {
		statement = strings.ReplaceAll(statement, "OWNER", s.name+"@localhost")
		if _, err := s.db.Exec(statement); err != nil {
			s.t.Fatalf("%.200s: %v", statement, err)
		}
	}
}

// through returns an option file that makes the site's connections go to another port.
func (s *dumpSite) through(port int) (file string) {
	s.t.Helper()
	file = filepath.Join(s.t.TempDir(), "client.cnf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "[client]\nhost=127.0.0.1\nport=%d\n", port), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// interruptAt returns the port of a proxy for the shared server. After the proxy has passed that
// many bytes from the server on its nth connection, counted from 1, goOn decides whether the
// connection is kept or closed.
func interruptAt(t *testing.T, bytes int64, goOn func(n int64) bool) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var connections atomic.Int64
	address := fmt.Sprintf("127.0.0.1:%d", shared.db(t).Port)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				server, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer server.Close()
				n := connections.Add(1)
				go func() { _, _ = io.Copy(server, client) }()
				if _, err := io.CopyN(client, server, bytes); errors.Is(err, io.EOF) || goOn(n) {
					_, _ = io.Copy(client, server)
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}
