package dump_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// hostile are global settings that break a dump or a restore if it relies on the default
// values.
var hostile = []string{
	"sql_select_limit=3", "sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,REAL_AS_FLOAT,HIGH_NOT_PRECEDENCE'",
	"sql_quote_show_create=0", "max_join_size=10", "sql_big_selects=0", "time_zone='-11:30'", "autocommit=0", "completion_type=1",
	"group_concat_max_len=4", "net_write_timeout=1", "wait_timeout=5", "sql_safe_updates=1", "sql_auto_is_null=1", "default_storage_engine=MyISAM",
	"character_set_server=utf16", "collation_server=utf16_bin", "collation_connection=latin7_bin", "character_set_results=latin7", "character_set_client=latin7",
	"unique_checks=1", "foreign_key_checks=1", "div_precision_increment=0", "sql_warnings=1", "big_tables=1", "default_week_format=6", "low_priority_updates=1",
}

var hostileMariaDB = []string{
	"tx_isolation='READ-UNCOMMITTED'", "max_statement_time=0.9", "idle_transaction_timeout=1", "idle_readonly_transaction_timeout=1",
	"check_constraint_checks=1", "explicit_defaults_for_timestamp=0", "innodb_strict_mode=1", "init_connect='SET SESSION sql_select_limit=2'",
	"old_mode='NO_DUP_KEY_WARNINGS_WITH_IGNORE,NO_PROGRESS_INFO,ZERO_DATE_TIME_CAST'", "system_versioning_asof='2020-09-13 12:26:41'", "tx_read_only=1", "innodb_default_row_format='redundant'",
}

var hostileMySQL = []string{
	"transaction_isolation='READ-UNCOMMITTED'", "transaction_read_only=1", "max_execution_time=900", "sql_generate_invisible_primary_key=1", "sql_require_primary_key=1", "show_gipk_in_create_table_and_information_schema=0",
	"information_schema_stats_expiry=86400", "show_create_table_verbosity=1", "init_connect='SET SESSION sql_select_limit=2'",
}

func TestHostileGlobalsMariaDB(t *testing.T) {
	f := mariaDB(t)
	hostileGlobals(t, f, append(hostileMariaDB, hostile...))
}

func TestHostileGlobalsMySQL(t *testing.T) {
	f := mySQL(t)
	hostileGlobals(t, f, append(hostileMySQL, hostile...))
}

func hostileGlobals(t *testing.T, f *flavour, settings []string) {
	db, want := f.torture(t)
	f.run(t, "", "CREATE USER guest@localhost; GRANT ALL ON *.* TO guest@localhost")
	t.Cleanup(func() { f.run(t, "", "DROP USER guest@localhost") })
	pool := f.open(t, "")
	pool.SetMaxOpenConns(1)
	var undo []string
	for _, s := range settings {
		name, _, _ := strings.Cut(s, "=")
		undo = append(undo, fmt.Sprintf("SET GLOBAL %s=%s", name, literal(query(t, pool, "SELECT @@GLOBAL."+name))))
	}
	calm := sync.OnceFunc(func() {
		for _, s := range slices.Backward(undo) {
			if _, err := pool.Exec(s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
	t.Cleanup(calm) // even if the test ends early: other tests use the server
	for _, s := range settings {
		if _, err := pool.Exec("SET GLOBAL " + s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	text, report, err := tryDump(t.Context(), f.config(db), dump.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Rows < 50 || len(report.Missing) > 0 {
		t.Errorf("report %+v", report)
	}
	if _, err := pool.Exec("CREATE DATABASE calm_back"); err != nil {
		t.Fatal(err)
	}
	if out, err := f.feed("calm_back", []byte(text)); err != nil {
		t.Errorf("restore: %v: %s", err, out)
	}
	calm()
	for _, d := range differences(want, f.describe(t, "calm_back")) {
		t.Error(d)
	}
	f.run(t, "", "DROP DATABASE calm_back")
}

// Without autocommit, the last rows of a dump need a commit.
func TestRestoreCommitsMariaDB(t *testing.T) { restoreCommits(t, mariaDB(t)) }

func TestRestoreCommitsMySQL(t *testing.T) { restoreCommits(t, mySQL(t)) }

func restoreCommits(t *testing.T, f *flavour) {
	db := f.database(t, "commits")
	f.run(t, db, "CREATE TABLE wp_last (id INT PRIMARY KEY); INSERT INTO wp_last VALUES (1), (2)")
	f.run(t, "", "DROP USER IF EXISTS guest@localhost; CREATE USER guest@localhost; GRANT ALL ON commits_back.* TO guest@localhost; SET GLOBAL autocommit=0")
	t.Cleanup(func() { f.run(t, "", "SET GLOBAL autocommit=1; DROP USER guest@localhost") })
	text, _ := f.dump(t, db, dump.Options{PrefixOnly: true})
	f.run(t, "", "CREATE DATABASE commits_back")
	t.Cleanup(func() { f.run(t, "", "DROP DATABASE commits_back") })
	if out, err := f.feedAs("guest", "commits_back", []byte(text)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := query(t, f.open(t, "commits_back"), "SELECT COUNT(*) FROM wp_last"); got != "2" {
		t.Errorf("%s rows are left", got)
	}
}

// literal quotes a setting's value, except numbers and the word DEFAULT.
func literal(v string) string {
	if v == "DEFAULT" || v != "" && strings.Trim(v, "0123456789.") == "" {
		return v
	}
	return "'" + v + "'"
}

// A server may store names in lower case while the configuration has upper-case letters.
func TestServerThatStoresLowerCaseNames(t *testing.T) {
	f := startMariaDB(t, filepath.Join(t.TempDir(), "m"), "--lower-case-table-names=1", "--character-set-server=ucs2", "--sql-mode=ORACLE")
	t.Cleanup(f.stop)
	f.run(t, "", "CREATE DATABASE `Shop`; USE Shop; SET sql_mode=''; CREATE TABLE wp_Posts (id INT PRIMARY KEY, t TEXT); INSERT INTO wp_Posts VALUES (1,'é'); CREATE VIEW wp_V AS SELECT id FROM Shop.WP_POSTS; "+
		"CREATE TRIGGER Shop.Tr BEFORE INSERT ON Shop.wp_Posts FOR EACH ROW SET @x=1; CREATE USER owner@localhost; GRANT ALL ON Shop.* TO owner@localhost")
	site := f.config("Shop")
	site.User = "owner"
	text, report, err := tryDump(t.Context(), site, dump.Options{PrefixOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Missing)+len(report.Warnings) > 0 || report.Rows != 1 || strings.Contains(strings.ToLower(text), "`shop`.") {
		t.Errorf("%+v\n%s", report, text)
	}
	f.restore(t, "shop_back", text)
	want := f.describe(t, "shop")
	want["trigger Tr"] = strings.ReplaceAll(want["trigger Tr"], "Shop.", "")
	for _, d := range differences(want, f.describe(t, "shop_back")) {
		t.Error(d)
	}
	t.Run("selection", func(t *testing.T) { selectionIgnoresCase(t, f) })
}

// selectionIgnoresCase selects tables by names with upper-case letters, as in the site's
// configuration, on a server that stores names in lower case.
func selectionIgnoresCase(t *testing.T, f *flavour) {
	f.run(t, "", "CREATE DATABASE Store; USE Store; SET sql_mode=''; CREATE TABLE Ab3_options (id INT PRIMARY KEY, option_name VARCHAR(191)); INSERT INTO Ab3_options VALUES (1,'siteurl'),(2,'_transient_a'); "+
		"CREATE TABLE Ab3_2_Posts (id INT); INSERT INTO Ab3_2_Posts VALUES (1); CREATE TABLE Ab3_posts (id INT); INSERT INTO Ab3_posts VALUES (1); CREATE TABLE Other_Users (id INT); CREATE VIEW Ab3_V AS SELECT id FROM AB3_Posts; "+
		"CREATE TRIGGER Tr BEFORE INSERT ON AB3_POSTS FOR EACH ROW SET @x=1; CREATE OR REPLACE USER storer@localhost; GRANT ALL ON Store.* TO storer@localhost")
	site := f.config("Store")
	site.User, site.TablePrefix, site.CustomTables = "storer", "Ab3_", []string{"OTHER_users"}
	all := "ab3_2_posts ab3_options ab3_posts ab3_v other_users"
	for _, c := range []struct {
		opts   dump.Options
		tables string
		rows   int64
	}{
		{dump.Options{PrefixOnly: true}, all, 4},
		{dump.Options{Blog: 2}, "ab3_2_posts other_users", 1},
		{dump.Options{NoTransients: true}, all, 3},
		{dump.Options{ExcludeTables: []string{"Ab3_2_Posts", "OTHER_*"}}, "ab3_options ab3_posts ab3_v", 3},
		{dump.Options{NoData: []string{"Ab3_P*"}}, all, 3},
		{dump.Options{Tables: []string{"Ab3_Posts", "?B3_V"}}, "ab3_posts ab3_v", 1},
		{dump.Options{Where: map[string]string{"Ab3_Options": "id=1"}}, all, 3},
	} {
		sql, report, err := tryDump(t.Context(), site, c.opts)
		if err != nil {
			t.Errorf("%+v: %v", c.opts, err)
			continue
		}
		var tables []string
		for _, r := range report.Tables {
			tables = append(tables, r.Name)
		}
		slices.Sort(tables)
		if got := strings.Join(tables, " "); got != c.tables || report.Rows != c.rows || len(report.Warnings)+len(report.Missing) > 0 {
			t.Errorf("%+v: %s, %d rows, %v %v; want %s, %d rows", c.opts, got, report.Rows, report.Warnings, report.Missing, c.tables, c.rows)
		}
		f.restore(t, "store_back", sql)
	}
}
