package dump_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

var lastLine = regexp.MustCompile(`\n(-- Dump completed at [0-9TZ:-]+ tables=(\d+) rows=(\d+) sha256=([0-9a-f]{64})\n)$`)

// completed reports whether a text is a complete dump. It examines only the last line.
func completed(text string) bool {
	m := lastLine.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	sum := sha256.Sum256([]byte(strings.TrimSuffix(text, m[1])))
	return hex.EncodeToString(sum[:]) == m[4]
}

func TestLastLine(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "truth", "InnoDB", fillerRows)
	text, report := f.dump(t, db, dump.Options{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
	m := lastLine.FindStringSubmatch(text)
	if m == nil || !completed(text) {
		t.Fatalf("no last line: %q", text[len(text)-200:])
	}
	if m[2] != "3" || m[3] != fmt.Sprint(fillerRows+3) || report.Rows != fillerRows+3 || len(report.Tables) != 3 {
		t.Errorf("counts %s, %s, report %+v", m[2], m[3], report)
	}
	if !strings.Contains(m[1], "2026-01-02T03:04:05Z") || hex.EncodeToString(report.SHA256[:]) != m[4] || report.Bytes != int64(len(text)) {
		t.Errorf("last line %q, report %+v of %d bytes", m[1], report, len(text))
	}
	if r := report.Tables[1]; r.Name != "m" || r.Rows != fillerRows || r.Bytes < fillerRows*100000 || r.Engine != "InnoDB" || r.Kind != "table" {
		t.Errorf("report of m: %+v", r)
	}
	for _, cut := range []int{1, 50, 100, 1000, len(text) / 2} {
		if completed(text[:len(text)-cut]) {
			t.Errorf("a dump without its last %d bytes counts as complete", cut)
		}
	}
	if completed(strings.Replace(text, "x", "y", 1)) {
		t.Error("a dump with another byte counts as complete")
	}
}

// If the connection is killed at any time, the result never looks like a complete dump.
func TestKilledConnection(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "killed", "InnoDB", 40)
	f.run(t, db, "CREATE TABLE my (id INT PRIMARY KEY, t LONGTEXT) ENGINE=MyISAM; INSERT INTO my SELECT * FROM m LIMIT 20; CREATE VIEW v AS SELECT * FROM a")
	f.run(t, "", "CREATE OR REPLACE USER victim@localhost; GRANT ALL ON killed.* TO victim@localhost")
	as := f.config(db)
	as.User = "victim"
	start := time.Now()
	whole, _, err := tryDump(t.Context(), as, dump.Options{})
	if err != nil || !completed(whole) {
		t.Fatalf("an undisturbed dump: %v", err)
	}
	length := time.Since(start)
	died := 0
	pool := f.open(t, "")
	for i := range 50 {
		killed := make(chan struct{})
		timer := time.AfterFunc(time.Duration(rand.Int64N(int64(length))), func() {
			defer close(killed)
			_, _ = pool.Exec("KILL USER victim") // fails if the dump has not connected yet, or has ended
		})
		start := time.Now()
		text, report, err := tryDump(t.Context(), as, dump.Options{})
		if !timer.Stop() {
			<-killed // otherwise, KILL could hit the next dump
		}
		if err == nil {
			length = min(length, time.Since(start)) // the first dump may have been slower, with empty caches
		}
		switch {
		case err == nil && (!completed(text) || report.Rows != 40+20+3):
			t.Fatalf("run %d: a truncated dump is a success: %+v, %d bytes", i, report, len(text))
		case err != nil && strings.Contains(text, "-- Dump completed"):
			t.Fatalf("run %d: a failed dump ends like a complete one: %v", i, err)
		case err != nil:
			if died++; !errors.Is(err, mysql.ErrLost) && !strings.Contains(err.Error(), "connect to") {
				t.Errorf("run %d: %v does not report a lost connection", i, err)
			}
		}
	}
	if t.Logf("%d of 50 runs were hit", died); died < 20 {
		t.Errorf("only %d of 50 runs were hit", died)
	}
}

// cutter starts a proxy that closes a connection after some bytes of the server's
// answers, and returns its port.
func cutter(t *testing.T, port int, after *atomic.Int64) int {
	t.Helper()
	return proxied(t, port, func(c, s net.Conn) { _, _ = io.CopyN(c, s, after.Load()) })
}

func TestCutConnection(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "cut", "InnoDB", 10)
	f.run(t, "", "CREATE OR REPLACE USER tcp@'127.0.0.1' IDENTIFIED BY 'hush-secret'; GRANT ALL ON cut.* TO tcp@'127.0.0.1'")
	var after atomic.Int64
	as := f.config(db)
	as.Socket, as.Host, as.Port, as.User, as.Password = "", "127.0.0.1", cutter(t, f.port, &after), "tcp", "hush-secret"
	after.Store(1 << 40)
	whole, _, err := tryDump(t.Context(), as, dump.Options{})
	if err != nil || !completed(whole) {
		t.Fatalf("an undisturbed dump: %v", err)
	}
	for n := int64(0); n < 1_000_000; n += 1 + n/7 {
		after.Store(n)
		text, _, err := tryDump(t.Context(), as, dump.Options{})
		if err == nil || completed(text) {
			t.Fatalf("a dump whose connection was cut after %d bytes is a success", n)
		}
		if strings.Contains(err.Error(), "hush-secret") {
			t.Fatalf("the error contains the password: %v", err)
		}
	}
}

func TestFailedWriterFailsTheDump(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "fullsink", "InnoDB", fillerRows)
	full := errors.New("the disk is full")
	for _, after := range []int{0, 100, 1 << 20, 9 << 20} {
		d, err := dump.Open(t.Context(), f.config(db), dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		report, err := d.Write(t.Context(), &limited{n: after, err: full})
		if !errors.Is(err, full) || report != nil {
			t.Errorf("after %d bytes: got %v, %v", after, report, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

// limited is a writer that fails after n bytes.
type limited struct {
	n   int
	err error
}

func (l *limited) Write(p []byte) (int, error) {
	if l.n -= len(p); l.n < 0 {
		return 0, l.err
	}
	return len(p), nil
}
