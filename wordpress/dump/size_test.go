package dump_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// Rows are restored if their size is near a limit, such as the one at which the protocol splits
// packets.
func TestRowsOfEverySize(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "sizes")
	f.run(t, db, "CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB) ENGINE=InnoDB")
	pool := f.open(t, db)
	id := 0
	for _, about := range []int{0, 250, 65535, 1 << 18, 1 << 19, 1 << 20, 16<<20 - 1} {
		for _, n := range []int{about - 7, about - 6, about - 1, about, about + 1, about + 2} {
			if n < 0 || about > 1<<20 && (n < about-1 || n > about+1) {
				continue
			}
			if id++; n > 1<<20 {
				n -= 9 // the row's other bytes
			}
			if _, err := pool.Exec("INSERT INTO t VALUES (?, REPEAT(?, ?))", id, []byte{byte(id * 37)}, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, _ := f.dump(t, db, dump.Options{})
	f.restore(t, "sizes_back", text, "--max-allowed-packet=64M")
	const stored = "SELECT id, LENGTH(b), SHA2(b, 256) FROM t ORDER BY id" // the hashes are enough: the rows are 50 MB
	want, got := rows(t, pool, stored), rows(t, f.open(t, "sizes_back"), stored)
	if len(want) != id || !reflect.DeepEqual(want, got) {
		t.Errorf("%d rows %v; restored as %v", id, want, got)
	}
}

// Statements are shorter than about a megabyte, and shorter than max_allowed_packet. A row that
// is longer is dumped with a warning.
func TestStatementsAreShorterThanTheLimit(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "limits")
	f.run(t, db, "CREATE TABLE small (id INT PRIMARY KEY, t VARCHAR(300)); INSERT INTO small SELECT seq, REPEAT('''', 100 + seq % 200) FROM seq_1_to_20000; "+
		"CREATE TABLE mid (id INT PRIMARY KEY, t LONGTEXT); INSERT INTO mid SELECT seq, REPEAT('x', seq * 997 % 300000) FROM seq_1_to_100; "+
		"CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT); INSERT INTO big VALUES (1, 'a'), (2, REPEAT('x', 3000000)), (3, 'c')")
	for _, limit := range []int{32 << 20, 500 << 10} {
		f.run(t, "", fmt.Sprintf("SET GLOBAL max_allowed_packet=%d", limit))
		text, report := f.dump(t, db, dump.Options{})
		f.run(t, "", "SET GLOBAL max_allowed_packet=33554432")
		statements, long := 0, 0
		for s := range inserts(text) {
			statements++
			if len(s) > min(limit, 1<<20) {
				long++
			}
		}
		if statements < 10 || statements > 60 || long != 1 {
			t.Errorf("limit %d: %d statements, %d too long", limit, statements, long)
		}
		if warned := strings.Contains(fmt.Sprint(report.Warnings), "table `big`"); warned != (limit < 3000000) {
			t.Errorf("limit %d: warnings %v", limit, report.Warnings)
		}
		f.restore(t, "limits_back", text)
		for _, d := range differences(f.describe(t, db), f.describe(t, "limits_back")) {
			t.Error(d)
		}
	}
}

// inserts yields the INSERT statements of a dump. Values in the dump must not contain newlines.
func inserts(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			begin := strings.Index(text, "INSERT INTO ")
			if begin < 0 {
				return
			}
			text = text[begin:]
			end := strings.Index(text, ";\n") + 2
			if end < 2 || !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

// A dump's memory does not depend on the size of the database.
func TestMemoryIsBounded(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "memory", "InnoDB", 250)
	f.run(t, db, "INSERT INTO m SELECT id+1000, t FROM m; INSERT INTO m SELECT id+10000, t FROM m; CREATE TABLE my (id INT PRIMARY KEY, t LONGTEXT) ENGINE=MyISAM; INSERT INTO my SELECT * FROM m LIMIT 300")
	d, err := dump.Open(t.Context(), f.config(db), dump.Options{Temp: tempIn(t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	runtime.GC()
	var base runtime.MemStats
	runtime.ReadMemStats(&base)
	var most uint64
	w := writer(func(p []byte) (int, error) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc-min(m.HeapAlloc, base.HeapAlloc))
		return len(p), nil
	})
	report, err := d.Write(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if report.Bytes < 130e6 || most > 64<<20 {
		t.Errorf("%d bytes of SQL took %d bytes of memory", report.Bytes, most)
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// The dump allocates no memory per row: with twice the rows, it makes the same allocations.
func TestNoAllocationPerRow(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "allocations")
	f.run(t, db, "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), d DATETIME, x DOUBLE, n DECIMAL(10,2)) CHARACTER SET utf8mb4; INSERT INTO t SELECT seq, CONCAT('it''s ', seq), NOW(), seq/3, seq FROM seq_1_to_100000")
	count := func(where string) uint64 {
		d, err := dump.Open(t.Context(), f.config(db), dump.Options{Where: map[string]string{"t": where}})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := d.Write(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	few, many := count("id <= 1000"), count("id <= 100000")
	if many > few+1000 {
		t.Errorf("%d allocations for 1,000 rows, %d for 100,000", few, many)
	}
}

// Rows that were read under a lock and do not fit into memory leave no file behind.
func TestSpoolLeavesNothing(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "spooled", "MyISAM", fillerRows)
	dir := t.TempDir()
	d, err := dump.Open(t.Context(), f.config(db), dump.Options{Temp: tempIn(dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	f.run(t, db, "DELETE FROM m; DELETE FROM z")
	var b bytes.Buffer
	if report, err := d.Write(t.Context(), &b); err != nil || report.Rows != fillerRows+3 {
		t.Errorf("%v, %+v", err, report)
	}
	missing, err := dump.Open(t.Context(), f.config(filled(t, f, "spooled2", "MyISAM", fillerRows)), dump.Options{Temp: tempIn(dir + "/none")})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, %v", missing, err)
	}
}

// tempIn returns a value for Options.Temp that creates temporary files in a folder.
func tempIn(dir string) func() (*os.File, error) {
	return func() (*os.File, error) { return dump.OpenTemp(dir) }
}
