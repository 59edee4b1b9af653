package dump_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// onlyRows returns only the rows, which do not depend on the server.
func onlyRows(things map[string]string) map[string]string {
	things = maps.Clone(things)
	maps.DeleteFunc(things, func(k, _ string) bool { return !strings.HasPrefix(k, "rows of ") })
	return things
}

// A real WordPress database is moved from MariaDB to MySQL and back.
func TestWordPressToTheOtherServerAndBack(t *testing.T) {
	my, maria := mySQL(t), mariaDB(t)
	site, err := lab.InstallWordPress(t.Context(), t.TempDir(), lab.WordPressOptions{Server: maria.maria, Name: "wordpress_there", RowBytes: 3 << 20})
	if err != nil {
		t.Fatal(err)
	}
	want := onlyRows(maria.describe(t, site.Database.Name))
	if len(want) < 10 {
		t.Fatalf("only %d tables", len(want))
	}
	there, report := maria.dump(t, site.Database.Name, dump.Options{For: "mysql8"})
	if len(report.Warnings) > 0 {
		t.Errorf("warnings: %v", report.Warnings)
	}
	my.restore(t, "there", there)
	for _, d := range differences(want, onlyRows(my.describe(t, "there"))) {
		t.Errorf("MariaDB to MySQL: %s", d)
	}
	my.run(t, "there", "SET sql_mode=''; ALTER TABLE wp_posts CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci; ALTER DATABASE COLLATE utf8mb4_0900_as_cs")
	back, report := my.dump(t, "there", dump.Options{For: "mariadb"})
	if len(report.Warnings) > 0 {
		t.Errorf("warnings: %v", report.Warnings)
	}
	maria.restore(t, "andback", back)
	for _, d := range differences(want, onlyRows(maria.describe(t, "andback"))) {
		t.Errorf("MySQL to MariaDB: %s", d)
	}
	plain, _ := my.dump(t, "there", dump.Options{For: "mysql57"})
	if strings.Contains(plain, "_0900_") || strings.Contains(plain, "EXECUTE IMMEDIATE") {
		t.Error("a dump for MySQL 5.7 contains syntax that MySQL 5.7 does not know")
	}
	maria.restore(t, "andback", plain)
}

// Features that the other server lacks are adapted, or left out with a warning.
func TestForAdapts(t *testing.T) {
	my, maria := mySQL(t), mariaDB(t)
	from := maria.database(t, "adapt")
	maria.run(t, from, "CREATE TABLE a (id INT PRIMARY KEY, u CHAR(36) DEFAULT uuid(), t TEXT DEFAULT 'x', n INT DEFAULT (1+2), d DATETIME DEFAULT current_timestamp() ON UPDATE current_timestamp(), "+
		"j JSON, s VARCHAR(10) CHARACTER SET utf8mb3 DEFAULT 'it''s', b BIT(3) DEFAULT b'101', f DOUBLE DEFAULT -1.5, e VARCHAR(10) COLLATE utf8mb4_uca1400_ai_ci DEFAULT 'DEFAULT x', c VARCHAR(5) COLLATE utf8mb4_nopad_bin) CHARSET utf8mb4 COLLATE utf8mb4_uca1400_as_cs; "+
		"CREATE TABLE ar (id INT) ENGINE=Aria; CREATE SEQUENCE sq; CREATE TABLE hist (id INT PRIMARY KEY, n INT WITHOUT SYSTEM VERSIONING, `WITH` INT COMMENT 'WITH SYSTEM VERSIONING') WITH SYSTEM VERSIONING COMMENT='x'; INSERT INTO hist VALUES (1,1,1),(2,2,2); UPDATE hist SET `WITH`=9; DELETE FROM hist WHERE id=2; SET sql_mode='NO_AUTO_CREATE_USER,ANSI_QUOTES'; CREATE PROCEDURE p() SELECT \"id\" FROM a; CREATE VIEW v AS SELECT s, e FROM a; "+
		"INSERT INTO a (id, u, j, s) VALUES (1, 'u', '{\"a\":1}', 'ä'); CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @x = 1; CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1")
	text, report := maria.dump(t, from, dump.Options{For: "mysql8"})
	if w := fmt.Sprint(report.Warnings); len(report.Warnings) != 2 || !strings.Contains(w, "sequence `sq`") || !strings.Contains(w, "table `hist`: the history") {
		t.Errorf("warnings %s", w)
	}
	my.restore(t, "adapted", text)
	got := my.describe(t, "adapted")
	for thing, part := range map[string]string{
		"table a": "DEFAULT (uuid())", "table ar": "ENGINE=InnoDB", "rows of hist": "1|1|9", "table hist": "COMMENT 'WITH SYSTEM VERSIONING'", "rows of a": "|C3A4|", "PROCEDURE p": "ANSI_QUOTES", "table v": "`e`", "trigger tr": "SET @x = 1", "event ev": "EVERY 1 DAY",
	} {
		if !strings.Contains(got[thing], part) {
			t.Errorf("%s: %s; want %s in it", thing, got[thing], part)
		}
	}
	for _, part := range []string{"utf8mb4_0900_ai_ci", "utf8mb4_0900_as_cs", "DEFAULT (_utf8mb4'x')", "DEFAULT 'it''s'", "DEFAULT '-1.5'", "DEFAULT b'101'"} {
		if !strings.Contains(got["table a"], part) {
			t.Errorf("no %s in %s", part, got["table a"])
		}
	}

	from = my.database(t, "adapt")
	my.run(t, from, "CREATE TABLE a (id INT PRIMARY KEY, s VARCHAR(20) COLLATE utf8mb4_0900_as_cs, t TEXT DEFAULT ('x'), j JSON, KEY plain (s(5)), KEY f ((UPPER(s))), UNIQUE KEY g (s, (id+1)), CHECK ((id > 0))) COLLATE utf8mb4_de_pb_0900_ai_ci; "+
		"INSERT INTO a VALUES (1,'é','t','{\"a\": 1}'); CREATE VIEW v AS SELECT * FROM a; CREATE PROCEDURE p() SELECT 1 /* ;; */")
	text, report = my.dump(t, from, dump.Options{For: "mariadb"})
	if w := fmt.Sprint(report.Warnings); len(report.Warnings) != 2 || !strings.Contains(w, "KEY `f`") || !strings.Contains(w, "KEY `g`") {
		t.Errorf("warnings %s", w)
	}
	maria.restore(t, "adapted", text)
	got = maria.describe(t, "adapted")
	for _, part := range []string{"utf8mb4_bin", "utf8mb4_unicode_520_ci", "KEY `plain` (`s`(5))", "CHECK"} {
		if !strings.Contains(got["table a"], part) {
			t.Errorf("no %s in %s", part, got["table a"])
		}
	}
	if _, _, err := tryDump(t.Context(), my.config(from), dump.Options{For: "oracle"}); err == nil {
		t.Error("a dump for Oracle is a success")
	}
}
