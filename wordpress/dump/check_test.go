package dump_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A checkup reports what a dump reports.
func TestCheckReportsWhatADumpReports(t *testing.T) {
	for name, f := range map[string]*flavour{"mariadb": mariaDB(t), "mysql": mySQL(t)} {
		t.Run(name, func(t *testing.T) {
			f.database(t, "checked")
			f.run(t, "checked", "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE m (id INT) ENGINE=MyISAM; INSERT INTO m VALUES (1); CREATE VIEW v AS SELECT * FROM a; "+
				"CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @x=1; CREATE PROCEDURE p() SELECT 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1")
			for i, grants := range []string{
				"ALL ON checked.*", "SELECT ON checked.*", "SELECT, LOCK TABLES, SHOW VIEW ON checked.*", "SELECT ON checked.a", "SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON checked.*",
			} {
				user := fmt.Sprintf("checked%d", i)
				f.run(t, "", fmt.Sprintf("DROP USER IF EXISTS %[1]s@localhost; CREATE USER %[1]s@localhost; GRANT %[2]s TO %[1]s@localhost", user, grants))
				db := f.config("checked")
				db.User = user
				c, err := dump.Check(t.Context(), db, dump.Options{})
				if err != nil {
					t.Fatal(err)
				}
				_, report, err := tryDump(t.Context(), db, dump.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(c.Missing, report.Missing) {
					t.Errorf("%s: missing are %v, in the dump %v", grants, c.Missing, report.Missing)
				}
				unlocked := strings.Contains(fmt.Sprint(report.Warnings), "without a lock")
				if told := strings.Contains(fmt.Sprint(c.Warnings), "without a lock"); told != unlocked {
					t.Errorf("%s: warnings are %v, in the dump %v", grants, c.Warnings, report.Warnings)
				}
				if len(c.Tables) != len(report.Tables) || c.Version == "" || c.Network != "unix" || !c.Local || c.Encrypted {
					t.Errorf("%s: %+v; the dump has %v", grants, c, report.Tables)
				}
			}
		})
	}
}

func TestCheckReportsTheConnection(t *testing.T) {
	f := mariaDB(t)
	f.database(t, "wired")
	f.run(t, "", "CREATE OR REPLACE USER wired@'%' IDENTIFIED BY 'pass-word'; GRANT ALL ON wired.* TO wired@'%'")
	for _, tls := range []bool{false, true} {
		db := wordpress.Database{
			Name: "wired", User: "wired", Password: "pass-word", Host: "127.0.0.1", Port: f.port,
			TLS: wordpress.TLS{Enabled: tls, SkipVerify: true},
		}
		c, err := dump.Check(t.Context(), db, dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Network != "tcp" || !c.Local || c.Encrypted != tls {
			t.Errorf("with TLS %v: %+v", tls, c)
		}
	}
	db := wordpress.Database{Name: "wired", User: "wired", Password: "wrong-word", Host: "127.0.0.1", Port: f.port}
	if _, err := dump.Check(t.Context(), db, dump.Options{}); err == nil || strings.Contains(err.Error(), "wrong-word") {
		t.Errorf("with a wrong password: %v", err)
	}
}
