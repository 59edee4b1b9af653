package dump_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func eachServer(t *testing.T, test func(t *testing.T, f *flavour)) {
	t.Helper()
	t.Run("mariadb", func(t *testing.T) { test(t, mariaDB(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, mySQL(t)) })
}

// If another session locks a table for too long, the dump fails. The error names the table and
// the session. The dump does not continue without the table, as it does if the account cannot
// read it.
func TestLockedTableIsNamed(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "locked")
		f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1); CREATE TABLE wp_b (t VARCHAR(99)) ENGINE=MyISAM; INSERT INTO wp_b VALUES ('x')")
		for table, lock := range map[string]string{"wp_a": "LOCK TABLES wp_a WRITE", "wp_b": "LOCK TABLES wp_b WRITE"} {
			pool := f.open(t, db)
			pool.SetMaxOpenConns(1)
			if _, err := pool.Exec(lock); err != nil {
				t.Fatal(err)
			}
			_, report, err := tryDump(t.Context(), f.config(db), dump.Options{LockWait: time.Millisecond})
			if err == nil || errors.Is(err, dump.ErrChanged) || !strings.Contains(err.Error(), "in use: "+table+"; session ") || !strings.Contains(err.Error(), "is idle") {
				t.Errorf("%v, %+v", err, report)
			}
			if _, err := pool.Exec("UNLOCK TABLES"); err != nil {
				t.Fatal(err)
			}
		}
		if _, report := f.dump(t, db, dump.Options{}); report.Rows != 2 {
			t.Errorf("%+v", report)
		}
	})
}

// A statement of another session is shown without its literals, which may be secrets.
func TestLockingStatementIsNamed(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "locked2")
		f.run(t, db, "CREATE TABLE wp_a (t VARCHAR(99)) ENGINE=MyISAM; INSERT INTO wp_a VALUES ('x')")
		pool := f.open(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var wait sync.WaitGroup
		defer wait.Wait()
		defer cancel()
		defer f.killProcess(t, db, "SLEEP(60)")
		wait.Go(func() { _, _ = pool.ExecContext(ctx, "UPDATE wp_a SET t=CONCAT('s3cret', SLEEP(60))") })
		f.waitForProcess(t, db, "SLEEP(60)")
		_, _, err := tryDump(t.Context(), f.config(db), dump.Options{LockWait: time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), "runs: UPDATE wp_a SET t=CONCAT('…', SLEEP(60))") || strings.Contains(err.Error(), "s3cret") {
			t.Error(err)
		}
	})
}

// waitForProcess waits until a session of the database executes a statement.
func (f *flavour) waitForProcess(t *testing.T, db, statement string) {
	t.Helper()
	for len(f.processes(t, db, statement)) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
}

// waitForNoProcess waits until no session executes the statement.
func (f *flavour) waitForNoProcess(t *testing.T, db, statement string) {
	t.Helper()
	for len(f.processes(t, db, statement)) > 0 {
		time.Sleep(5 * time.Millisecond)
	}
}

// processes returns the connection IDs of the sessions that execute a statement.
func (f *flavour) processes(t *testing.T, db, statement string) []string {
	t.Helper()
	return strings.Fields(query(t, f.open(t, ""), "SELECT COALESCE(GROUP_CONCAT(ID SEPARATOR ' '), '') FROM information_schema.PROCESSLIST WHERE DB='"+db+"' AND INFO LIKE '%"+statement+"%'"))
}

// killProcess ends the statement of other sessions.
func (f *flavour) killProcess(t *testing.T, db, statement string) {
	t.Helper()
	for _, id := range f.processes(t, db, statement) {
		f.run(t, "", "KILL QUERY "+id)
	}
}

// The dump waits for locks, and calls Waiting. It then contains the locked table, whichever
// statement needed the lock.
func TestDumpWaitsForLocks(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "waited")
		f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1); CREATE TABLE wp_b (id INT) ENGINE=MyISAM; INSERT INTO wp_b VALUES (1); CREATE VIEW wp_v AS SELECT * FROM wp_a")
		pool := f.open(t, db)
		pool.SetMaxOpenConns(1)
		if _, err := pool.Exec("LOCK TABLES wp_a WRITE, wp_b WRITE"); err != nil {
			t.Fatal(err)
		}
		var events []bool
		var release sync.Once
		waiting := func(begins bool) {
			events = append(events, begins)
			release.Do(func() {
				if _, err := pool.Exec("UNLOCK TABLES"); err != nil {
					t.Error(err)
				}
			})
		}
		_, report := f.dump(t, db, dump.Options{Waiting: waiting})
		if report.Rows != 2 || len(report.Missing) > 0 || len(events) != 2 || !events[0] || events[1] {
			t.Errorf("%d rows, missing %v, events %v", report.Rows, report.Missing, events)
		}
	})
}

// The dump waits for an ALTER that itself waits for a long query. It then contains the altered
// table.
func TestDumpWaitsForAQueuedAlter(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "altered")
		f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1)")
		pool := f.open(t, db)
		var wait sync.WaitGroup
		defer wait.Wait()
		defer f.killProcess(t, db, "SLEEP(60)")
		wait.Go(func() { _, _ = pool.Exec("SELECT SLEEP(60) FROM wp_a") })
		f.waitForProcess(t, db, "SLEEP(60)")
		wait.Go(func() {
			if _, err := pool.Exec("ALTER TABLE wp_a ADD COLUMN added INT"); err != nil {
				t.Error(err)
			}
		})
		f.waitForProcess(t, db, "ADD COLUMN")
		var once sync.Once
		text, report := f.dump(t, db, dump.Options{Waiting: func(bool) {
			once.Do(func() {
				f.killProcess(t, db, "SLEEP(60)")
				f.waitForNoProcess(t, db, "ADD COLUMN")
			})
		}})
		if report.Rows != 1 || !strings.Contains(text, "`added`") {
			t.Errorf("%d rows: %s", report.Rows, text)
		}
	})
}

// The dump also waits for a lock that is taken in the middle of the dump.
func TestDumpWaitsForALockInTheMiddle(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "midlock", "InnoDB", fillerRows)
	pool := f.open(t, db)
	pool.SetMaxOpenConns(1)
	unlock := func(bool) { _, _ = pool.Exec("UNLOCK TABLES") }
	d, err := dump.Open(t.Context(), f.config(db), dump.Options{Waiting: unlock})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p := newPause(io.Discard, 1<<20)
	result := make(chan error, 1)
	go func() {
		_, err := d.Write(t.Context(), p)
		result <- err
	}()
	<-p.reached
	meanwhile(t, pool, "LOCK TABLES z WRITE")
	close(p.goOn)
	if err := <-result; err != nil {
		t.Error(err)
	}
}

// Waiting for a lock ends with the context.
func TestWaitingForALockEndsWithTheContext(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "waitends")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY)")
	pool := f.open(t, db)
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("LOCK TABLES wp_a WRITE"); err != nil {
		t.Fatal(err)
	}
	end := errors.New("the test ends it")
	ctx, cancel := context.WithCancelCause(t.Context())
	if _, _, err := tryDump(ctx, f.config(db), dump.Options{Waiting: func(bool) { cancel(end) }}); !errors.Is(err, end) {
		t.Error(err)
	}
}

// With an account that may have only one connection, non-transactional tables are read before
// the snapshot. They are still read under a lock, and there is a warning.
func TestOneConnection(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "oneconn")
		f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1); CREATE TABLE wp_b (id INT) ENGINE=MyISAM; INSERT INTO wp_b VALUES (1),(2); "+
			"DROP USER IF EXISTS oneconn@localhost; CREATE USER oneconn@localhost IDENTIFIED BY 'pass-word' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON oneconn.* TO oneconn@localhost")
		t.Cleanup(func() { f.run(t, "", "DROP USER oneconn@localhost") })
		account := wordpress.Database{Name: db, User: "oneconn", Password: "pass-word", Socket: f.socket, TablePrefix: "wp_"}
		for _, threads := range []int{1, 3} {
			text, report, err := tryDump(t.Context(), account, dump.Options{Threads: threads})
			if err != nil || !completed(text) || report.Rows != 3 || !strings.Contains(report.Warnings[0].Text, "one connection") {
				t.Fatalf("%d threads: %v, %+v", threads, err, report)
			}
		}
	})
}

// A view that needs a second connection is reported as missing, and does not stop the dump.
func TestViewThatNeedsASecondConnection(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "oneview")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1); CREATE SEQUENCE wp_s; CREATE VIEW wp_v AS SELECT NEXT VALUE FOR wp_s AS n; "+
		"DROP USER IF EXISTS oneview@localhost; CREATE USER oneview@localhost IDENTIFIED BY 'pass-word' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON oneview.* TO oneview@localhost")
	t.Cleanup(func() { f.run(t, "", "DROP USER oneview@localhost") })
	account := wordpress.Database{Name: db, User: "oneview", Password: "pass-word", Socket: f.socket, TablePrefix: "wp_"}
	_, report, err := tryDump(t.Context(), account, dump.Options{})
	if err != nil || report.Rows != 1 || len(report.Missing) != 1 || !strings.Contains(report.Missing[0].Object, "wp_v") {
		t.Errorf("%v, %+v", err, report)
	}
}

// Connecting is retried if the server has no free connection, or if the account already has as
// many connections as it may have.
func TestBusyServerIsRetried(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "crowded")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1)")
	for limit, account := range map[string]string{"": "WITH MAX_USER_CONNECTIONS 2", "SET GLOBAL max_connections=10": ""} {
		f.run(t, "", "DROP USER IF EXISTS crowd@localhost; CREATE USER crowd@localhost IDENTIFIED BY 'pass-word' "+account+"; GRANT ALL ON crowded.* TO crowd@localhost; "+limit)
		err := crowd(t, wordpress.Database{Name: db, User: "crowd", Password: "pass-word", Socket: f.socket})
		f.run(t, "", "SET GLOBAL max_connections=151; DROP USER crowd@localhost")
		if err != nil {
			t.Errorf("%s%s: %v", account, limit, err)
		}
	}
}

// crowd opens dumps until one has to wait. It ends one such wait by its context, and another by
// closing the first dump.
func crowd(t *testing.T, account wordpress.Database) error {
	var open []*dump.Dump
	defer func() {
		for _, d := range open {
			_ = d.Close()
		}
	}()
	end := errors.New("the test ends it")
	for {
		ctx, cancel := context.WithCancelCause(t.Context())
		d, err := dump.Open(ctx, account, dump.Options{Waiting: func(bool) { cancel(end) }})
		cancel(nil)
		if errors.Is(err, end) {
			break
		}
		if err != nil || len(open) > 20 {
			return fmt.Errorf("no wait after %d dumps: %w", len(open), err)
		}
		open = append(open, d)
	}
	_, _, err := tryDump(t.Context(), account, dump.Options{Waiting: func(bool) { _ = open[0].Close() }})
	return err
}

// If the queue of a socket is full, the client waits. It does not connect to another address,
// which would get the passwords of the site and of the operator.
func TestDialRetriesFullSocketQueue(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "queued")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1)")
	dir, err := os.MkdirTemp("/tmp", "queue") //nolint:usetesting // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrUnix{Name: path}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	first, err := net.Dial("unix", path) // fills the queue
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	l, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var serve sync.Once
	waiting := func(bool) { serve.Do(func() { go forward(l, f.socket) }) }
	account := f.config(db)
	account.Socket = path
	if _, report, err := tryDump(t.Context(), account, dump.Options{Waiting: waiting}); err != nil || report.Rows != 1 {
		t.Error(err)
	}
}

// forward connects each connection that l accepts to another socket, until l is closed.
func forward(l net.Listener, path string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", path)
		if err != nil {
			_ = from.Close()
			continue
		}
		for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
			go func() {
				_, _ = io.Copy(way[0], way[1])
				_ = way[0].Close()
			}()
		}
	}
}
