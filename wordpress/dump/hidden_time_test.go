package dump_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

const indexedVirtual = "CREATE TABLE made (id INT PRIMARY KEY, a INT, b INT GENERATED ALWAYS AS (a*2) VIRTUAL, KEY b (b)) ENGINE=InnoDB; INSERT INTO made (id, a) SELECT seq, seq FROM seq_1_to_1000; "

// MariaDB returns NULL as the creation time of a table with an index on a virtual column after its
// purge thread has opened the table. This is no change of the table.
func TestCreationTimeIsHiddenBefore(t *testing.T) {
	f := mariaDB(t)
	for name, others := range map[string]string{"hidden_alone": "", "hidden_batch": "CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE z (id INT PRIMARY KEY); INSERT INTO z VALUES (1)"} {
		db := f.database(t, name)
		f.run(t, db, indexedVirtual+others)
		aged(t, f)
		for tries := 1; !hideTime(t, f, db, func() {}); tries++ {
			if tries == 10 {
				t.Fatal("the server does not hide the creation time")
			}
		}
		for range 3 {
			text, report := f.dump(t, db, dump.Options{})
			if !completed(text) || len(report.Warnings) > 0 {
				t.Errorf("%s: %v", name, report.Warnings)
			}
		}
	}
}

// The same if the purge thread opens the table during the dump.
func TestCreationTimeIsHiddenDuringTheDump(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "hidden_later", "InnoDB", fillerRows)
	f.run(t, db, indexedVirtual)
	aged(t, f)
	for tries := 1; ; tries++ {
		var finish func() error
		hidden := hideTime(t, f, db, func() { finish = dumpPaused(t, f, db, 1<<20) })
		if err := finish(); err != nil {
			t.Fatal(err)
		}
		if hidden {
			break
		}
		if tries == 10 {
			t.Fatal("the server does not hide the creation time")
		}
	}
	finish := dumpPaused(t, f, db, 1<<20)
	f.run(t, db, "ALTER TABLE made ADD COLUMN x INT")
	if err := finish(); !errors.Is(err, dump.ErrChanged) {
		t.Errorf("altered while its creation time was hidden: %v", err)
	}
}

// hideTime makes the purge thread open the table made, which nobody else has open. It calls begin
// before that. It returns false if somebody else opened the table first.
func hideTime(t *testing.T, f *flavour, name string, begin func()) bool {
	t.Helper()
	db := f.open(t, name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The snapshot keeps the old versions of the rows.
	if _, err := conn.ExecContext(ctx, "START TRANSACTION WITH CONSISTENT SNAPSHOT"); err != nil {
		t.Fatal(err)
	}
	f.run(t, name, "UPDATE made SET a = a+1; DELETE FROM made ORDER BY id LIMIT 1")
	begin()
	f.run(t, name, "FLUSH TABLES made")
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	for query(t, db, "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_HISTORY_LIST_LENGTH'") != "0" {
		if ctx.Err() != nil {
			t.Fatal("the purge has not ended")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return query(t, db, "SELECT CREATE_TIME IS NULL FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'made'") == "1"
}
