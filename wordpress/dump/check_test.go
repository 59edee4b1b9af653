package dump_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

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

// A checkup also finds what stops a dump, or leaves something out of it.
func TestCheckFindsWhatStopsADump(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		db := f.database(t, "checkstop")
		f.run(t, db, "CREATE TABLE good (id INT PRIMARY KEY); CREATE TABLE held (id INT) ENGINE=MyISAM; INSERT INTO held VALUES (1)")
		if c, err := dump.Check(t.Context(), f.config(db), dump.Options{}); err != nil || len(c.Missing) > 0 {
			t.Fatalf("%+v, %v", c, err)
		}
		pool := f.open(t, db)
		pool.SetMaxOpenConns(1)
		for table, lock := range map[string]string{"held": "LOCK TABLES held WRITE", "good": "LOCK TABLES good WRITE"} {
			if _, err := pool.Exec(lock); err != nil {
				t.Fatal(err)
			}
			if _, err := dump.Check(t.Context(), f.config(db), dump.Options{LockWait: time.Millisecond}); err == nil || !strings.Contains(err.Error(), "in use: "+table+"; session ") {
				t.Errorf("%s is locked: %v", table, err)
			}
			if _, err := pool.Exec("UNLOCK TABLES"); err != nil {
				t.Fatal(err)
			}
		}
		gone := filepath.Join(t.TempDir(), "gone")
		if _, err := dump.Check(t.Context(), f.config(db), dump.Options{Temp: tempIn(gone)}); err == nil || !strings.Contains(err.Error(), gone) {
			t.Errorf("without a folder for temporary files: %v", err)
		}
		f.run(t, "", "DROP USER IF EXISTS checkone@localhost; CREATE USER checkone@localhost WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON checkstop.* TO checkone@localhost")
		t.Cleanup(func() { f.run(t, "", "DROP USER checkone@localhost") })
		account := f.config(db)
		account.User = "checkone"
		if c, err := dump.Check(t.Context(), account, dump.Options{}); err != nil || !strings.Contains(fmt.Sprint(c.Warnings), "only one connection") {
			t.Errorf("with one connection: %+v, %v", c, err)
		}
		damage(t, f, db)
		if c, err := dump.Check(t.Context(), f.config(db), dump.Options{}); err != nil || len(c.Missing) != 1 || c.Missing[0].Object != "table `held`" {
			t.Errorf("with a damaged table: %+v, %v", c, err)
		}
	})
}

// damage empties the file with the rows of the table named held.
func damage(t *testing.T, f *flavour, db string) {
	t.Helper()
	f.run(t, db, "FLUSH TABLES")
	if err := os.Truncate(filepath.Join(query(t, f.open(t, db), "SELECT @@datadir"), db, "held.MYD"), 0); err != nil {
		t.Fatal(err)
	}
}
