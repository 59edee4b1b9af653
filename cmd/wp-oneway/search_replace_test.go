package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// emptyDatabase creates a database. It returns an option file of an account that has rights on
// this database only.
func emptyDatabase(t *testing.T, name string) (optionFile string) {
	t.Helper()
	db := shared.db(t)
	if err := db.Exec(t.Context(), "CREATE OR REPLACE DATABASE "+name, "CREATE OR REPLACE USER "+name+"@localhost", "GRANT ALL ON "+name+".* TO "+name+"@localhost"); err != nil {
		t.Fatal(err)
	}
	optionFile = filepath.Join(t.TempDir(), "restore.cnf")
	text := fmt.Sprintf("[client]\nuser=%s\ndatabase=%s\nsocket=%s\n", name, name, db.Socket)
	if err := os.WriteFile(optionFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return optionFile
}

// TestSearchReplace moves a small network, and checks each value.
func TestSearchReplace(t *testing.T) {
	t.Parallel()
	s, h, to := newDumpSite(t, "moving",
		"CREATE TABLE wp_options (option_id INT AUTO_INCREMENT PRIMARY KEY, option_value LONGTEXT) CHARACTER SET utf8mb4",
		`INSERT INTO wp_options (option_value) VALUES ('http://old.example'), ('a:1:{s:3:"url";s:27:"https://www.old.example/ü\\";}'), ('{"u":"http:\\/\\/old.example\\/x"}'),
		('a:9:{http://old.example'), ('u=https%3A%2F%2Fold.example%2F'), ('//old.example/a'), ('http://old.example.com')`,
		"CREATE TABLE wp_blogs (blog_id INT PRIMARY KEY, domain VARCHAR(200), path VARCHAR(100))", "INSERT INTO wp_blogs VALUES (1,'old.example','/'),(2,'old.example','/two/')",
		"CREATE TABLE wp_posts (guid VARCHAR(255), note VARCHAR(255) CHARACTER SET latin1)", // without a primary key
		"INSERT INTO wp_posts VALUES ('http://old.example/?p=1', _utf8mb4 's:20:\"http://old.example/é\";')",
		"CREATE TABLE wp_skipped (a TEXT)", "INSERT INTO wp_skipped VALUES ('http://old.example')",
	), newHost(t), t.TempDir()
	s.exec("UPDATE wp_posts SET note=_utf8mb4 's:21:\"http://old.example/é\";'")
	h.backup(0, s.root, "--name", "moving", "--kind", "db", "--to", to)
	options := emptyDatabase(t, "moving_new")
	args := []string{"restore", "--from", to, "--latest", "--site", "moving", "--only", "db", "--db-defaults-file", options}
	code, stdout, stderr := h.run(append(args, "--search-replace", "http://old.example", "https://brand.new.example", "--skip-tables", "wp_skip*")...)
	if code != 0 || !strings.Contains(stdout, "unchanged: wp_options.option_value option_id=4: the serialized value is broken") {
		t.Fatalf("exit status %d\n%s%s", code, stdout, stderr)
	}
	for _, line := range []string{"wp_blogs domain 2 2 0", "wp_options option_value 5 5 1", "wp_posts note 1 1 0"} {
		if !strings.Contains(strings.Join(strings.Fields(stdout), " "), line) {
			t.Errorf("%q is not in the report:\n%s", line, stdout)
		}
	}
	db, err := sql.Open("mysql", shared.db(t).DSN("moving_new"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string][]string{
		"SELECT option_value FROM wp_options ORDER BY option_id": {
			"https://brand.new.example", `a:1:{s:3:"url";s:29:"https://brand.new.example/ü\";}`, `{"u":"https:\/\/brand.new.example\/x"}`,
			"a:9:{http://old.example", "u=https%3A%2F%2Fbrand.new.example%2F", "//brand.new.example/a", "http://old.example.com",
		},
		"SELECT CONCAT(domain,path) FROM wp_blogs ORDER BY blog_id": {"brand.new.example/", "brand.new.example/two/"},
		"SELECT CONCAT(guid,' ',note) FROM wp_posts":                {`http://old.example/?p=1 s:28:"https://brand.new.example/é";`},
		"SELECT a FROM wp_skipped":                                  {"http://old.example"},
	} {
		if got := firstColumn(t, db, query); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %q\nwant %q", query, got, want)
		}
	}
	h.refused("give two URLs", append(args, "--search-replace", "http://old.example", "new.example")...)
	h.refused("=OLD,NEW if neither has a comma", append(args, "--search-replace", "http://old.example")...)
	h.refused("needs two values", append(args, "--search-replace", "http://old.example", "--include-guid")...)
	h.refused("need --search-replace", append(args, "--include-guid")...)
}

// firstColumn returns the first column of the result of a query.
func firstColumn(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v sql.RawBytes
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, string(v))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// TestSearchReplaceOfWordPress moves the real WordPress. WordPress then reads each of its values
// and serves its front page.
func TestSearchReplaceOfWordPress(t *testing.T) {
	s, h, to := shared.site(t), newHost(t), t.TempDir()
	original, err := s.Database.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer original.Close()
	home := firstColumn(t, original, "SELECT option_value FROM wp_options WHERE option_name='home'")[0]
	const moved = "https://moved.example:8443/a/longer/path"
	h.backup(0, s.Root, "--name", "there", "--kind", "db", "--to", to)
	restore := func(site, into string, pair ...string) {
		t.Helper()
		args := []string{"restore", "--from", to, "--latest", "--site", site, "--only", "db", "--db-defaults-file", emptyDatabase(t, into), "--definer", "current", "--include-guid", "--search-replace"}
		if code, stdout, stderr := h.run(append(args, pair...)...); code != 0 || !strings.Contains(stdout, "wp_options ") {
			t.Fatalf("exit status %d\n%s%s", code, stdout, stderr)
		}
	}
	restore("there", "wp_there", home, moved)
	there := s.Database
	there.Name = "wp_there"
	db, err := there.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	values := slices.Concat(firstColumn(t, db, "SELECT option_value FROM wp_options"), firstColumn(t, db, "SELECT meta_value FROM wp_postmeta WHERE meta_value LIKE '%:%'"))
	if count := strings.Count(strings.Join(values, ""), moved); count < 2 {
		t.Errorf("the new address is there %d times", count)
	}
	checkUnserialize(t, values)
	url, stop, err := lab.ServeWordPress(t.Context(), s.Root, &lab.Database{Server: s.Database.Server, Name: "wp_there", User: "wp_there", Prefix: s.Database.Prefix})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	answer, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var page bytes.Buffer
	if _, err := page.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(page.String(), lab.KnownPost) {
		t.Errorf("the moved site answers %s, %v", answer.Status, err)
	}
}

// checkUnserialize makes WordPress read values.
func checkUnserialize(t *testing.T, values []string) {
	t.Helper()
	core, err := lab.WordPressCore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	fmt.Fprintf(&script, "<?php define('ABSPATH', '%s/'); define('WPINC', 'wp-includes'); require ABSPATH . 'wp-includes/functions.php'; $n = 0; foreach ([\n", core)
	for _, v := range values {
		fmt.Fprintf(&script, "hex2bin('%x'),\n", v)
	}
	script.WriteString(`] as $v) { if (is_serialized($v)) { if (maybe_unserialize($v) === false && trim($v) !== 'b:0;') { echo $v; exit(1); } $n++; } } exit($n < 5 ? 2 : 0);`)
	cmd := exec.CommandContext(t.Context(), "php", "-n")
	cmd.Stdin = strings.NewReader(script.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("maybe_unserialize: %v\n%.1000s", err, out)
	}
}
