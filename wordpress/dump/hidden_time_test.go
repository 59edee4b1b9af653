package dump_test

import (
	"context"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// MariaDB returns NULL as the creation time of a table with an index on a virtual column after its
// purge thread has opened the table. This is no change of the table.
func TestCreationTimeIsHidden(t *testing.T) {
	f := mariaDB(t)
	for name, others := range map[string]string{"hidden_time_alone": "", "hidden_time_batch": "CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE z (id INT PRIMARY KEY); INSERT INTO z VALUES (1)"} {
		db := f.database(t, name)
		f.run(t, db, "CREATE TABLE made (id INT PRIMARY KEY, a INT, b INT GENERATED ALWAYS AS (a*2) VIRTUAL, KEY b (b)) ENGINE=InnoDB; INSERT INTO made (id, a) SELECT seq, seq FROM seq_1_to_1000; DO SLEEP(3); "+others)
		hideTime(t, f, db)
		for range 3 {
			text, report := f.dump(t, db, dump.Options{})
			if !completed(text) || len(report.Warnings) > 0 {
				t.Errorf("%s: %v", name, report.Warnings)
			}
		}
	}
}

// hideTime makes the purge thread open the table made, which nobody else has open.
func hideTime(t *testing.T, f *flavour, name string) {
	t.Helper()
	db := f.open(t, name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		// The snapshot keeps the old versions of the rows until the table is closed.
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, "SELECT COUNT(*) FROM made"); err != nil {
			t.Fatal(err)
		}
		f.run(t, name, "UPDATE made SET a = a+1; DELETE FROM made ORDER BY id LIMIT 1; FLUSH TABLES")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		for query(t, db, "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_HISTORY_LIST_LENGTH'") != "0" {
			if ctx.Err() != nil {
				t.Fatal("the purge has not ended")
			}
			time.Sleep(20 * time.Millisecond)
		}
		if query(t, db, "SELECT CREATE_TIME IS NULL FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'made'") == "1" {
			return
		}
	}
}
