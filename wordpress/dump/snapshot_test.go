package dump_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// pause is a writer that blocks after some bytes until goOn is closed. So a test can make
// changes in the middle of a dump.
type pause struct {
	io.Writer
	after   int
	reached chan struct{}
	goOn    chan struct{}
	once    sync.Once
}

func newPause(w io.Writer, after int) *pause {
	return &pause{Writer: w, after: after, reached: make(chan struct{}), goOn: make(chan struct{})}
}

func (p *pause) Write(b []byte) (int, error) {
	if p.after -= len(b); p.after < 0 {
		p.once.Do(func() {
			close(p.reached)
			<-p.goOn
		})
	}
	return p.Writer.Write(b)
}

// writing starts a goroutine that inserts the same rows into two tables until stop is called. It
// writes to both tables in one transaction.
func writing(t *testing.T, f *flavour, db, engine string) (stop func()) {
	t.Helper()
	f.run(t, db, fmt.Sprintf("CREATE TABLE a_left (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE=%[1]s; CREATE TABLE z_right (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE=%[1]s", engine))
	pool := f.open(t, db)
	var done atomic.Bool
	var writes atomic.Int64
	var wait sync.WaitGroup
	wait.Go(func() {
		ctx := context.Background()
		c, err := pool.Conn(ctx)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for i := 0; !done.Load(); i++ {
			for _, s := range []string{
				"LOCK TABLES a_left WRITE, z_right WRITE", // makes both inserts atomic for engines without transactions
				fmt.Sprintf("INSERT INTO a_left (n) VALUES (%d)", i), fmt.Sprintf("INSERT INTO z_right (n) VALUES (%d)", i), "UNLOCK TABLES",
			} {
				if engine == "InnoDB" && s[0] != 'I' {
					s = map[byte]string{'L': "START TRANSACTION", 'U': "COMMIT"}[s[0]]
				}
				if _, err := c.ExecContext(ctx, s); err != nil {
					t.Errorf("write: %v", err)
					return
				}
			}
			writes.Add(1)
		}
	})
	for writes.Load() < 50 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	return func() {
		done.Store(true)
		wait.Wait()
	}
}

func TestSnapshotIsConsistentWhileTheSiteWrites(t *testing.T) {
	for _, engine := range []string{"InnoDB", "MyISAM", "Aria"} {
		t.Run(engine, func(t *testing.T) {
			f := mariaDB(t)
			db := f.database(t, "busy")
			f.run(t, db, "CREATE TABLE m_filler (id INT PRIMARY KEY, t LONGTEXT); INSERT INTO m_filler SELECT seq, REPEAT('x', 100000) FROM seq_1_to_50")
			stop := writing(t, f, db, engine)
			defer stop()
			for range 3 {
				text, _ := f.dump(t, db, dump.Options{})
				f.restore(t, "busy_back", withoutRows(text, "m_filler"))
				back := f.open(t, "busy_back")
				left, right := query(t, back, "SELECT COUNT(*), SUM(n) FROM a_left"), query(t, back, "SELECT COUNT(*), SUM(n) FROM z_right")
				if left != right || left[0] == '0' {
					t.Fatalf("left has %s, right has %s", left, right)
				}
			}
		})
	}
}

// withoutRows removes a table's INSERT statements from a dump, because restoring the filler rows
// would take long. Values in the dump must not contain newlines.
func withoutRows(text, table string) string {
	var kept strings.Builder
	for {
		before, rest, found := strings.Cut(text, "INSERT INTO `"+table+"` ")
		kept.WriteString(before)
		if !found {
			return kept.String()
		}
		_, text, _ = strings.Cut(rest, ";\n")
	}
}

// dumpPaused starts a dump of db that blocks after some bytes; finish lets it continue.
func dumpPaused(t *testing.T, f *flavour, db string, after int) (finish func() error) {
	t.Helper()
	d, err := dump.Open(t.Context(), f.config(db), dump.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := newPause(io.Discard, after)
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
	finish = sync.OnceValue(func() error {
		close(p.goOn)
		return <-result
	})
	t.Cleanup(func() { _ = finish() }) // a test that fails before: the paused dump holds locks
	return finish
}

// fillerRows is a number of rows of 100,000 bytes that fit neither into the buffers of a dump,
// about 4 MiB, nor into the memory of a spool.
const fillerRows = 100

// filled creates a database with three tables. The middle one has the given number of rows of
// 100,000 bytes.
func filled(t *testing.T, f *flavour, db, engine string, rows int) string {
	t.Helper()
	f.database(t, db)
	f.run(t, db, fmt.Sprintf("CREATE TABLE a (id INT PRIMARY KEY, n INT) ENGINE=%[1]s; INSERT INTO a VALUES (1,1); "+
		"CREATE TABLE m (id INT PRIMARY KEY, t LONGTEXT) ENGINE=%[1]s; INSERT INTO m WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<%[2]d) SELECT n, REPEAT('x', 100000) FROM s; "+
		"CREATE TABLE z (id INT PRIMARY KEY, n INT) ENGINE=%[1]s; INSERT INTO z VALUES (1,1),(2,2)", engine, rows))
	return db
}

// meanwhile runs a statement while a dump is blocked. It fails the test if the statement waits
// for the dump. Otherwise the statement may be slow on a busy machine.
func meanwhile(t *testing.T, pool *sql.DB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := pool.ExecContext(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

func TestSiteIsNotBlockedByADumpMariaDB(t *testing.T) { siteIsNotBlocked(t, mariaDB(t)) }

func TestSiteIsNotBlockedByADumpMySQL(t *testing.T) { siteIsNotBlocked(t, mySQL(t)) }

func siteIsNotBlocked(t *testing.T, f *flavour) {
	db := filled(t, f, "goeson", "InnoDB", fillerRows)
	pool := f.open(t, db)
	finish := dumpPaused(t, f, db, 1<<20) // pauses in the middle of table m, after table a
	meanwhile(t, pool, "ALTER TABLE a ADD COLUMN x INT")
	meanwhile(t, pool, "INSERT INTO a (id, n) VALUES (2,2)")
	meanwhile(t, pool, "INSERT INTO m VALUES (1000, 'new')")
	meanwhile(t, pool, "UPDATE z SET n=5")
	if err := finish(); err != nil {
		t.Error(err)
	}
}

func TestSlowReaderHoldsNoLockOnMyISAM(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "nolock", "MyISAM", fillerRows)
	pool := f.open(t, db)
	finish := dumpPaused(t, f, db, 1<<20)
	for _, table := range []string{"a", "m", "z"} {
		meanwhile(t, pool, "ALTER TABLE "+table+" ADD COLUMN x INT")
		meanwhile(t, pool, "DELETE FROM "+table)
	}
	if err := finish(); err != nil {
		t.Error(err)
	}
}

// A change of a table that the dump has not read yet is noticed.
func TestChangedStructureIsNoticedMariaDB(t *testing.T) {
	changesAreNoticed(t, mariaDB(t), map[string]string{"replace": "CREATE OR REPLACE TABLE z (id INT PRIMARY KEY)"})
}

func TestChangedStructureIsNoticedMySQL(t *testing.T) { changesAreNoticed(t, mySQL(t), nil) }

func changesAreNoticed(t *testing.T, f *flavour, changes map[string]string) {
	changes = maps.Clone(changes)
	if changes == nil {
		changes = map[string]string{}
	}
	maps.Copy(changes, map[string]string{
		"alter":    "ALTER TABLE z ADD COLUMN x INT DEFAULT 7, ALGORITHM=COPY",
		"drop":     "DROP TABLE z",
		"rename":   "RENAME TABLE z TO y",
		"truncate": "TRUNCATE TABLE z",
		"refill":   "TRUNCATE TABLE z; INSERT INTO z VALUES (9,9)",
		"recreate": "DROP TABLE z; CREATE TABLE z (id INT PRIMARY KEY, n INT); INSERT INTO z VALUES (8,8)",
	})
	changes["partition"] = "ALTER TABLE zz DROP PARTITION p0"
	changes["partition emptied"] = "ALTER TABLE zz TRUNCATE PARTITION p0"
	changes["swapped"] = "RENAME TABLE z TO tmp, z2 TO z, tmp TO z2"
	db := filled(t, f, "moved", "InnoDB", fillerRows)
	for name, statement := range changes {
		t.Run(name, func(t *testing.T) {
			f.run(t, db, "DROP TABLE IF EXISTS y, z, z2, zz; CREATE TABLE z (id INT PRIMARY KEY, n INT); INSERT INTO z VALUES (1,1),(2,2); CREATE TABLE z2 (id INT PRIMARY KEY, n BIGINT); INSERT INTO z2 VALUES (8,8); "+
				"CREATE TABLE zz (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20)); INSERT INTO zz VALUES (1),(11)")
			finish := dumpPaused(t, f, db, 1<<20)
			f.run(t, db, statement)
			if err := finish(); !errors.Is(err, dump.ErrChanged) {
				t.Errorf("got %v; want ErrChanged", err)
			}
		})
	}
}

// aged waits until all tables of the server are so old that their creation times differ from the
// time of a table that is created now.
func aged(t *testing.T, f *flavour) {
	t.Helper()
	since := query(t, f.open(t, ""), "SELECT NOW()")
	pool := f.open(t, "")
	for query(t, pool, "SELECT '"+since+"' < NOW() - INTERVAL 2 SECOND") != "1" && !t.Failed() {
		time.Sleep(50 * time.Millisecond)
	}
}

// Changes are also noticed for tables that are some seconds old. The dump reads less about these
// before the snapshot.
func TestChangesOfOldTablesAreNoticed(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		changes := []string{
			"ALTER TABLE z ADD COLUMN x INT DEFAULT 7", "ALTER TABLE z ALTER n SET DEFAULT 7", "ALTER TABLE z COMMENT 'new'", "ALTER TABLE z ADD KEY (n)",
			"DROP TABLE z", "TRUNCATE TABLE z; INSERT INTO z VALUES (9,9)", "DROP TABLE z; CREATE TABLE z LIKE z2; INSERT INTO z VALUES (8,8)",
			"ALTER TABLE zz DROP PARTITION p0", "ALTER TABLE zz TRUNCATE PARTITION p0",
		}
		if f.maria != nil { // in MySQL, the snapshot does not see that equal tables have swapped names
			changes = append(changes, "RENAME TABLE z TO tmp, z2 TO z, tmp TO z2")
		}
		create := "CREATE TABLE z%s (id INT PRIMARY KEY, n INT); INSERT INTO z%[1]s VALUES (1,1),(2,2);"
		for i := range changes {
			db := f.database(t, fmt.Sprintf("aged%d", i))
			f.run(t, db, fmt.Sprintf(create, "")+fmt.Sprintf(create, "2")+"CREATE TABLE zz (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20)); INSERT INTO zz VALUES (1),(11)")
		}
		aged(t, f)
		for i, statement := range changes {
			db := fmt.Sprintf("aged%d", i)
			d, err := dump.Open(t.Context(), f.config(db), dump.Options{})
			if err != nil {
				t.Fatal(err)
			}
			f.run(t, db, statement)
			if _, err := d.Write(t.Context(), io.Discard); !errors.Is(err, dump.ErrChanged) {
				t.Errorf("%s: got %v; want ErrChanged", statement, err)
			}
			_ = d.Close()
		}
	})
}

// After the dump has read a table's columns, nobody can alter the table until its rows are read.
func TestDescribedTableIsHeld(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "held")
		f.run(t, db, "CREATE TABLE z (id INT PRIMARY KEY); INSERT INTO z VALUES (1)")
		d, err := dump.Open(t.Context(), f.config(db), dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Hold(t.Context(), "z"); err != nil {
			t.Fatal(err)
		}
		other, err := f.open(t, db).Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if _, err := other.ExecContext(t.Context(), "SET lock_wait_timeout=1"); err != nil {
			t.Fatal(err)
		}
		_, err = other.ExecContext(t.Context(), "ALTER TABLE z ADD n INT")
		if mysql.ErrorNumber(err) != mysql.LockTimeout {
			t.Errorf("the table was altered: %v", err)
		}
	})
}

// Rows that are deleted during the dump are still in the snapshot. This is not a change of
// structure.
func TestDeletedRowsAreInTheSnapshot(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "deleted", "InnoDB", fillerRows)
	f.run(t, db, "CREATE TABLE y_empty (id INT PRIMARY KEY)")
	finish := dumpPaused(t, f, db, 1<<20)
	f.run(t, db, "DELETE FROM z; INSERT INTO y_empty VALUES (1)")
	if err := finish(); err != nil {
		t.Error(err)
	}
}
