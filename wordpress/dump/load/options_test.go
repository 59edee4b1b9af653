package load_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

// ended returns a dump with its last line.
func ended(rows int, body string) string {
	return fmt.Sprintf("%s-- Dump completed at 2026-11-23T03:00:00Z tables=1 rows=%d sha256=%x\n", body, rows, sha256.Sum256([]byte(body)))
}

// If the server lacks something, the error names the flag that helps, and nothing has changed.
func TestErrorsNameTheFlagForTheServer(t *testing.T) {
	s := mariaDB(t)
	table := "CREATE TABLE `t` (\n  `v` longtext\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE="
	view := "CREATE ALGORITHM=UNDEFINED DEFINER=`gone`@`nowhere` SQL SECURITY DEFINER VIEW `v` AS select 1 AS `a`;\n"
	plain := table + "utf8mb4_bin;\n"
	s.run(t, "", "SET GLOBAL max_allowed_packet=1048576")
	t.Cleanup(func() { s.run(t, "", "SET GLOBAL max_allowed_packet=16777216") })
	long := func(n int) string { return "('" + strings.Repeat("x", n) + "')" }
	for _, c := range []struct {
		dump    string
		options load.Options
		refused string // part of the error
		picture string // part of the picture of table t after a restore
	}{
		{ended(0, table+"utf8mb4_0900_ai_ci;\n"), load.Options{}, "line 1: table t: the server does not know the collation utf8mb4_0900_ai_ci; --collation-fallback", ""},
		{ended(0, table+"utf8mb4_0900_ai_ci;\n"), load.Options{CollationFallback: true}, "", "COLLATE=utf8mb4_unicode_520_ci"},
		{ended(0, table+"utf8mb4_nonsense_ci;\n"), load.Options{CollationFallback: true}, "line 1: table t: the server knows neither", ""},
		{ended(0, plain+view), load.Options{}, "line 4: view v: its definer is gone@nowhere, and it would run with the rights of that account; with --definer current", ""},
		{ended(0, plain+view), load.Options{Definer: load.DefinerKeep}, "line 4: view v: its definer gone@nowhere does not exist on this server; with --definer current", ""},
		{ended(0, plain+view), load.Options{Definer: load.DefinerCurrent}, "", "utf8mb4_bin"},
		{ended(1, plain+"INSERT INTO `t` (`v`) VALUES\n"+long(2<<20)+";\n"), load.Options{}, "a row has 2097156 bytes, more than the server's max_allowed_packet", ""},
		{ended(1, plain+"INSERT INTO `t` (`v`) VALUES\n"+long(2<<20)+";\n"), load.Options{DryRun: true}, "more than the server's max_allowed_packet", ""},
		{ended(5, plain+"INSERT INTO `t` (`v`) VALUES\n"+strings.Join([]string{long(600 << 10), long(600 << 10), long(5), long(900 << 10), long(7)}, ",\n")+";\n"), load.Options{}, "", "[614400] [614400] [5] [921600] [7]"},
		{ended(1, plain+"INSERT INTO `t` (`v`) VALUES\n('a'),\n('b');\n"), load.Options{}, "the dump has 2 rows, and its last line says 1", ""},
		{ended(0, plain+"INSERT INTO `u` (`v`) VALUES\n('a');\n"), load.Options{}, "line 4: table u is used before it is created", ""},
		{ended(0, plain+plain), load.Options{}, "line 4: table t is created twice", ""},
		{ended(0, plain), load.Options{Tables: []string{"wp_*", "other"}}, "restore table other: the dump does not have it", ""},
		{ended(0, ""), load.Options{}, "the dump has nothing to restore", ""},
		{ended(0, plain+"DELIMITER ;;\nCREATE DEFINER=`root`@`localhost` TRIGGER `g` BEFORE INSERT ON `x` FOR EACH ROW SET @a=1\n;;\nDELIMITER ;\n"), load.Options{}, "line 5: trigger g is of table x, which the dump does not have", ""},
	} {
		s.database(t, "target", "")
		c.options.AllowPrivileged = true
		_, err := restore(t.Context(), wordpress.Database{Name: "target", User: "root", Socket: s.Socket}, c.dump, c.options)
		got := s.picture(t, "target")
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) || strings.Contains(err.Error(), "\n") || len(got) > 0 {
				t.Errorf("%.80q, %+v: %v, and left %v, want %q", c.dump, c.options, err, got, c.refused)
			}
			continue
		}
		lengths := ""
		if err == nil {
			lengths = fmt.Sprint(query(t, s.pool, "SELECT LENGTH(v) FROM target.t"))
		}
		if err != nil || !strings.Contains(got["table t"]+lengths, c.picture) || strings.Contains(got["table v"], "gone") {
			t.Errorf("%.80q, %+v: %v, %v %s", c.dump, c.options, err, got["table t"], lengths)
		}
	}
}

// Tables whose names have the maximum length can be restored: their other names are shortened.
func TestLongNames(t *testing.T) {
	s := mariaDB(t)
	a, b := strings.Repeat("ä", 63)+"a", strings.Repeat("ä", 63)+"b"
	create := "CREATE TABLE `" + a + "` (id INT);\nCREATE TABLE `" + b + "` (id INT);\nINSERT INTO `" + b + "` VALUES (%d)"
	text, want := s.dump(t, fmt.Sprintf(create, 1))
	db := s.database(t, "target", fmt.Sprintf(create, 2))
	before := s.picture(t, "target")
	if _, err := restore(t.Context(), db, text, load.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := load.Undo(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	compare(t, "undone", s.picture(t, "target"), before)
	if _, err := restore(t.Context(), db, text, load.Options{DropOld: true}); err != nil {
		t.Fatal(err)
	}
	compare(t, "restored", s.picture(t, "target"), want)
}
