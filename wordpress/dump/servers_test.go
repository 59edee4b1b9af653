//go:build servers

package dump_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// releases holds, by name, the servers that were started.
var releases = struct {
	sync.Mutex
	started map[string]*flavour
}{started: map[string]*flavour{}}

// release returns the server with a name. The tests share it.
func release(t *testing.T, name string) *flavour {
	t.Helper()
	releases.Lock()
	defer releases.Unlock()
	if f := releases.started[name]; f != nil {
		return f
	}
	m, err := lab.StartRelease(context.Background(), name, filepath.Join(servers.dir, name), "--max-allowed-packet=32M", "--innodb-flush-method=nosync")
	if err != nil {
		t.Fatal(err)
	}
	f := &flavour{name: name, socket: m.Socket, port: m.Port, client: m.Client, dsn: m.DSN, stop: m.Kill}
	if name != "mysql" && name != "mysql-5.6" {
		f.maria = m
	}
	releases.started[name] = f
	servers.others = append(servers.others, f)
	return f
}

// script runs SQL with the stock client. The SQL is in UTF-8.
func (f *flavour) script(t *testing.T, db, sql string) {
	t.Helper()
	if out, err := f.feed(db, []byte(sql), "--binary-mode", "--default-character-set=utf8mb4"); err != nil {
		t.Fatalf("%s: %v: %s", f.name, err, out)
	}
}

// migrate restores a dump on another server, with its stock client and default options.
func migrate(t *testing.T, from, to *flavour, db, text string) {
	t.Helper()
	to.database(t, db)
	if out, err := to.feed(db, []byte(text), "--binary-mode"); err != nil {
		t.Fatalf("%s to %s: %v: %s", from.name, to.name, err, out)
	}
}

// allServers are the names of all servers that scripts/fetch knows.
var allServers = []string{"mariadb-10.5", "mariadb-10.11", "mariadb-11.8", "mysql", "mysql-5.6"}

func TestServersKeepNamesAndCommentsOfLatin1Clients(t *testing.T) {
	for _, name := range allServers {
		checkProgramsOfLatin1(t, release(t, name))
	}
}
