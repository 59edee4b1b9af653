package dump_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// altering starts a proxy that alters the answers of a server, to simulate a hostile server. It
// returns the proxy's port.
func altering(t *testing.T, port int, alter func(answer []byte) []byte) int {
	t.Helper()
	return proxied(t, port, func(c, s net.Conn) {
		b := make([]byte, 1<<20)
		for {
			n, err := s.Read(b)
			if _, failed := c.Write(alter(b[:n])); err != nil || failed != nil {
				return
			}
		}
	})
}

// placeholder is the text that the proxy replaces with another text of the same length.
var placeholder = strings.Repeat("Q", 60)

func TestHostileDefinitionsAreRefusedMariaDB(t *testing.T) {
	f := mariaDB(t)
	hostileDefinitionsAreRefused(t, f, "CREATE SEQUENCE s COMMENT='"+placeholder+"'; CREATE FUNCTION ff() RETURNS INT COMMENT '"+placeholder+"' RETURN 1",
		"sequence `s`", "function `ff`")
}

func TestHostileDefinitionsAreRefusedMySQL(t *testing.T) {
	hostileDefinitionsAreRefused(t, mySQL(t), "CREATE FUNCTION ff() RETURNS INT DETERMINISTIC COMMENT '"+placeholder+"' RETURN 1", "function `ff`")
}

// A hostile server may add statements to a definition. They do not reach the account that
// restores the dump: the definition is refused, and the report names the object.
func hostileDefinitionsAreRefused(t *testing.T, f *flavour, more string, names ...string) {
	db := f.database(t, "refusing")
	f.run(t, db, "CREATE TABLE t (id INT PRIMARY KEY) COMMENT='"+placeholder+"'; CREATE TABLE good (id INT PRIMARY KEY, v TEXT); INSERT INTO good VALUES (1,'"+placeholder+"'); "+
		"CREATE VIEW v AS SELECT id, '"+placeholder+"' AS q FROM good; CREATE PROCEDURE p() SELECT '"+placeholder+"'; CREATE TRIGGER tr BEFORE INSERT ON good FOR EACH ROW SET @q='"+placeholder+"'; "+
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY COMMENT '"+placeholder+"' DO SELECT 1; "+more)
	f.run(t, "", "DROP USER IF EXISTS mallory@localhost, tcp@'127.0.0.1'; CREATE USER mallory@localhost; CREATE USER tcp@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO tcp@'127.0.0.1'")
	t.Cleanup(func() { f.run(t, "", "DROP USER mallory@localhost, tcp@'127.0.0.1'") })
	names = append([]string{"table `t`", "view `v`", "procedure `p`", "trigger `tr`", "event `e`"}, names...)
	for _, attack := range []string{
		"';GRANT ALL ON *.* TO mallory@localhost;SET @b='",
		"' /*!99999 ' */;GRANT ALL ON *.* TO mallory@localhost;/*' */",
		"'\n;\nGRANT ALL ON *.* TO mallory@localhost;\nSELECT '",
		"' \\! echo this host ran a command\n'", // by a client without --binary-mode
	} {
		as := f.config(db)
		as.Socket, as.Host, as.User, as.Password = "", "127.0.0.1", "tcp", "pw"
		text := []byte(fmt.Sprintf("%-*s", len(placeholder), attack))
		as.Port = altering(t, f.port, func(answer []byte) []byte { return bytes.ReplaceAll(answer, []byte(placeholder), text) })
		sql, report, err := tryDump(t.Context(), as, dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !strings.Contains(fmt.Sprint(report.Missing), name+": the server's definition is refused: ") {
				t.Errorf("%q: %s is not refused: %v", attack, name, report.Missing)
			}
		}
		if out, err := f.feed(f.database(t, "refusing_back"), []byte(sql)); err != nil || strings.Contains(out, "this host ran a command") {
			t.Fatalf("%q: %v: %s", attack, err, out)
		}
		back := f.open(t, "refusing_back")
		if got := query(t, back, "SHOW GRANTS FOR mallory@localhost"); strings.Contains(got, "ALL") {
			t.Fatalf("%q: the restore executed %s", attack, got)
		}
		if got := query(t, back, "SELECT v FROM good"); got != string(text) {
			t.Errorf("%q: the row holds %q", attack, got)
		}
	}
}

// Values are quoted safely, whatever type the server claims for a column.
func TestHostileValuesAreQuoted(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "lying")
	attack := "1);DROP TABLE good;INSERT INTO lies VALUES (1"
	f.run(t, db, "CREATE TABLE good (id INT PRIMARY KEY); CREATE TABLE lies (v TEXT, w TINYTEXT CHARACTER SET latin1); INSERT INTO lies VALUES ('"+attack+"', '''"+attack+"')")
	f.run(t, "", "CREATE OR REPLACE USER tcp@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO tcp@'127.0.0.1'")
	for _, types := range []struct{ text, tinytext string }{{"year", "smallint"}, {"uuid", "datetime"}, {"time", "tinytext"}} {
		as := f.config(db)
		as.Socket, as.Host, as.User, as.Password = "", "127.0.0.1", "tcp", "pw"
		as.Port = altering(t, f.port, func(answer []byte) []byte {
			answer = bytes.ReplaceAll(answer, []byte("\x08tinytext\x06latin1"), []byte("\x08"+types.tinytext+"\x06latin1"))
			return bytes.ReplaceAll(answer, []byte("\x04text"), []byte("\x04"+types.text))
		})
		sql, _, err := tryDump(t.Context(), as, dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		f.restore(t, "lying_back", sql)
		if got := query(t, f.open(t, "lying_back"), "SELECT CONCAT(v, w, (SELECT COUNT(*) FROM good)) FROM lies"); got != attack+"'"+attack+"0" {
			t.Errorf("%+v: %s", types, got)
		}
	}
	as := f.config(db)
	as.Socket, as.Host, as.User, as.Password = "", "127.0.0.1", "tcp", "pw"
	as.Port = altering(t, f.port, func(answer []byte) []byte {
		return bytes.ReplaceAll(answer, []byte("\x06latin1"), []byte("\x06x';--\n"))
	})
	if sql, report, err := tryDump(t.Context(), as, dump.Options{}); err == nil && len(report.Missing) == 0 || strings.Contains(sql, "x';--") {
		t.Errorf("a character set that is none: %v", errors.Join(err))
	}
}
