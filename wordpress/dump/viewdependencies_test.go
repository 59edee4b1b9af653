package dump_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestViewsOnMissingObjectsDoNotStopTheRestoreMariaDB(t *testing.T) {
	viewsOnMissingObjects(t, mariaDB(t))
}

func TestViewsOnMissingObjectsDoNotStopTheRestoreMySQL(t *testing.T) {
	viewsOnMissingObjects(t, mySQL(t))
}

// A view may depend on an object that is not in the dump: a table that is left out, or a function
// that the account cannot read.
func viewsOnMissingObjects(t *testing.T, f *flavour) {
	db := f.database(t, "lacking")
	f.run(t, db, "CREATE TABLE wp_a (id INT PRIMARY KEY, wp_log INT); CREATE TABLE wp_log (id INT); INSERT INTO wp_a VALUES (1, 2); "+
		"CREATE FUNCTION fn(x INT) RETURNS INT DETERMINISTIC RETURN x+1; "+
		"CREATE VIEW wp_v_kept AS SELECT id, wp_log FROM wp_a; CREATE VIEW wp_v_log AS SELECT a.id FROM wp_a a JOIN wp_log l ON a.id=l.id; "+
		"CREATE VIEW wp_v_on AS SELECT id FROM wp_v_log; CREATE VIEW wp_v_in AS SELECT id FROM wp_a WHERE id IN (SELECT id FROM wp_log); "+
		"CREATE VIEW wp_v_fn AS SELECT fn(id) AS f FROM wp_a; CREATE VIEW wp_v_cte AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<3), d(m) AS (SELECT 1) SELECT n FROM c, d; "+
		"CREATE TRIGGER tr BEFORE INSERT ON wp_a FOR EACH ROW SET NEW.id = NEW.id + (SELECT COUNT(*) FROM wp_log)")
	f.run(t, "", "DROP USER IF EXISTS lacks@localhost; CREATE USER lacks@localhost; GRANT ALL ON lacking.* TO lacks@localhost")
	for _, c := range []struct {
		name string
		user string
		opts dump.Options
		lost string
	}{
		{"everything", "root", dump.Options{}, ""},
		{"a table", "root", dump.Options{ExcludeTables: []string{"wp_log"}}, "wp_v_in wp_v_log wp_v_on"},
		{"prefix only, without routines", "root", dump.Options{PrefixOnly: true}, "wp_v_fn"},
		{"another's function", "lacks", dump.Options{}, "wp_v_fn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			as := f.config(db)
			as.User = c.user
			text, report, err := tryDump(t.Context(), as, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			f.restore(t, "lacking_back", text)
			var lost []string
			there := f.describe(t, "lacking_back")
			for _, v := range []string{"wp_v_cte", "wp_v_fn", "wp_v_in", "wp_v_kept", "wp_v_log", "wp_v_on"} {
				if _, ok := there["table "+v]; !ok {
					lost = append(lost, v)
					if !strings.Contains(fmt.Sprint(report.Warnings), "`"+v+"`") && !strings.Contains(fmt.Sprint(report.Warnings), "view "+v) {
						t.Errorf("no warning about %s in %v", v, report.Warnings)
					}
					if !strings.Contains(text, "-- CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `"+v+"`") {
						t.Errorf("the definition of %s is not kept as a comment", v)
					}
				}
			}
			if got := strings.Join(lost, " "); got != c.lost {
				t.Errorf("not restored: %q, want %q", got, c.lost)
			}
			if there["trigger tr"] == "" {
				t.Error("the objects after the views were not restored")
			}
		})
	}
}

// A misspelt name is refused, and does not lead to a dump that lacks a table.
func TestSelectionWithoutMatchIsRefused(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "selected")
	f.run(t, db, "CREATE TABLE wp_posts (id INT PRIMARY KEY); CREATE TABLE wp_2_posts (id INT PRIMARY KEY); CREATE VIEW wp_v AS SELECT * FROM wp_posts")
	for _, c := range []struct {
		prefix string
		opts   dump.Options
		want   string // part of the error; "" for a valid selection
	}{
		{"wp_", dump.Options{Tables: []string{"wp_posts", "wp_psots"}}, "wp_psots matches no table"},
		{"wp_", dump.Options{Tables: []string{"x*"}}, "x* matches no table"},
		{"wp_", dump.Options{Tables: []string{"wp_v"}}, ""},
		{"wp_", dump.Options{Blog: 2}, ""},
		{"wp_", dump.Options{Blog: 3}, "no table of site 3"},
		{"wp_", dump.Options{Blog: -1}, "blog -1"},
		{"xy_", dump.Options{PrefixOnly: true}, "no table with the site's prefix xy_"},
		{"", dump.Options{PrefixOnly: true}, "table prefix, which is unknown"},
		{"", dump.Options{Blog: 1}, "table prefix, which is unknown"},
		{"", dump.Options{NoTransients: true}, ""},
		{"wp_", dump.Options{Where: map[string]string{"wp_post": "1"}}, "where names wp_post"},
		{"wp_", dump.Options{Where: map[string]string{"wp_v": "1"}}, "where names wp_v"},
		{"wp_", dump.Options{Where: map[string]string{"wp_posts": "nonsense("}}, "syntax"},
		{"wp_", dump.Options{Tables: []string{"wp_posts"}, PrefixOnly: true}, "excludes"},
		{"wp_", dump.Options{NoData: []string{""}}, "empty name"},
		{"wp_", dump.Options{Threads: 17}, "threads 17"},
		{"wp_", dump.Options{For: "oracle"}, "oracle"},
	} {
		as := f.config(db)
		as.TablePrefix = c.prefix
		_, _, err := tryDump(t.Context(), as, c.opts)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: got %v; want %q", c.opts, err, c.want)
		}
	}
}

// A warning names an option that has no effect.
func TestSelectionWithoutEffectIsNamed(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "selecting")
	f.run(t, db, "CREATE TABLE wp_posts (id INT PRIMARY KEY); CREATE TABLE wp_2_options (id INT PRIMARY KEY, option_name TEXT)")
	for _, c := range []struct {
		opts dump.Options
		want string // part of the only warning; "" if there must be none
	}{
		{dump.Options{ExcludeTables: []string{"wp_psots"}}, "exclude_table names wp_psots"},
		{dump.Options{ExcludeTables: []string{"WP_posts"}}, "exclude_table names WP_posts"},
		{dump.Options{ExcludeTables: []string{"wp_log*", "wp_p*"}}, "exclude_table names wp_log*"},
		{dump.Options{ExcludeTables: []string{"wp_2_options"}, Tables: []string{"wp_posts"}}, ""},
		{dump.Options{NoData: []string{"wp_l?g"}}, "no_data names wp_l?g"},
		{dump.Options{NoData: []string{"wp_posts"}}, ""},
		{dump.Options{NoTransients: true}, ""},
		{dump.Options{NoTransients: true, Tables: []string{"wp_posts"}}, "no transients are left out"},
	} {
		_, report := f.dump(t, db, c.opts)
		if len(report.Warnings) > 1 || strings.Contains(fmt.Sprint(report.Warnings), "names") != strings.Contains(c.want, "names") || !strings.Contains(fmt.Sprint(report.Warnings), c.want) || c.want == "" && len(report.Warnings) > 0 {
			t.Errorf("%+v: %v; want %q", c.opts, report.Warnings, c.want)
		}
	}
}

// Servers ignore case in the names of functions.
func TestViewOnFunctionInCapitals(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "capitals")
	f.run(t, db, "CREATE FUNCTION fTotal() RETURNS INT DETERMINISTIC RETURN 1; CREATE VIEW v AS SELECT FTOTAL() AS a")
	_, report := f.dump(t, db, dump.Options{})
	if len(report.Warnings) > 0 {
		t.Error(report.Warnings)
	}
}

// The head of a partial dump says that it is partial.
func TestPartialDumpSaysSo(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "partial")
	f.run(t, db, "CREATE TABLE wp_posts (id INT PRIMARY KEY, t TEXT)")
	text, _ := f.dump(t, db, dump.Options{Where: map[string]string{"wp_posts": "t <> '\n*/ \\! x'"}, NoData: []string{"wp_l?g"}})
	if want := "\n-- Partial or adapted, as these options say: {\"no_data\":[\"wp_l?g\"],\"where\":{\"wp_posts\":\"t <> '\\n*/ \\\\! x'\"}}\n"; !strings.Contains(text, want) {
		t.Errorf("got %.500s; want %s", text, want)
	}
	text, _ = f.dump(t, db, dump.Options{Strict: true, Threads: 2})
	if strings.Contains(text, "Partial or adapted") {
		t.Error("a complete dump says that it is partial")
	}
}

func TestDatabasesOfAnyNameMariaDB(t *testing.T) { databasesOfAnyName(t, mariaDB(t)) }

func TestDatabasesOfAnyNameMySQL(t *testing.T) { databasesOfAnyName(t, mySQL(t)) }

// The database's name may contain any character, and may also be an alias in the
// database's definitions.
func databasesOfAnyName(t *testing.T, f *flavour) {
	for _, name := range []string{"a`l", "al", "my-db.%s '\"\\ */", "-- x", "ünï", "select", "123", "new\nline"} {
		t.Run(name, func(t *testing.T) {
			db := name
			f.run(t, "", "DROP DATABASE IF EXISTS "+quote(db)+"; CREATE DATABASE "+quote(db))
			t.Cleanup(func() { f.run(t, "", "DROP DATABASE "+quote(db)) })
			pool := f.open(t, "")
			pool.SetMaxOpenConns(1)
			q := quote(db)
			for _, s := range []string{
				"USE " + q, "CREATE TABLE t1 (id INT PRIMARY KEY, a INT, " + q + " INT)", "CREATE TABLE t2 (id INT, a INT)", "CREATE TABLE a (x INT)", "CREATE TABLE " + q + " (" + q + " INT, y INT)",
				"INSERT INTO t1 VALUES (1, 2, 3)", "INSERT INTO t2 VALUES (1, 4)", "INSERT INTO " + q + " VALUES (5, 6)",
				"CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 7",
				"CREATE VIEW v1 AS SELECT " + q + ".a, " + q + ".id, " + q + "." + q + ", f() AS f FROM t1 " + q + " JOIN t2 ON " + q + ".id=t2.id",
				"CREATE VIEW v0 AS SELECT " + q + "." + q + "." + q + ", v1.a FROM " + q + "." + q + " JOIN " + q + ".v1",
				"CREATE TRIGGER tr BEFORE INSERT ON " + q + " FOR EACH ROW SET NEW.y = 1",
			} {
				if _, err := pool.Exec(s); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
			text, report := f.dump(t, db, dump.Options{})
			if len(report.Warnings)+len(report.Missing) > 0 {
				t.Errorf("%v %v", report.Warnings, report.Missing)
			}
			f.restore(t, "named_back", text)
			for _, d := range differences(onlyRows(f.describe(t, db)), onlyRows(f.describe(t, "named_back"))) {
				t.Error(d)
			}
			for view, want := range map[string]string{"v0": "5 2", "v1": "2 1 3 7"} {
				if got := query(t, f.open(t, "named_back"), "SELECT * FROM "+view); got != want {
					t.Errorf("%s has %s, want %s", view, got, want)
				}
			}
		})
	}
}
