package dump_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestSelection(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "shared")
	for _, name := range []string{"wp_posts", "wp_options", "wp_users", "wp_usermeta", "wp_sitemeta", "wp_2_posts", "wp_2_options", "wp_12_posts", "wp_02_x", "wp2_posts", "other_posts", "all_users", "wpxposts", "wp_log"} {
		f.run(t, db, "CREATE TABLE "+name+" (id INT PRIMARY KEY, option_name VARCHAR(191), meta_key VARCHAR(255)); INSERT INTO "+name+
			" VALUES (1,'siteurl','m'),(2,'_transient_x','_site_transient_x'),(3,'_site_transient_timeout_y','_site_transient_timeout_y'),(4,'xtransient_z','xsite_transient_z')")
	}
	f.run(t, db, "CREATE VIEW wp_view AS SELECT * FROM wp_posts; CREATE VIEW other_view AS SELECT * FROM other_posts; CREATE PROCEDURE p() SELECT 1; "+
		"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1; CREATE TRIGGER t1 BEFORE INSERT ON wp_posts FOR EACH ROW SET @a=1; CREATE TRIGGER t2 BEFORE INSERT ON other_posts FOR EACH ROW SET @a=1")
	site := f.config(db)
	site.CustomTables = []string{"all_users"}
	for _, c := range []struct {
		name   string
		opts   dump.Options
		tables string
		code   string // the expected routines, triggers and events: p, e, t1, t2
		rows   string // the tables that do not have 4 rows, with their number of rows
	}{
		{"all", dump.Options{}, "all_users other_posts other_view wp2_posts wp_02_x wp_12_posts wp_2_options wp_2_posts wp_log wp_options wp_posts wp_sitemeta wp_usermeta wp_users wp_view wpxposts", "p e t1 t2", ""},
		{"tables", dump.Options{Tables: []string{"wp_posts", "*_view"}}, "other_view wp_posts wp_view", "t1", ""},
		{"exclude", dump.Options{ExcludeTables: []string{"wp*", "other_view"}}, "all_users other_posts", "p e t2", ""},
		{"prefix", dump.Options{PrefixOnly: true, ExcludeTables: []string{"wp_log"}}, "all_users wp_02_x wp_12_posts wp_2_options wp_2_posts wp_options wp_posts wp_sitemeta wp_usermeta wp_users wp_view", "t1", ""},
		{"site 2", dump.Options{Blog: 2}, "all_users wp_2_options wp_2_posts wp_usermeta wp_users", "", ""},
		{"site 1", dump.Options{Blog: 1}, "all_users wp_02_x wp_log wp_options wp_posts wp_sitemeta wp_usermeta wp_users wp_view", "t1", ""},
		{"no data", dump.Options{Tables: []string{"wp_*"}, NoData: []string{"*_l?g", "wp_posts"}}, "wp_02_x wp_12_posts wp_2_options wp_2_posts wp_log wp_options wp_posts wp_sitemeta wp_usermeta wp_users wp_view", "t1", "wp_log=0 wp_posts=0"},
		{"no transients", dump.Options{PrefixOnly: true, NoTransients: true}, "all_users wp_02_x wp_12_posts wp_2_options wp_2_posts wp_log wp_options wp_posts wp_sitemeta wp_usermeta wp_users wp_view", "t1", "wp_2_options=2 wp_options=2 wp_sitemeta=2"},
		{"where", dump.Options{Tables: []string{"wp_options", "wp_log"}, NoTransients: true, Where: map[string]string{"wp_log": "id=1 OR id=2", "wp_options": "id=1 OR id=2"}}, "wp_log wp_options", "", "wp_log=2 wp_options=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, report, err := tryDump(t.Context(), site, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			var tables, odd, code []string
			for _, r := range report.Tables {
				tables = append(tables, r.Name)
				if r.Kind == "table" && r.Rows != 4 {
					odd = append(odd, fmt.Sprintf("%s=%d", r.Name, r.Rows))
				}
			}
			slices.Sort(tables)
			for name, what := range map[string]string{"p": "PROCEDURE `p`", "e": "EVENT `e`", "t1": "TRIGGER t1 ", "t2": "TRIGGER t2 "} {
				if strings.Contains(text, what) {
					code = append(code, name)
				}
			}
			slices.Sort(code)
			want := strings.Fields(c.code)
			slices.Sort(want)
			if got := strings.Join(tables, " "); got != c.tables {
				t.Errorf("tables %s\nwant   %s", got, c.tables)
			}
			if !slices.Equal(code, want) {
				t.Errorf("code %v, want %v", code, want)
			}
			if got := strings.Join(odd, " "); got != c.rows {
				t.Errorf("rows %s, want %s", got, c.rows)
			}
		})
	}
}

func TestSkipDefiner(t *testing.T) {
	f := mariaDB(t)
	db, _ := f.torture(t)
	text, _ := f.dump(t, db, dump.Options{SkipDefiner: true})
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "DEFINER=") && !strings.HasPrefix(line, "-- ") {
			t.Errorf("%.200s", line)
		}
	}
	f.run(t, "", "CREATE OR REPLACE USER restorer@localhost; GRANT ALL ON defined_back.* TO restorer@localhost")
	f.database(t, "defined_back")
	out, err := f.feedAs("restorer", "defined_back", []byte(text))
	if err != nil {
		t.Fatalf("restore under another account: %v: %s", err, out)
	}
	if got := query(t, f.open(t, "defined_back"), "SELECT GROUP_CONCAT(DISTINCT DEFINER) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA='defined_back'"); got != "restorer@localhost" {
		t.Errorf("triggers are defined by %s", got)
	}
}

func TestRestoreByAConfinedAccountMariaDB(t *testing.T) { restoreByAConfinedAccount(t, mariaDB(t)) }

func TestRestoreByAConfinedAccountMySQL(t *testing.T) {
	f := mySQL(t)
	f.run(t, "", "SET GLOBAL log_bin_trust_function_creators=1")
	t.Cleanup(func() { f.run(t, "", "SET GLOBAL log_bin_trust_function_creators=0") })
	restoreByAConfinedAccount(t, f)
}

// restoreByAConfinedAccount restores as the documentation says: with the site's account, which
// has privileges only on one database.
func restoreByAConfinedAccount(t *testing.T, f *flavour) {
	db := f.database(t, "confined")
	f.database(t, "confined_back")
	f.run(t, "", "DROP USER IF EXISTS confined@localhost; CREATE USER confined@localhost; GRANT ALL ON confined.* TO confined@localhost; GRANT ALL ON confined_back.* TO confined@localhost")
	t.Cleanup(func() { f.run(t, "", "DROP USER confined@localhost") })
	script := "CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE m (id INT) ENGINE=MyISAM; CREATE VIEW v AS SELECT id FROM a; CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET @x=1; " +
		"CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION fn() RETURNS INT DETERMINISTIC RETURN 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;"
	if out, err := f.feedAs("confined", db, []byte(script)); err != nil {
		t.Fatal(out)
	}
	site := f.config(db)
	site.User = "confined"
	sql, report, err := tryDump(t.Context(), site, dump.Options{})
	if err != nil || len(report.Missing)+len(report.Warnings) > 0 {
		t.Fatalf("%v, %+v", err, report)
	}
	if out, err := f.feedAs("confined", "confined_back", []byte(sql), "--binary-mode"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, d := range differences(f.describe(t, db), f.describe(t, "confined_back")) {
		t.Error(d)
	}
}

func TestTransientsOfAnAccountOfTheSiteAreNotDeleted(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "transients")
	f.run(t, db, "CREATE TABLE wp_options (option_id INT PRIMARY KEY, option_name VARCHAR(191)); INSERT INTO wp_options VALUES (1,'_transient_a'),(2,'b')")
	before := f.describe(t, db)
	_, report := f.dump(t, db, dump.Options{NoTransients: true})
	if report.Rows != 1 {
		t.Errorf("%d rows", report.Rows)
	}
	for _, d := range differences(before, f.describe(t, db)) {
		t.Error(d)
	}
}

// Names that differ only in case or accents belong to different objects.
func TestNamesThatDifferOnlyInCaseOrAccents(t *testing.T) {
	f := mariaDB(t)
	for _, db := range []string{"alike", "Alike", "älike"} {
		f.database(t, db)
		f.run(t, db, "CREATE TABLE t (`"+db+"` INT PRIMARY KEY); CREATE TABLE T (x INT); CREATE VIEW v AS SELECT * FROM t; CREATE PROCEDURE `p"+db+"`() SELECT 1; "+
			"CREATE EVENT `e"+db+"` ON SCHEDULE EVERY 1 DAY DO SELECT 1; CREATE TRIGGER `r"+db+"` BEFORE INSERT ON t FOR EACH ROW SET @x=1")
	}
	for _, db := range []string{"alike", "Alike", "älike"} {
		text, report := f.dump(t, db, dump.Options{})
		for _, other := range []string{"alike", "Alike", "älike"} {
			for _, kind := range []string{"p", "e", "r"} {
				if has := strings.Contains(text, "`"+kind+other+"`"); has != (other == db) {
					t.Errorf("%s: has %s%s is %v", db, kind, other, has)
				}
			}
		}
		if len(report.Tables) != 3 {
			t.Errorf("%s: %+v", db, report.Tables)
		}
	}
}
