package dump_test

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A history with transaction IDs cannot be restored. Its old rows do not become current rows.
func TestHistoryByTransactions(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "numbered")
	f.run(t, db, "CREATE TABLE wp_n (a INT, `bigint` INT COMMENT 'ROW START', s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME(s,e)) WITH SYSTEM VERSIONING ENGINE=InnoDB; "+
		"INSERT INTO wp_n (a) VALUES (1),(5); UPDATE wp_n SET a=2 WHERE a=1; DELETE FROM wp_n WHERE a=5; "+
		"CREATE TABLE wp_past LIKE wp_n; INSERT INTO wp_past (a) VALUES (1); DELETE FROM wp_past")
	text, report := f.dump(t, db, dump.Options{})
	if report.Rows != 1 || len(report.Warnings) != 2 || !strings.Contains(report.Warnings[0].String(), "transaction IDs") {
		t.Errorf("%d rows, warnings %v", report.Rows, report.Warnings)
	}
	f.restore(t, "numbered_back", text)
	if got := query(t, f.open(t, "numbered_back"), "SELECT GROUP_CONCAT(a) FROM wp_n"); got != "2" {
		t.Errorf("the current rows are %s", got)
	}
}

// A table that has only old row versions is empty in a dump for MySQL, which has no history.
func TestTableWithHistoryOnlyForMySQL(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "pastonly")
	f.run(t, db, "CREATE TABLE wp_past (a INT) WITH SYSTEM VERSIONING; INSERT INTO wp_past VALUES (1); DELETE FROM wp_past")
	if _, report := f.dump(t, db, dump.Options{For: "mysql8"}); report.Rows != 0 {
		t.Errorf("%d rows", report.Rows)
	}
}
