package dump_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestBrokenObjectsDoNotStopTheDumpMariaDB(t *testing.T) {
	brokenObjectsDoNotStopTheDump(t, mariaDB(t))
}

func TestBrokenObjectsDoNotStopTheDumpMySQL(t *testing.T) { brokenObjectsDoNotStopTheDump(t, mySQL(t)) }

// Objects that are broken in the source do not stop the dump or its restore. The report
// names them.
func brokenObjectsDoNotStopTheDump(t *testing.T, f *flavour) {
	db := f.database(t, "broken")
	f.run(t, db, "CREATE TABLE good (id INT PRIMARY KEY); INSERT INTO good VALUES (1),(2); CREATE EVENT zlast ON SCHEDULE EVERY 1 DAY DO SELECT 1; "+
		"CREATE TABLE tcir (x INT); CREATE VIEW vcir1 AS SELECT x FROM tcir; CREATE VIEW vcir2 AS SELECT x FROM vcir1; CREATE VIEW voncir AS SELECT x FROM vcir2; RENAME TABLE tcir TO tcir2, vcir2 TO tcir; "+
		"CREATE TABLE later (a INT, gone INT, Néw INT); CREATE TRIGGER trbroken BEFORE DELETE ON later FOR EACH ROW SET @x = OLD.gone; CREATE TRIGGER trgood BEFORE INSERT ON later FOR EACH ROW SET NEW.A = new . `néw`; "+
		"ALTER TABLE later DROP COLUMN gone; INSERT INTO later VALUES (1, 7); CREATE TABLE mrgx (a INT) ENGINE=MERGE UNION=(nosuch); "+
		"CREATE TABLE lost (a INT PRIMARY KEY); INSERT INTO lost VALUES (1); ALTER TABLE lost DISCARD TABLESPACE; CREATE VIEW vlost AS SELECT a FROM lost; "+
		"CREATE TABLE dropped (a INT); CREATE VIEW vdropped AS SELECT a FROM dropped; CREATE VIEW vvdropped AS SELECT a FROM vdropped; DROP TABLE dropped; "+
		"CREATE FUNCTION fdropped() RETURNS INT DETERMINISTIC RETURN 1; CREATE VIEW vfdropped AS SELECT fdropped() AS a; DROP FUNCTION fdropped")
	text, report := f.dump(t, db, dump.Options{})
	missing, warnings := fmt.Sprint(report.Missing), fmt.Sprint(report.Warnings)
	for _, name := range []string{"table mrgx", "table lost"} {
		if !strings.Contains(missing, strings.ReplaceAll(name, " ", " `")+"`") {
			t.Errorf("%s is not named in %s", name, missing)
		}
	}
	for _, name := range []string{"tcir", "vcir1", "voncir", "vdropped", "vvdropped", "vfdropped", "trbroken"} {
		if !strings.Contains(warnings, "`"+name+"`: it cannot be created") {
			t.Errorf("%s is not named in %s", name, warnings)
		}
	}
	if len(report.Missing) != 2 || len(report.Warnings) != 7 {
		t.Errorf("%d missing, %d warnings: %s %s", len(report.Missing), len(report.Warnings), missing, warnings)
	}
	for _, definition := range []string{"TRIGGER `trbroken`", "VIEW `tcir`", "VIEW `vdropped`"} {
		if !strings.Contains(text, definition) && !strings.Contains(text, strings.ReplaceAll(definition, "`", "")) {
			t.Errorf("%s is not kept as a comment", definition)
		}
	}
	f.restore(t, "broken_back", text)
	there := f.describe(t, "broken_back")
	for thing, want := range map[string]string{"rows of good": "1\n2", "rows of lost": "", "table lost": "", "table vlost": "", "rows of later": "7|7", "trigger trgood": "", "event zlast": ""} {
		got, ok := there[thing]
		if !ok || want != "" && got != want {
			t.Errorf("%s: %q, %v", thing, got, ok)
		}
	}
}
