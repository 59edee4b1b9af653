package dump_test

import (
	"slices"
	"strings"
	"testing"
)

// The comparison that other tests use notices the smallest changes.
func TestComparisonNoticesSmallChanges(t *testing.T) {
	f := mariaDB(t)
	f.database(t, "same")
	f.load(t, "same")
	before := f.describe(t, "same")
	if d := differences(before, f.describe(t, "same")); len(d) > 0 {
		t.Fatalf("a database differs from itself: %v", d)
	}
	// Each round changes each object at most once.
	for _, round := range [][]struct{ change, seen string }{
		{
			{"UPDATE bytes SET b=0x6100000001 WHERE id=1", "rows of bytes"},
			{"UPDATE times SET ts6='2038-01-19 03:14:07.999998' WHERE id=2", "rows of times"},
			{"UPDATE floats SET f=0.10000001 WHERE id=1", "rows of floats"},
			{"UPDATE empties SET b='' WHERE c=0", "rows of empties"},
			{"UPDATE enums SET e='' WHERE id=2", "rows of enums"},
			{"UPDATE texts SET u4='Ã¤ mojibake é' WHERE id=5", "rows of texts"},
			{"DELETE FROM twins WHERE a=1 LIMIT 1", "rows of twins"},
			{"ALTER TABLE ints ALTER a SET DEFAULT 1", "table ints"},
			{"ALTER TABLE noauto AUTO_INCREMENT=78", "table noauto"},
			{"ALTER TABLE indexed ALTER INDEX pre IGNORED", "table indexed"},
			{"ALTER TABLE emodef ALTER a SET DEFAULT 'y😀'", "default of emodef.a"},
			{"DO NEXTVAL(seq3)", "rows of seq3"},
			{"ALTER EVENT e1 ENABLE", "event e1"},
			{"ALTER PROCEDURE ansi COMMENT 'x'", "PROCEDURE ansi"},
			{"ALTER SQL SECURITY INVOKER VIEW v9 AS SELECT id, code FROM parents WHERE id > 0", "table v9"},
			{"DROP TRIGGER t3", "trigger t3"},
			{"SET @@timestamp=1600000002; DELETE FROM hist WHERE id=1", "rows of hist"},
			{"ALTER DATABASE COLLATE latin2_bin", "database"},
		},
		{
			{"UPDATE bytes SET lb=INSERT(lb, 1000000, 1, CHAR(ASCII(SUBSTR(lb, 1000000, 1))^1)) WHERE id=1", "rows of bytes"},
			{"UPDATE floats SET d=0.10000000000000002 WHERE id=1", "rows of floats"},
			{"ALTER TABLE ints COMMENT='x'", "table ints"},
		},
	} {
		for _, c := range round {
			f.run(t, "same", "SET NAMES utf8mb4; SET sql_mode='ALLOW_INVALID_DATES'; SET time_zone='+05:30'; "+c.change)
		}
		after := f.describe(t, "same")
		d := differences(before, after)
		for _, c := range round {
			if !slices.ContainsFunc(d, func(line string) bool { return strings.HasPrefix(line, c.seen+":") }) {
				t.Errorf("%s: not noticed as a change of %s, but as %.300v", c.change, c.seen, d)
			}
		}
		before = after
	}
}
