package dump_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// The time for a dump of small tables depends on the number of statements, and on the number of
// requests, because each request waits for its answer.
func TestFewQueriesPerTable(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		questions := func() int {
			n, err := strconv.Atoi(strings.TrimPrefix(query(t, f.open(t, ""), "SHOW GLOBAL STATUS LIKE 'Questions'"), "Questions "))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		const few, many = 12, 150
		databases := map[int]string{few: f.database(t, "few"), many: f.database(t, "many")}
		for n, db := range databases {
			var script strings.Builder
			for i := range n {
				fmt.Fprintf(&script, "CREATE TABLE wp_%d_options (id INT PRIMARY KEY, v TEXT); INSERT INTO wp_%[1]d_options VALUES (%[1]d, REPEAT('x', 9000));", i)
			}
			f.run(t, db, script.String())
		}
		aged(t, f)
		limits := map[int]int{few: 70, many: 9 * many / 2}
		requestLimits := map[int]int{few: 35, many: 60}
		if f.maria == nil { // with MySQL, the dump also reads each definition before the snapshot, and under its lock
			limits = map[int]int{few: 85, many: 11 * many / 2}
			requestLimits = map[int]int{few: 50, many: 3 * many / 2}
		}
		for n, most := range limits {
			config, requests := f.recorded(t, databases[n])
			before := questions()
			text, report, err := tryDump(t.Context(), config, dump.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if n := questions() - before; n > most {
				t.Errorf("%d questions, want at most %d", n, most)
			}
			if r := len(requests()); r > requestLimits[n] {
				t.Errorf("%d requests for %d tables, want at most %d", r, n, requestLimits[n])
			}
			if int(report.Rows) != n || strings.Count(text, "\nCREATE TABLE") != n || strings.Count(text, "\nINSERT INTO") != n {
				t.Errorf("%d rows, %d tables; want %d", report.Rows, strings.Count(text, "\nCREATE TABLE"), n)
			}
		}
	})
}

// A server may have thousands of databases. No query makes it search all of them.
func TestOtherDatabasesAreNotSearched(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "own")
	f.run(t, db, "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE u (id INT PRIMARY KEY, e ENUM('?')); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @x=1; "+
		"CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f() RETURNS INT RETURN 1; CREATE TABLE h (id INT) WITH SYSTEM VERSIONING")
	config, requests := f.recorded(t, db)
	if _, _, err := tryDump(t.Context(), config, dump.Options{}); err != nil {
		t.Fatal(err)
	}
	pool, explained := f.open(t, db), 0
	for _, request := range requests() {
		for statement := range strings.SplitSeq(request, ";\n") {
			if !strings.HasPrefix(statement, "SELECT") || !strings.Contains(statement, "information_schema") {
				continue
			}
			explained++
			for _, row := range rows(t, pool, "EXPLAIN "+statement) {
				if line := strings.Join(row, " "); strings.Contains(line, "Scanned all databases") {
					t.Errorf("%s: %s", line, statement)
				}
			}
		}
	}
	if explained < 6 {
		t.Errorf("only %d queries were seen", explained)
	}
}

// recorded returns a configuration that connects to the server through a proxy's socket. The
// proxy records the requests.
func (f *flavour) recorded(t *testing.T, db string) (config wordpress.Database, requests func() []string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "q") //nolint:usetesting // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = listener.Close(), os.RemoveAll(dir) })
	var mu sync.Mutex
	var list []string
	relay := func(client net.Conn) {
		defer client.Close()
		server, err := net.Dial("unix", f.socket)
		if err != nil {
			return
		}
		defer server.Close()
		go func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		}()
		buf := make([]byte, 1<<20)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			list = append(list, string(buf[min(5, n):n])) // after the header and the command
			mu.Unlock()
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(client)
		}
	}()
	config = f.config(db)
	config.Socket = listener.Addr().String()
	return config, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}
