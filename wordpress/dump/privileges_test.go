package dump_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestPrivilegesOnSharedHostsMariaDB(t *testing.T) { privilegesOnSharedHosts(t, mariaDB(t)) }

func TestPrivilegesOnSharedHostsMySQL(t *testing.T) { privilegesOnSharedHosts(t, mySQL(t)) }

// privilegesOnSharedHosts dumps with accounts that are typical of shared hosts. None of them has
// PROCESS, RELOAD or SUPER.
func privilegesOnSharedHosts(t *testing.T, f *flavour) {
	f.database(t, "shared_db")
	f.run(t, "shared_db", "CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id INT); CREATE TABLE m (id INT) ENGINE=MyISAM; INSERT INTO m VALUES (1); "+
		"CREATE VIEW v AS SELECT * FROM a; CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @x=1; CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION fn() RETURNS INT DETERMINISTIC RETURN 1; "+
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1")
	for _, c := range []struct {
		name    string
		grants  []string
		missing []string // expected objects of Report.Missing
		has     []string // texts that the dump must contain
		lacks   []string
		warns   string
	}{
		{
			name: "all_of_db", grants: []string{"ALL ON `shared\\_db`.*"},
			missing: []string{"function `fn`", "procedure `p`"},
			has:     []string{"CREATE TABLE `a`", "VIEW `v` AS", "BEFORE INSERT ON", "EVENT `e`", "INSERT INTO `a`", "INSERT INTO `m`"},
			lacks:   []string{"FUNCTION `fn`"},
		}, {
			name: "select_lock", grants: []string{"SELECT, LOCK TABLES ON shared_db.*"},
			missing: []string{"triggers", "events", "routines", "view `v`"},
			has:     []string{"CREATE TABLE `a`", "INSERT INTO `a`", "INSERT INTO `m`"}, lacks: []string{"VIEW `v` AS", "BEFORE INSERT ON"},
		}, {
			name: "no_lock", grants: []string{"SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON `shared%`.*"},
			missing: []string{"function `fn`", "procedure `p`"},
			has:     []string{"INSERT INTO `m`", "VIEW `v` AS", "BEFORE INSERT ON", "EVENT `e`"}, warns: "without a lock",
		}, {
			name: "single_tables", grants: []string{"SELECT ON shared_db.a", "SELECT (id) ON shared_db.v", "INSERT ON shared_db.b", "SELECT, LOCK TABLES ON other.*"},
			missing: []string{"tables", "triggers", "events", "routines", "view `v`", "table `b`"},
			has:     []string{"INSERT INTO `a`", "CREATE TABLE `b`"}, lacks: []string{"`m`"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.run(t, "", fmt.Sprintf("DROP USER IF EXISTS %[1]s@localhost; CREATE USER %[1]s@localhost", c.name))
			for _, g := range c.grants {
				f.run(t, "", fmt.Sprintf("GRANT %s TO %s@localhost", g, c.name))
			}
			db := f.config("shared_db")
			db.User = c.name
			text, report, err := tryDump(t.Context(), db, dump.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var missing []string
			for _, m := range report.Missing {
				missing = append(missing, m.Object)
			}
			slices.Sort(missing)
			slices.Sort(c.missing)
			if !slices.Equal(missing, c.missing) {
				t.Errorf("missing %q; want %q", missing, c.missing)
			}
			for _, h := range c.has {
				if !strings.Contains(text, h) {
					t.Errorf("the dump has no %s", h)
				}
			}
			for _, l := range c.lacks {
				if strings.Contains(text, l) {
					t.Errorf("the dump has %s", l)
				}
			}
			if warnings := fmt.Sprint(report.Warnings); !strings.Contains(warnings, c.warns) {
				t.Errorf("warnings %s; want %q", warnings, c.warns)
			}
			for _, m := range report.Missing {
				if !strings.Contains(text, "-- Missing: "+m.String()) {
					t.Errorf("the dump itself does not say that %s is missing", m.Object)
				}
			}
			f.restore(t, "shared_back", text)
			if _, _, err := tryDump(t.Context(), db, dump.Options{Strict: true}); err == nil {
				t.Error("strict, but no error")
			}
		})
	}
}

func TestAllPrivilegesMissNothing(t *testing.T) {
	f := mariaDB(t)
	f.database(t, "mine")
	f.run(t, "mine", "CREATE TABLE a (id INT)")
	f.run(t, "", "CREATE OR REPLACE ROLE owner; GRANT ALL ON mine.* TO owner; CREATE OR REPLACE USER mine@localhost; GRANT owner TO mine@localhost; SET DEFAULT ROLE owner FOR mine@localhost")
	db := f.config("mine")
	db.User = "mine"
	_, report, err := tryDump(t.Context(), db, dump.Options{Strict: true})
	if err != nil || len(report.Missing) > 0 || len(report.Warnings) > 0 {
		t.Errorf("got %v, %+v", err, report)
	}
}

func TestUnknownDatabaseAndWrongPassword(t *testing.T) {
	f := mariaDB(t)
	db := f.config("no_such_db")
	if _, _, err := tryDump(t.Context(), db, dump.Options{}); err == nil || !strings.Contains(err.Error(), "no_such_db") {
		t.Errorf("got %v", err)
	}
	db.User, db.Password = "nobody_here", "s3cret-pass"
	if _, _, err := tryDump(t.Context(), db, dump.Options{}); err == nil || strings.Contains(err.Error(), "s3cret-pass") {
		t.Errorf("got %v", err)
	}
	db.Socket = t.TempDir() + "/none"
	if _, _, err := tryDump(t.Context(), db, dump.Options{}); err == nil || !strings.Contains(err.Error(), db.Socket) {
		t.Errorf("got %v", err)
	}
}
