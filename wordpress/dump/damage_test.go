package dump_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

func TestDamagedTableMariaDB(t *testing.T) { damagedTable(t, mariaDB(t)) }

func TestDamagedTableMySQL(t *testing.T) { damagedTable(t, mySQL(t)) }

// damagedTable dumps a database with a MyISAM table that is damaged in its middle.
func damagedTable(t *testing.T, f *flavour) {
	db := f.database(t, "damaged")
	f.run(t, db, "CREATE TABLE aa (id INT PRIMARY KEY, v INT); INSERT INTO aa VALUES (1,1); CREATE TABLE numbers (n INT); INSERT INTO numbers VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9); "+
		"CREATE TABLE middle (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100), t TEXT) ENGINE=MyISAM; INSERT INTO middle (v, t) SELECT REPEAT('y',90), REPEAT('z',500) FROM numbers a, numbers b, numbers c; "+
		"CREATE TABLE zz (id INT) ENGINE=MyISAM; INSERT INTO zz VALUES (7); CREATE TRIGGER ontr BEFORE INSERT ON middle FOR EACH ROW SET @x=1; CREATE TRIGGER aatr BEFORE INSERT ON aa FOR EACH ROW SET @x=1; "+
		"CREATE VIEW onmiddle AS SELECT id FROM middle; CREATE VIEW ononmiddle AS SELECT id FROM onmiddle; CREATE VIEW onaa AS SELECT id FROM aa; FLUSH TABLES")
	f.overwrite(t, db, "middle.MYD", 300_000)
	sql, report := f.dump(t, db, dump.Options{})
	if len(report.Missing) != 1 || report.Missing[0].Object != "table `middle`" || !strings.Contains(report.Missing[0].Text, "`middle__incomplete`") {
		t.Errorf("missing: %v", report.Missing)
	}
	for _, name := range []string{"trigger `ontr`", "view `onmiddle`", "view `ononmiddle`"} {
		if strings.Count(fmt.Sprint(report.Warnings), name+": it cannot be created") != 1 {
			t.Errorf("%s is not named once in %v", name, report.Warnings)
		}
	}
	for range 2 { // the second restore replaces the objects of the first
		if out, err := f.feed(f.kept(t, "damaged_back"), []byte(sql)); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	there := f.describe(t, "damaged_back")
	for _, name := range []string{"table middle", "trigger ontr", "table onmiddle", "table ononmiddle"} {
		if _, ok := there[name]; ok {
			t.Errorf("%s is restored", name)
		}
	}
	for _, name := range []string{"table aa", "table zz", "table onaa", "trigger aatr"} {
		if _, ok := there[name]; !ok {
			t.Errorf("%s is not restored", name)
		}
	}
	back := f.open(t, "damaged_back")
	if got := query(t, back, "SELECT COUNT(*) BETWEEN 100 AND 999 FROM middle__incomplete WHERE t=REPEAT('z',500) AND v=REPEAT('y',90)"); got != "1" {
		t.Error("the rows before the damage are not restored")
	}
	if got := query(t, back, "SELECT COUNT(*) FROM middle__incomplete"); !strings.Contains(fmt.Sprint(report.Tables), "{middle__incomplete table MyISAM "+got+" ") {
		t.Errorf("it has %s rows; the report says %v", got, report.Tables)
	}
	if _, _, err := tryDump(t.Context(), f.config(db), dump.Options{Strict: true}); err == nil || !strings.Contains(err.Error(), "`middle`") {
		t.Errorf("strict: %v", err)
	}
}

// overwrite damages a file of a database at an offset.
func (f *flavour) overwrite(t *testing.T, db, name string, at int64) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(query(t, f.open(t, db), "SELECT @@datadir"), db, name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt([]byte(strings.Repeat("\xa5\x17garbage", 3000)), at)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	f.run(t, db, "FLUSH TABLES")
}

// A table whose first row cannot be read is not restored as an empty table, and its other
// rows are not lost.
func TestDamageAtTheBeginning(t *testing.T) {
	f := mariaDB(t)
	for _, c := range []struct {
		engine, file string
		at           int64
		rows         string
	}{{"MyISAM", "middle.MYD", 0, "0"}, {"MyISAM", "middle.MYI", 2048, "200"}, {"Aria", "middle.MAD", 8192, "0"}} {
		db := f.database(t, "beginning")
		f.run(t, db, "CREATE TABLE middle (id INT PRIMARY KEY, v VARCHAR(100), KEY (v)) ENGINE="+c.engine+"; INSERT INTO middle SELECT seq, REPEAT('y',90) FROM seq_1_to_200; CREATE TABLE zz (id INT); CREATE VIEW v AS SELECT id FROM middle; FLUSH TABLES")
		f.overwrite(t, db, c.file, c.at)
		check, err := dump.Check(t.Context(), f.config(db), dump.Options{}) // a checkup reads only the first entry of an index
		if err != nil || c.file == "middle.MYI" && len(check.Missing) != 1 || len(check.Missing) == 1 && check.Missing[0].Object != "table `middle`" {
			t.Errorf("%s: check: %v, %+v", c.file, err, check)
		}
		sql, report := f.dump(t, db, dump.Options{})
		if len(report.Missing) != 1 || report.Missing[0].Object != "table `middle`" {
			t.Errorf("%s: missing: %v", c.file, report.Missing)
		}
		f.restore(t, "beginning_back", sql)
		back := f.open(t, "beginning_back")
		if got := query(t, back, "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()"); got != "middle__incomplete,zz" {
			t.Errorf("%s: restored tables: %s", c.file, got)
		}
		if got := query(t, back, "SELECT COUNT(*) FROM middle__incomplete"); got != c.rows {
			t.Errorf("%s: %s rows; want %s", c.file, got, c.rows)
		}
		f.run(t, "", "DROP DATABASE beginning; DROP DATABASE beginning_back")
	}
}

// A server does not show the views and triggers of a table that it cannot open. Their
// definitions in information_schema are kept as comments.
func TestViewThatCannotBeReadIsKeptAsAComment(t *testing.T) {
	for name, f := range map[string]*flavour{"mariadb": mariaDB(t), "mysql": mySQL(t)} {
		t.Run(name, func(t *testing.T) {
			db := f.database(t, "unopened")
			f.run(t, db, "CREATE TABLE zz (id INT); CREATE TABLE middle (id INT PRIMARY KEY) ENGINE=MyISAM; CREATE SQL SECURITY INVOKER VIEW v AS SELECT id FROM middle WHERE id > 5 WITH LOCAL CHECK OPTION; "+
				"CREATE VIEW onv AS SELECT id FROM v; CREATE TRIGGER tr BEFORE INSERT ON middle FOR EACH ROW SET @x=17; FLUSH TABLES")
			f.overwrite(t, db, "middle.MYI", 0)
			sql, report := f.dump(t, db, dump.Options{})
			for _, want := range []string{"-- CREATE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW `v` AS select `middle`.`id` AS `id` from `middle` where ", " WITH LOCAL CHECK OPTION\n", "VIEW `onv` AS select `v`.`id`", "SET @x=17\n"} {
				if comment := regexp.MustCompile("(?m)^-- .*" + regexp.QuoteMeta(strings.TrimPrefix(want, "-- "))); !comment.MatchString(sql) && f.maria != nil {
					t.Errorf("no comment with %q", want)
				}
			}
			for _, want := range []string{"table `middle`", "view `v`", "view `onv`", "trigger `tr`"} {
				if !strings.Contains(fmt.Sprint(report.Missing, report.Warnings), want+": ") {
					t.Errorf("%s is not named in %v, %v", want, report.Missing, report.Warnings)
				}
			}
			f.restore(t, "unopened_back", sql)
			if _, ok := f.describe(t, "unopened_back")["table zz"]; !ok {
				t.Error("the other table is not restored")
			}
		})
	}
}

// kept creates a database unless it exists, and drops it after the test.
func (f *flavour) kept(t *testing.T, name string) string {
	f.run(t, "", "CREATE DATABASE IF NOT EXISTS `"+name+"`")
	t.Cleanup(func() { f.run(t, "", "DROP DATABASE IF EXISTS `"+name+"`") })
	return name
}

func TestErrorWhileReadingASnapshotMariaDB(t *testing.T) {
	errorWhileReadingASnapshot(t, mariaDB(t))
}

func TestErrorWhileReadingASnapshotMySQL(t *testing.T) { errorWhileReadingASnapshot(t, mySQL(t)) }

// failing is a condition that servers cannot evaluate from row 500 on.
const failing = "id < 500 OR (SELECT m.id FROM (SELECT 1 AS x UNION ALL SELECT 2) d) > 0"

// errorWhileReadingASnapshot provokes a server's error in the middle of an InnoDB table to
// which other tables refer.
func errorWhileReadingASnapshot(t *testing.T, f *flavour) {
	db := f.database(t, "erring")
	long := strings.Repeat("ñ", 64)
	f.run(t, db, "SET foreign_key_checks=0; CREATE TABLE numbers (n INT); INSERT INTO numbers VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9); "+
		"CREATE TABLE a_child (id INT PRIMARY KEY, p INT, CONSTRAINT fka FOREIGN KEY (p) REFERENCES m (id) ON DELETE CASCADE); INSERT INTO a_child VALUES (1, 7); "+
		"CREATE TABLE m (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES m (id)); INSERT INTO m SELECT 1+c.n+10*b.n+100*a.n, NULL FROM numbers a, numbers b, numbers c; "+
		"CREATE TABLE m__Incomplete (id INT); CREATE TABLE `"+long+"` (id INT PRIMARY KEY); INSERT INTO `"+long+"` SELECT id FROM m; "+
		"CREATE TABLE z_child (id INT PRIMARY KEY, p INT, CONSTRAINT fkz FOREIGN KEY (p) REFERENCES m (id)); INSERT INTO z_child VALUES (1, 900); "+
		"CREATE TRIGGER mtr BEFORE INSERT ON m FOR EACH ROW SET @x=1; CREATE VIEW onm AS SELECT id FROM m; CREATE PROCEDURE last() SELECT 1")
	opts := dump.Options{Where: map[string]string{"m": failing, long: strings.ReplaceAll(failing, "m.id", "`"+long+"`.id")}}
	for _, opts.Threads = range []int{1, 3} {
		sql, report := f.dump(t, db, opts)
		if len(report.Missing) != 2 || !strings.Contains(fmt.Sprint(report.Missing), "the 499 rows that could be read are in table `m__incomplete2`: ") {
			t.Errorf("missing: %v", report.Missing)
		}
		f.restore(t, "erring_back", sql)
		back := f.open(t, "erring_back")
		for question, want := range map[string]string{
			"SELECT CONCAT(COUNT(*), ' to ', MAX(id)) FROM m__incomplete2":                                                "499 to 499",
			"SELECT CONCAT(COUNT(*), ' to ', MAX(id)) FROM `" + strings.Repeat("ñ", 52) + "__incomplete`":                 "499 to 499",
			"SELECT COUNT(*) FROM m__Incomplete":                                                                          "0",
			"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME IN ('m', 'onm')": "0",
			"SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()":                            "0",
			"SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE()":                            "1",
			"SELECT GROUP_CONCAT(REFERENCED_TABLE_NAME, DELETE_RULE ORDER BY CONSTRAINT_NAME) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA=DATABASE() AND TABLE_NAME IN ('a_child','z_child')": "mCASCADE,m" + noAction(f),
		} {
			if got := query(t, back, question); got != want {
				t.Errorf("%d threads: %s: %s, want %s", opts.Threads, question, got, want)
			}
		}
	}
	opts.Where = map[string]string{"m": "nosuch = 1"}
	if _, _, err := tryDump(t.Context(), f.config(db), opts); err == nil || !strings.Contains(err.Error(), "choose rows of table `m`") {
		t.Errorf("a wrong condition: %v", err)
	}
}

func noAction(f *flavour) string {
	if f.maria != nil {
		return "RESTRICT"
	}
	return "NO ACTION"
}

// A session that ends in the middle of a table fails the dump, and the error names the
// table.
func TestLostConnectionNamesTheTable(t *testing.T) {
	f := mariaDB(t)
	db := filled(t, f, "cutnamed", "InnoDB", 40)
	f.run(t, "", "CREATE OR REPLACE USER tcp@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT ALL ON cutnamed.* TO tcp@'127.0.0.1'")
	var after atomic.Int64
	as := f.config(db)
	as.Socket, as.Host, as.Port, as.User, as.Password = "", "127.0.0.1", cutter(t, f.port, &after), "tcp", "pw"
	after.Store(1_000_000)
	if _, _, err := tryDump(t.Context(), as, dump.Options{}); !errors.Is(err, mysql.ErrLost) || !strings.Contains(err.Error(), "table `m`") {
		t.Errorf("%v", err)
	}
}
