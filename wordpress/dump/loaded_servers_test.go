//go:build servers

package dump_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// On every server, package load restores the server's own dump over the existing database, and
// undoes that.
func TestServersLoad(t *testing.T) {
	const schema = "CREATE TABLE parents (id INT PRIMARY KEY, v VARCHAR(50) NOT NULL, t TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (v(10))) ENGINE=InnoDB;\n" +
		"CREATE TABLE children (id INT AUTO_INCREMENT PRIMARY KEY, p INT, KEY (p), CONSTRAINT fk FOREIGN KEY (p) REFERENCES parents (id) ON DELETE CASCADE) ENGINE=InnoDB;\n"
	for _, name := range allServers {
		f := release(t, name)
		fill := func(word string) string {
			return schema +
				"CREATE TABLE parts (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 2;\nCREATE TABLE isam (a BLOB, FULLTEXT KEY (b), b TEXT) ENGINE=MyISAM;\n" +
				"INSERT INTO parents (id,v) VALUES (1,'" + word + "'),(2,'ä😀');\nINSERT INTO children (p) VALUES (1),(2);\nINSERT INTO parts VALUES (1,'" + word + "');\nINSERT INTO isam VALUES (0x00FF27,'" + word + "');\n" +
				"CREATE VIEW v AS SELECT id, '" + word + "' AS w FROM parents;\nCREATE VIEW v2 AS SELECT * FROM v;\nCREATE TRIGGER g BEFORE INSERT ON parents FOR EACH ROW SET NEW.v='" + word + "';\n" +
				"CREATE FUNCTION f() RETURNS TEXT DETERMINISTIC NO SQL RETURN '" + word + "';\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT ';'; SELECT '" + word + "'; END//\n" +
				"SET sql_mode='NO_BACKSLASH_ESCAPES'//\nCREATE PROCEDURE back() BEGIN SELECT '\\'; SELECT 1; END//\nSET sql_mode=''//\nCREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT '" + word + "'//\nDELIMITER ;\n"
		}
		source := f.database(t, "load_source")
		f.script(t, source, "SET sql_mode='';\n"+fill("new"))
		text, _ := f.dump(t, source, dump.Options{})
		want := f.describe(t, source)
		target := f.database(t, "load_target")
		f.script(t, target, "SET sql_mode='';\n"+fill("old"))
		before := f.describe(t, target)
		if err := loadInto(t.Context(), t, f, target, text, load.Options{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := f.describe(t, target)
		maps.DeleteFunc(got, func(name, _ string) bool {
			return strings.Contains(name, " _wp_oneway_") || strings.Contains(name, "of _wp_oneway_")
		})
		for _, d := range differences(want, got) {
			t.Errorf("%s: %s", name, d)
		}
		if err := load.Undo(t.Context(), f.config(target)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, d := range differences(before, f.describe(t, target)) {
			t.Errorf("%s, undone: %s", name, d)
		}
	}
}
