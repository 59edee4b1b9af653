package dump_test

import (
	"errors"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A table that another session locks for a long time is not a table that the account
// cannot read: the dump must fail and be started again, not continue without it.
func TestLockedTableIsNotMissing(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "locked")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY); INSERT INTO wp_a VALUES (1)")
	pool := f.open(t, db)
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("LOCK TABLES wp_a WRITE"); err != nil {
		t.Fatal(err)
	}
	if _, report, err := tryDump(t.Context(), f.config(db), dump.Options{}); !errors.Is(err, dump.ErrChanged) {
		t.Errorf("%v, %+v", err, report)
	}
	if _, err := pool.Exec("UNLOCK TABLES"); err != nil {
		t.Fatal(err)
	}
	if _, report := f.dump(t, db, dump.Options{}); report.Rows != 1 {
		t.Errorf("%+v", report)
	}
}
