package load_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// schema returns SQL for a database that has every kind of object whose name is unique in a
// database. Its rows contain a word.
func schema(word string) string {
	return `SET sql_mode='';
CREATE TABLE parents (id INT PRIMARY KEY, v VARCHAR(50) NOT NULL, KEY (v)) ENGINE=InnoDB;
CREATE TABLE children (id INT PRIMARY KEY, p INT, n INT, KEY (p), CONSTRAINT fk FOREIGN KEY (p) REFERENCES parents (id) ON DELETE CASCADE, FOREIGN KEY (p) REFERENCES parents (id),
  CONSTRAINT positive CHECK (n > 0)) ENGINE=InnoDB;
CREATE TABLE isam (id INT, v TEXT) ENGINE=MyISAM;
INSERT INTO parents VALUES (1,'` + word + ` 1'),(2,'` + word + ` 2'); INSERT INTO children VALUES (1,1,5),(2,2,6); INSERT INTO isam VALUES (1,'` + word + `'),(2,NULL);
CREATE DEFINER=wp@localhost VIEW v AS SELECT id, '` + word + `' AS w FROM parents;
CREATE DEFINER=wp@localhost VIEW v2 AS SELECT * FROM v;
CREATE DEFINER=wp@localhost TRIGGER g BEFORE INSERT ON parents FOR EACH ROW SET NEW.v = CONCAT(NEW.v, '` + word + `');
CREATE DEFINER=wp@localhost FUNCTION f() RETURNS TEXT DETERMINISTIC NO SQL RETURN '` + word + `';
CREATE DEFINER=wp@localhost PROCEDURE p() SELECT '` + word + `';
CREATE DEFINER=wp@localhost EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT '` + word + `';
`
}

// more is SQL for objects that are not in the dump, and that depend on its tables.
const more = `CREATE TABLE orders (id INT PRIMARY KEY, p INT, CONSTRAINT to_parent FOREIGN KEY (p) REFERENCES parents (id)) ENGINE=InnoDB; INSERT INTO orders VALUES (7,1);
CREATE DEFINER=wp@localhost TRIGGER other AFTER DELETE ON parents FOR EACH ROW SET @x = 1;
CREATE DEFINER=wp@localhost VIEW mine AS SELECT COUNT(*) AS c FROM parents`

func TestSwitchMariaDB(t *testing.T) { switches(t, mariaDB(t)) }

func TestSwitchMySQL(t *testing.T) { switches(t, mySQL(t)) }

// The new tables, with everything that belongs to them, replace the old ones. Undo puts all old
// objects back. Confirm removes all of them.
func switches(t *testing.T, s *server) {
	ctx := t.Context()
	text, want := s.dump(t, schema("new"))
	db := s.database(t, "target", schema("old")+more)
	before := s.picture(t, "target")
	for _, name := range []string{"table orders", "rows of orders", "table mine"} {
		want[name] = before[name]
	}
	own := func(name, _ string) bool { return strings.Contains(name, " _wp_oneway_") }
	var undoFile []byte
	save := func(sql []byte) (string, error) {
		undoFile = sql
		return "the test", nil
	}
	for _, way := range []string{"undo", "client", "confirm"} {
		if _, err := restore(ctx, db, text, load.Options{Save: save}); err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		got := s.picture(t, "target")
		if got["table _wp_oneway_old_parents"] == "" || got["rows of _wp_oneway_old_isam"] != before["rows of isam"] {
			t.Errorf("%s: the old tables are not kept: %v", way, got)
		}
		maps.DeleteFunc(got, own)
		delete(got, "TRIGGER other") // it belongs to the old table
		compare(t, way, got, want)
		if _, err := restore(ctx, db, text, load.Options{}); err == nil || !strings.Contains(err.Error(), "--confirm") {
			t.Errorf("%s: the old tables would be lost: %v", way, err)
		}
		s.run(t, "target", "INSERT INTO orders VALUES (8,2); DELETE FROM orders WHERE id=8") // the key references the new table
		switch way {
		case "undo":
			if err := load.Undo(ctx, db); err != nil {
				t.Fatal(err)
			}
			compare(t, way, s.picture(t, "target"), before)
		case "client":
			s.client(t, "target", undoFile)
			compare(t, way, s.picture(t, "target"), before)
		case "confirm":
			if err := load.Confirm(ctx, db); err != nil {
				t.Fatal(err)
			}
			compare(t, way, s.picture(t, "target"), want)
			if err := load.Confirm(ctx, db); err == nil {
				t.Error("there is nothing to confirm any more")
			}
		}
	}
	if _, err := restore(ctx, db, text, load.Options{DropOld: true, Tables: []string{"par*"}}); err != nil {
		t.Fatal(err)
	}
	compare(t, "some tables, without the old", s.picture(t, "target"), want)
}

// Nothing changes in a dry run, with a truncated dump, or with a dump that is refused at its end.
func TestDatabaseUnchangedAfterFailureOrDryRun(t *testing.T) {
	s := mariaDB(t)
	text, _ := s.dump(t, schema("new"))
	db := s.database(t, "target", schema("old"))
	before := s.picture(t, "target")
	l, err := restore(t.Context(), db, text, load.Options{DryRun: true})
	if plan := strings.Join(l.Plan(), "\n"); err != nil || !strings.Contains(plan, "table children: 2 rows") || !strings.Contains(plan, "trigger g") {
		t.Errorf("%v: %s", err, plan)
	}
	compare(t, "dry run", s.picture(t, "target"), before)
	cut := strings.LastIndex(text, "-- Dump completed")
	for name, text := range map[string]string{
		"its last line is missing": text[:cut], "SHA-256": strings.Replace(text, "new 1", "xxx 1", 1), "line": strings.Replace(text, "CREATE ALGORITHM", "GRANT ALL ON *.* TO x@y;\nCREATE ALGORITHM", 1),
		"definer": strings.ReplaceAll(text, "DEFINER=`wp`", "DEFINER=`root`"), "has 6 rows": strings.Replace(text, " rows=6 ", " rows=7 ", 1),
	} {
		_, err := restore(t.Context(), db, text, load.Options{})
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		compare(t, name, s.picture(t, "target"), before)
	}
}

// Without a flag, only an account that has no privileges outside of the database is accepted.
func TestPrivilegedAccount(t *testing.T) {
	s := mariaDB(t)
	db := s.database(t, "target", "")
	for _, grant := range []string{"GRANT SELECT ON mysql.* TO wp@localhost", "GRANT PROCESS ON *.* TO wp@localhost", "GRANT SELECT ON mysql.user TO wp@localhost", "CREATE ROLE r; GRANT r TO wp@localhost"} {
		s.run(t, "", grant)
		l := load.New(db, load.Options{})
		err := l.Check(t.Context())
		if err == nil || !strings.Contains(err.Error(), "--allow-privileged-account") {
			t.Errorf("%s: %v", grant, err)
		}
		_ = l.Close()
		l = load.New(db, load.Options{AllowPrivileged: true})
		if err := l.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", grant, err)
		}
		_ = l.Close()
		s.run(t, "", "DROP ROLE IF EXISTS r; REVOKE ALL PRIVILEGES, GRANT OPTION FROM wp@localhost; GRANT ALL ON `target`.* TO wp@localhost")
	}
	l := load.New(db, load.Options{})
	defer l.Close()
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	other := load.New(db, load.Options{})
	defer other.Close()
	if err := other.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "another restore") {
		t.Errorf("two restores of a database at once: %v", err)
	}
}
