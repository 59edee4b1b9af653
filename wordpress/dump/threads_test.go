package dump_test

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// splitRows is a number of rows of 100,000 bytes with which a table is read in ranges: the
// server's estimate of its size must exceed 16 MiB.
const splitRows = 190

// offPage is a number of bytes that a row stores in a page of its own, of 16 KiB. Such rows make
// a table large with few bytes to dump.
const offPage = 8200

func TestThreadsWriteTheSameDumpMariaDB(t *testing.T) { threadsWriteTheSame(t, mariaDB(t)) }

func TestThreadsWriteTheSameDumpMySQL(t *testing.T) { threadsWriteTheSame(t, mySQL(t)) }

func threadsWriteTheSame(t *testing.T, f *flavour) {
	db := filled(t, f, "threads", "InnoDB", splitRows)
	f.run(t, db, "CREATE TABLE neg (k BIGINT, l INT, t LONGTEXT, PRIMARY KEY (k, l)); INSERT INTO neg SELECT -9223372036854775807 + m.id*20000000000000000 + x.id, m.id, LEFT(t, 7000) FROM m, (SELECT id FROM m LIMIT 21) x; "+
		"CREATE TABLE my (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO my VALUES (1); CREATE VIEW v AS SELECT * FROM a; CREATE TABLE none (id INT PRIMARY KEY)")
	large := fmt.Sprintf("SELECT CONCAT(m.id, '-', x.id) AS k, LEFT(t, %d) AS t FROM m, (SELECT id FROM m LIMIT 7) x", offPage)
	f.run(t, db, "CREATE TABLE nokey (k VARCHAR(10), t LONGTEXT); INSERT INTO nokey "+large+"; CREATE TABLE text (k VARCHAR(10) PRIMARY KEY, t LONGTEXT); INSERT INTO text "+large)
	f.run(t, db, "ANALYZE TABLE m, neg, nokey, text")
	if n := query(t, f.open(t, ""), "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'threads' AND data_length > 16 << 20"); n != "4" {
		t.Fatalf("%s: %s tables are large enough to be read in ranges, want 4", f.name, n)
	}
	plain, first := f.dump(t, db, dump.Options{})
	apart := regexp.MustCompile(`;\nINSERT INTO [^\n]* VALUES\n`)
	cut := func(s string) string { // removes the lines with times, and joins all INSERTs
		return apart.ReplaceAllString(s[strings.Index(s, "/*!"):strings.LastIndex(s, "-- Dump")], ",\n")
	}
	want, statements := cut(plain), strings.Count(plain, "INSERT INTO `neg`")
	for _, n := range []int{2, 5} {
		text, report := f.dump(t, db, dump.Options{Threads: n})
		if !completed(text) || len(report.Warnings) > 0 || report.Rows != first.Rows || fmt.Sprint(len(report.Tables)) != fmt.Sprint(len(first.Tables)) {
			t.Errorf("%s, %d threads: %+v", f.name, n, report)
		}
		if strings.Count(text, "INSERT INTO `neg`") <= statements {
			t.Errorf("%s, %d threads: the table was not read in ranges", f.name, n)
		}
		if cut(text) != want {
			t.Errorf("%s, %d threads: the dump differs from the dump by one thread", f.name, n)
		}
	}
}

func TestThreadsRestoreEverything(t *testing.T) {
	f := mariaDB(t)
	db, want := f.torture(t)
	text, _ := f.dump(t, db, dump.Options{Threads: 3})
	f.restore(t, "tortured_back", text)
	for _, d := range differences(want, f.describe(t, "tortured_back")) {
		t.Error(d)
	}
}

func TestThreadsShareOneSnapshot(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "busythreads")
	f.run(t, db, "CREATE TABLE m_filler (id INT PRIMARY KEY, t LONGTEXT); INSERT INTO m_filler SELECT seq, REPEAT('x', 100000) FROM seq_1_to_200; ANALYZE TABLE m_filler")
	stop := writing(t, f, db, "InnoDB")
	defer stop()
	shared := 0
	for range 4 {
		text, report := f.dump(t, db, dump.Options{Threads: 2})
		if len(report.Warnings) == 0 {
			shared++
		}
		f.restore(t, "busythreads_back", withoutRows(text, "m_filler"))
		back := f.open(t, "busythreads_back")
		left, right := query(t, back, "SELECT COUNT(*), SUM(n) FROM a_left"), query(t, back, "SELECT COUNT(*), SUM(n) FROM z_right")
		if left != right || left[0] == '0' {
			t.Fatalf("left has %s, right has %s", left, right)
		}
	}
	if shared == 0 {
		t.Error("no dump was made by two threads")
	}
}

func TestThreadsNoticeChanges(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "threadsmoved", "InnoDB", splitRows)
	f.run(t, db, "CREATE TABLE n (id INT PRIMARY KEY, t LONGTEXT); INSERT INTO n SELECT * FROM m; ANALYZE TABLE m, n")
	for _, statement := range []string{"TRUNCATE TABLE z", "DROP TABLE z", "ALTER TABLE z ADD COLUMN x INT, ALGORITHM=COPY"} {
		f.run(t, db, "DROP TABLE IF EXISTS z; CREATE TABLE z (id INT PRIMARY KEY, n INT); INSERT INTO z VALUES (1,1),(2,2)")
		d, err := dump.Open(t.Context(), f.config(db), dump.Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		p := newPause(io.Discard, 1<<20)
		result := make(chan error, 1)
		go func() {
			_, err := d.Write(t.Context(), p)
			result <- errors.Join(err, d.Close())
		}()
		select {
		case <-p.reached:
		case err := <-result:
			t.Fatalf("the dump ended too early: %v", err)
		}
		f.run(t, db, statement)
		close(p.goOn)
		if err := <-result; !errors.Is(err, dump.ErrChanged) {
			t.Errorf("%s: got %v; want ErrChanged", statement, err)
		}
	}
}
