package target

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// other returns the target of a name, for a dump of the other kind of server.
func other(t *testing.T, name string) Target {
	t.Helper()
	target, err := For(name, !strings.HasPrefix(name, "mariadb"), 0)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestFor(t *testing.T) {
	for _, c := range []struct {
		name    string
		mariaDB bool
		number  int
		same    bool
		text    string
	}{
		{"", true, 101119, true, "MariaDB 10.11"},
		{"", false, 50744, true, "MySQL 5.7"},
		{"mariadb1011", true, 101119, true, "MariaDB 10.11"},
		{"mariadb1011", true, 100622, false, "MariaDB 10.11"},
		{"mariadb", false, 101119, false, "MariaDB 10.11"},
		{"mysql8", false, 80040, true, "MySQL 8.0"},
		{"mysql8", false, 80404, false, "MySQL 8.0"},
		{"mysql57", false, 50744, true, "MySQL 5.7"},
	} {
		target, err := For(c.name, c.mariaDB, c.number)
		if err != nil || target.Same != c.same || target.String() != c.text {
			t.Errorf("%+v: %s, %+v, %v", c, target, target, err)
		}
	}
	if _, err := For("mysql4", false, 80040); err == nil || !strings.Contains(err.Error(), "mariadb, mariadb1011") {
		t.Errorf("an unknown name: %v", err)
	}
	same, err := For("mysql8", false, 80040)
	if err != nil {
		t.Fatal(err)
	}
	create := "CREATE VIEW `v` AS select nvl(1,2) COLLATE utf8mb4_nopad_bin"
	if got, refused := same.View(sqltext.Tokens(create)); sqltext.Join(got) != create || refused != "" {
		t.Errorf("a view for the same server: %s, %s", sqltext.Join(got), refused)
	}
	if got, refused, note := same.Routine(sqltext.Tokens(create), "ORACLE"); sqltext.Join(got) != create || refused != "" || note != "" {
		t.Errorf("a routine for the same server: %s, %s, %s", sqltext.Join(got), refused, note)
	}
}

func TestWhatServersHave(t *testing.T) {
	for name, want := range map[string]string{
		"mysql57": "", "mysql8": "", "mysql9": "libraries vector",
		"mariadb105": "sequences packages", "mariadb106": "sequences packages immediate", "mariadb1011": "sequences packages history immediate",
		"mariadb114": "sequences packages history immediate", "mariadb118": "sequences packages history immediate vector",
	} {
		target := other(t, name)
		var got []string
		for _, has := range []struct {
			what string
			has  bool
		}{
			{"sequences", target.HasSequences()},
			{"packages", target.HasPackages()},
			{"libraries", target.HasLibraries()},
			{"history", target.HasHistory()},
			{"immediate", target.HasExecuteImmediate()},
			{"vector", target.hasVector()},
		} {
			if has.has {
				got = append(got, has.what)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %s, want %s", name, got, want)
		}
	}
}

func TestCollations(t *testing.T) {
	for _, c := range []struct{ server, name, want string }{
		{"mysql57", "utf8mb4_0900_ai_ci", "utf8mb4_unicode_520_ci"},
		{"mysql57", "utf8mb4_0900_bin", "utf8mb4_bin"},
		{"mariadb118", "utf8mb4_0900_as_cs", "utf8mb4_bin"},
		{"mariadb1011", "utf8mb4_de_pb_0900_ai_ci", "utf8mb4_unicode_520_ci"},
		{"mysql8", "utf8mb4_0900_ai_ci", "utf8mb4_0900_ai_ci"},
		{"mysql8", "utf8mb4_uca1400_ai_ci", "utf8mb4_0900_ai_ci"},
		{"mysql8", "utf8mb4_uca1400_as_ci", "utf8mb4_0900_as_ci"},
		{"mysql8", "utf8mb4_uca1400_as_cs", "utf8mb4_0900_as_cs"},
		{"mysql8", "utf8mb4_uca1400_ai_cs", "utf8mb4_bin"},
		{"mysql8", "utf8mb4_uca1400_german2_ai_ci", "utf8mb4_0900_ai_ci"},
		{"mysql8", "utf8mb3_uca1400_ai_ci", "utf8mb3_unicode_520_ci"},
		{"mysql57", "utf8mb4_uca1400_ai_ci", "utf8mb4_unicode_520_ci"},
		{"mariadb106", "utf8mb4_uca1400_as_cs", "utf8mb4_bin"},
		{"mariadb1011", "utf8mb4_uca1400_ai_ci", "utf8mb4_uca1400_ai_ci"},
		{"mariadb114", "utf8mb4_general1400_as_ci", "utf8mb4_general_ci"},
		{"mysql8", "utf8mb3_general1400_as_ci", "utf8mb3_general_ci"},
		{"mariadb118", "utf8mb4_general1400_as_ci", "utf8mb4_general1400_as_ci"},
		{"mysql57", "utf8mb3_tolower_ci", "utf8_general_ci"},
		{"mysql8", "utf8mb3_tolower_ci", "utf8mb3_tolower_ci"},
		{"mariadb118", "utf8mb3_tolower_ci", "utf8mb3_general_ci"},
		{"mysql8", "utf8mb4_general_nopad_ci", "utf8mb4_general_ci"},
		{"mysql8", "latin1_nopad_bin", "latin1_bin"},
		{"mysql57", "utf8mb4_croatian_mysql561_ci", "utf8mb4_croatian_ci"},
		{"mysql8", "utf8mb4_myanmar_ci", "utf8mb4_unicode_520_ci"},
		{"mysql8", "utf8mb4_thai_520_w2", "utf8mb4_unicode_520_ci"},
		{"mariadb105", "utf8mb4_myanmar_ci", "utf8mb4_myanmar_ci"},
		{"mariadb118", "gb18030_chinese_ci", "utf8mb4_unicode_520_ci"},
		{"mariadb118", "gb18030_bin", "utf8mb4_bin"},
		{"mysql8", "gb18030_bin", "gb18030_bin"},
		{"mariadb105", "utf8mb3_bin", "utf8_bin"},
		{"mariadb106", "utf8mb3_bin", "utf8mb3_bin"},
		{"mysql8", "binary", "binary"},
		{"mysql57", "latin1_swedish_ci", "latin1_swedish_ci"},
	} {
		if got := other(t, c.server).Collation(c.name); got != c.want {
			t.Errorf("%s: %s became %s, want %s", c.server, c.name, got, c.want)
		}
	}
	for name, want := range map[string]string{
		"utf8mb4_0900_ai_ci": "/*!80011 ", "utf8mb4_0900_bin": "/*!80017 ", "utf8mb4_bg_0900_as_cs": "/*!80030 ", "utf8mb4_sr_latn_0900_ai_ci": "/*!80030 ", "utf8mb3_tolower_ci": "/*!80011 ",
		"gb18030_chinese_ci": "/*!50704 ", "utf8mb4_general1400_as_ci": "/*M!110500 ", "utf8mb4_uca1400_ai_ci": "/*M!101001 ", "utf8mb4_german2_uca1400_ai_ci": "/*M!101001 ",
		"utf8mb4_nopad_bin": "/*M!100201 ", "utf8mb4_myanmar_ci": "/*M!100201 ", "utf8mb4_thai_520_w2": "/*M!100201 ", "utf8_croatian_mysql561_ci": "/*M!100201 ", "utf8mb4_general_ci": "", "binary": "",
	} {
		if got := CollationComment(name, false); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := CollationComment("utf8mb4_0900_ai_ci", true); got != "/*M!110402 " {
		t.Errorf("of MySQL, in MariaDB: %q", got)
	}
}

func TestPrograms(t *testing.T) {
	for _, c := range []struct{ servers, is, becomes, refused, note string }{
		{"mysql8", "CREATE FUNCTION `f`(a uuid, b text COLLATE utf8mb4_bin) RETURNS inet6\nBEGIN DECLARE c, d uuid DEFAULT uuid; SELECT uuid; RETURN a; END", "CREATE FUNCTION `f`(a char(36) CHARACTER SET ascii, b text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) RETURNS varchar(45) CHARACTER SET ascii\nBEGIN DECLARE c, d char(36) CHARACTER SET ascii DEFAULT uuid; SELECT uuid; RETURN a; END", "", ""},
		{"mysql8", "CREATE PROCEDURE `p`(a text CHARSET latin1 COLLATE latin1_bin, b text CHARACTER SET latin1 COLLATE latin1_bin) SELECT a COLLATE latin1_bin", "", "", ""},
		{"mariadb105", "CREATE PROCEDURE `p`(a text COLLATE utf8mb4_0900_bin) BEGIN DECLARE b text COLLATE utf8mb4_0900_bin; END", "CREATE PROCEDURE `p`(a text COLLATE utf8mb4_bin) BEGIN DECLARE b text COLLATE utf8mb4_bin; END", "", ""},
		{"mysql8", "CREATE AGGREGATE FUNCTION `f`(a int) RETURNS int BEGIN END", "", "has no aggregate functions", ""},
		{"mysql8", "CREATE FUNCTION `f`(aggregate int) RETURNS int RETURN 1", "", "", ""},
		{"mariadb118", "CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT AS 'x'", "", "has no routines in JavaScript", ""},
		{"mariadb118", "CREATE FUNCTION `language`() RETURNS int COMMENT 'JAVASCRIPT' LANGUAGE SQL RETURN javascript", "", "", ""},
		{"mysql8", "CREATE PROCEDURE `p`() EXECUTE IMMEDIATE 'x'", "", "does not understand EXECUTE IMMEDIATE", ""},
		{"mysql8 mysql57", "CREATE PROCEDURE `p`() SELECT NEXT VALUE FOR s", "", "NEXT VALUE FOR", ""},
		{"mysql8", "CREATE PROCEDURE `p`() SELECT 1 FROM t FOR SYSTEM_TIME ALL", "", "FOR SYSTEM_TIME", ""},
		{"mysql8", "CREATE PROCEDURE `p`() CREATE OR REPLACE TABLE x (a INT)", "", "CREATE OR REPLACE TABLE", ""},
		{"mysql8", "CREATE PROCEDURE `p`() BEGIN DECLARE r ROW TYPE OF t; DELETE FROM t FOR PORTION OF p; SELECT PREVIOUS VALUE FOR s; CREATE SEQUENCE s; END", "", "does not understand", ""},
		{"mysql8", "CREATE PROCEDURE `p`() SELECT 'EXECUTE IMMEDIATE', execute, immediate, a->'$' FROM t FOR SHARE", "", "", ""},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT a->'$.b' FROM t", "", "does not understand ->", ""},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT 1 FROM t FOR SHARE", "", "FOR SHARE", ""},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT 1 MEMBER OF ('[1]')", "", "MEMBER OF", ""},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT 1 FROM t, LATERAL (SELECT 1) x", "", "LATERAL (", ""},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT GROUPING (a), 5 - > 1 FROM t", "", "GROUPING (", "it calls grouping, which MariaDB 11.8 does not have"},
		{"mariadb118", "CREATE PROCEDURE `p`() SELECT lateral, grouping FROM t", "", "", ""},
		{"mysql8", "CREATE PROCEDURE `p`() SELECT json_detailed('{}')", "", "", "it calls json_detailed, which MySQL 8.0 does not have: it will fail"},
	} {
		if c.becomes == "" {
			c.becomes = c.is
		}
		for _, server := range strings.Fields(c.servers) {
			got, refused, note := other(t, server).Routine(sqltext.Tokens(c.is), "")
			if sqltext.Join(got) != c.becomes {
				t.Errorf("%s: %s\ngot  %s\nwant %s", server, c.is, sqltext.Join(got), c.becomes)
			}
			if (refused == "") != (c.refused == "") || !strings.Contains(refused, c.refused) || (note == "") != (c.note == "") || !strings.Contains(note, c.note) {
				t.Errorf("%s: %s: refused %q, note %q", server, c.is, refused, note)
			}
		}
	}
	for mode, want := range map[string]bool{"ANSI,ORACLE": true, "ANSI": false, "": false} {
		for _, server := range []string{"mysql8", "mariadb118"} {
			_, refused, _ := other(t, server).Routine(sqltext.Tokens("CREATE PROCEDURE p AS BEGIN NULL; END"), mode)
			if got := refused != ""; got != (want && server == "mysql8") {
				t.Errorf("%s under %s: %q", server, mode, refused)
			}
		}
	}
}

func TestViews(t *testing.T) {
	for _, c := range []struct{ server, is, becomes, refused string }{
		{"mysql8", "select cast(`a` as uuid) AS `x`", "", "it uses the type uuid"},
		{"mariadb118", "select cast(`a` as uuid) AS `x`", "", ""},
		{"mysql8", "select `a` AS `uuid`, uuid() AS uuid from (select 1 as uuid, 2 as b)", "", ""},
		{"mysql8", "select nvl(1,2)", "", "it calls nvl, which MySQL 8.0 does not have"},
		{"mariadb118", "select json_extract(`a`,'$') from `t` for share", "", "FOR SHARE"},
		{"mariadb1011", "select _utf8mb4'x' AS `_utf8mb4`, convert(`a` using gb18030) collate utf8mb4_0900_bin", "select 'x' AS `_utf8mb4`, convert(`a` using utf8mb4) collate utf8mb4_bin", ""},
	} {
		if c.becomes == "" {
			c.becomes = c.is
		}
		got, refused := other(t, c.server).View(sqltext.Tokens("CREATE VIEW `v` AS " + c.is))
		if sqltext.Join(got) != "CREATE VIEW `v` AS "+c.becomes || (refused == "") != (c.refused == "") || !strings.Contains(refused, c.refused) {
			t.Errorf("%s: %s: %s, refused %q", c.server, c.is, sqltext.Join(got), refused)
		}
	}
}

func TestSequences(t *testing.T) {
	const create = "CREATE SEQUENCE `s` as bigint unsigned start with 18446744073709551614 minvalue 1 maxvalue 9223372036854775807 increment by 1"
	state := []string{"9223372036854775806", "9223372036854775807", "-5"}
	got, values := other(t, "mariadb114").Sequence(create, state)
	if want := "CREATE SEQUENCE `s` start with 9223372036854775806 minvalue 1 maxvalue 9223372036854775806 increment by 1"; got != want || strings.Join(values, " ") != "9223372036854775806 9223372036854775806 -5" {
		t.Errorf("%s, %s", got, values)
	}
	if got, _ := other(t, "mariadb114").Sequence("CREATE SEQUENCE `as` start with 1", nil); got != "CREATE SEQUENCE `as` start with 1" {
		t.Error(got)
	}
	for _, target := range []Target{other(t, "mariadb118"), {MariaDB: true, Number: 110400, Same: true}} {
		if got, values := target.Sequence(create, state); got != create || values[1] != state[1] {
			t.Errorf("%s: %s, %s", target, got, values)
		}
	}
}

func TestModes(t *testing.T) {
	const all = "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL,TIME_TRUNCATE_FRACTIONAL"
	for _, c := range []struct {
		name    string
		mariaDB bool
		want    [3]string
	}{
		{"mysql8", true, [3]string{"ANSI_QUOTES,TIME_TRUNCATE_FRACTIONAL", "ANSI_QUOTES,TIME_TRUNCATE_FRACTIONAL", "ANSI_QUOTES,TIME_TRUNCATE_FRACTIONAL"}},
		{"mariadb105", false, [3]string{"ANSI_QUOTES,NO_AUTO_CREATE_USER,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,EMPTY_STRING_IS_NULL"}},
		{"mariadb105", true, [3]string{"ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL"}},
		{"mysql57", true, [3]string{"ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE"}},
		{"", true, [3]string{"ANSI_QUOTES,TIME_TRUNCATE_FRACTIONAL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL"}},
		{"", false, [3]string{"ANSI_QUOTES,TIME_TRUNCATE_FRACTIONAL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,EMPTY_STRING_IS_NULL", "ANSI_QUOTES,NO_AUTO_CREATE_USER,ORACLE,EMPTY_STRING_IS_NULL"}},
	} {
		target, err := For(c.name, c.mariaDB, 100622)
		if err != nil {
			t.Fatal(err)
		}
		mySQL8, mariaDB, others := target.Modes(all)
		if got := [3]string{mySQL8, mariaDB, others}; got != c.want {
			t.Errorf("%q, from MariaDB %v: %q", c.name, c.mariaDB, got)
		}
	}
}

// A mode that a server does not know would stop the restore.
func TestModesOfOneServer(t *testing.T) {
	const ofMySQL8 = "TIME_TRUNCATE_FRACTIONAL"
	const ofMariaDB = "SIMULTANEOUS_ASSIGNMENT,IGNORE_BAD_TABLE_OPTIONS,EMPTY_STRING_IS_NULL,TIME_ROUND_FRACTIONAL"
	const ofMySQL5 = "NO_AUTO_CREATE_USER,ORACLE,MSSQL,DB2,POSTGRESQL,MAXDB,MYSQL323,MYSQL40,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS"
	for _, c := range []struct{ server, mode, want string }{
		{"mysql8", ofMariaDB, ""},
		{"mysql8", ofMySQL5, ""},
		{"mysql57", ofMariaDB, ""},
		{"mysql57", ofMySQL5, ofMySQL5},
		{"mysql57", ofMySQL8, ""},
		{"mysql9", "TRADITIONAL," + ofMySQL8, "TRADITIONAL," + ofMySQL8},
		{"mariadb118", ofMySQL8, ""},
		{"mariadb118", ofMariaDB, ofMariaDB},
	} {
		if got, _, _ := other(t, c.server).Modes(c.mode); got != c.want {
			t.Errorf("%s: %s became %s", c.server, c.mode, got)
		}
	}
}

func TestStandIns(t *testing.T) {
	for _, c := range []struct{ server, kind, want string }{
		{"mysql8", "uuid", "CAST(NULL AS CHAR)"},
		{"mariadb118", "uuid", "CAST(NULL AS UUID)"},
		{"mariadb105", "inet6", "CAST(NULL AS INET6)"},
		{"mariadb105", "inet4", "CAST(NULL AS CHAR)"},
		{"mysql8", "vector", "CAST('' AS BINARY)"},
		{"mysql9", "vector", "STRING_TO_VECTOR('[1]')"},
		{"mariadb118", "vector", "VEC_FromText('[1]')"},
		{"mariadb114", "vector", "CAST('' AS BINARY)"},
	} {
		if got := other(t, c.server).StandIn(c.kind); got != c.want {
			t.Errorf("%s on %s: %s", c.kind, c.server, got)
		}
	}
}
