package dump_test

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// programsOfLatin1 are created by a client that declares latin1 but sends UTF-8. So the two bytes
// of é are two characters for the server.
const programsOfLatin1 = `SET NAMES latin1;
CREATE TABLE ` + "`té`" + ` (id INT);
DELIMITER $$
CREATE PROCEDURE pr_latin1() COMMENT 'é' BEGIN SELECT 'é'; END$$
CREATE PROCEDURE pr_commented() COMMENT 'é\\''x' BEGIN /* é */ SELECT 'é'; END$$
CREATE PROCEDURE ` + "`pré`(`pé` VARCHAR(10)) COMMENT 'é' BEGIN SELECT `pé`" + `,'é'; END$$
CREATE FUNCTION fn_latin1() RETURNS ENUM('é','b') DETERMINISTIC COMMENT 'ñandú' RETURN 1$$
CREATE EVENT ` + "`evé`" + ` ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'é' DO SELECT 'é'$$
CREATE DEFINER=` + "`ü`@`%` TRIGGER `tré`" + ` BEFORE INSERT ON ` + "`té`" + ` FOR EACH ROW SET @x = 'é'$$
SET sql_mode=NO_BACKSLASH_ESCAPES$$
CREATE PROCEDURE pr_plain() COMMENT 'é\' BEGIN SELECT 'é\'; END$$
SET sql_mode=''$$
SET NAMES cp1251$$
CREATE PROCEDURE pr_cyrillic() COMMENT 'ж' BEGIN SELECT 'ж'; END$$
SET NAMES sjis$$
CREATE PROCEDURE pr_sjis() COMMENT 'x' BEGIN SELECT 'x'; END$$
DELIMITER ;
`

// describePrograms returns names, comments, bodies and character sets, all in UTF-8.
func describePrograms(t *testing.T, f *flavour, db string) string {
	t.Helper()
	pool := f.open(t, db)
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("SET SESSION group_concat_max_len=1000000"); err != nil {
		t.Fatal(err)
	}
	return query(t, pool, "SELECT GROUP_CONCAT(CONCAT_WS('|',HEX(ROUTINE_NAME),HEX(ROUTINE_COMMENT),HEX(ROUTINE_DEFINITION),HEX(DTD_IDENTIFIER),CHARACTER_SET_CLIENT,SQL_MODE) ORDER BY ROUTINE_NAME SEPARATOR '\n') FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE()") +
		query(t, pool, "SELECT GROUP_CONCAT(CONCAT_WS('|',HEX(EVENT_NAME),HEX(EVENT_COMMENT),HEX(EVENT_DEFINITION),CHARACTER_SET_CLIENT) SEPARATOR '\n') FROM information_schema.EVENTS WHERE EVENT_SCHEMA=DATABASE()") +
		query(t, pool, "SELECT GROUP_CONCAT(CONCAT_WS('|',HEX(TRIGGER_NAME),HEX(DEFINER),HEX(ACTION_STATEMENT),CHARACTER_SET_CLIENT) SEPARATOR '\n') FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()")
}

// A server shows the head of a routine in UTF-8, but the body in the bytes that the client sent.
func checkProgramsOfLatin1(t *testing.T, f *flavour) {
	t.Helper()
	from := f.database(t, "latin1programs")
	if out, err := f.feed(from, []byte(programsOfLatin1), "--binary-mode", "--default-character-set=utf8mb4"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := describePrograms(t, f, from)
	text, report := f.dump(t, from, dump.Options{})
	if len(report.Warnings) > 0 {
		t.Errorf("warnings: %v", report.Warnings)
	}
	f.restore(t, "latin1back", text, "--binary-mode")
	if got := describePrograms(t, f, "latin1back"); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", f.name, got, want)
	}
	// A second restore replaces the existing objects.
	if out, err := f.feed("latin1back", []byte(text), "--binary-mode"); err != nil {
		t.Errorf("second restore: %v: %s", err, out)
	}
}

func TestNamesAndCommentsOfLatin1Clients(t *testing.T) {
	checkProgramsOfLatin1(t, mariaDB(t))
	checkProgramsOfLatin1(t, mySQL(t))
}
