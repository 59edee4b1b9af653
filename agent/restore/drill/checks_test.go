package drill

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/agent/restore/serve"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// network is the database of a small network of two sites.
const network = `CREATE TABLE wp_options (option_name varchar(99), option_value longtext)
INSERT INTO wp_options VALUES ('siteurl','https://a.example'),('home','https://a.example'),('template','parent'),('stylesheet','child'),('active_plugins','a:1:{i:0;s:7:"one.php";}')
CREATE TABLE wp_2_options LIKE wp_options
INSERT INTO wp_2_options VALUES ('template','child'),('stylesheet','child'),('active_plugins','a:1:{i:0;s:11:"two/two.php";}')
CREATE TABLE wp_2_posts (a int)
CREATE TABLE wp_2_postmeta (a int)
CREATE TABLE wp_2_terms (a int)
CREATE TABLE wp_2_comments (a int)
CREATE TABLE wp_blogs (blog_id int, deleted int)
INSERT INTO wp_blogs VALUES (1,0),(2,0),(3,1)
CREATE TABLE wp_sitemeta (meta_key varchar(99), meta_value longtext)
INSERT INTO wp_sitemeta VALUES ('active_sitewide_plugins','a:1:{s:9:"three.php";i:1;}')
CREATE TABLE history (a int) WITH SYSTEM VERSIONING
INSERT INTO history VALUES (1)
DELETE FROM history
CREATE VIEW v AS SELECT 1 AS a`

var networkTables = []manifest.Table{{Name: "wp_options", Rows: 5}, {Name: "wp_2_options", Rows: 3}, {Name: "wp_2_posts"}, {Name: "wp_blogs", Rows: 3}, {Name: "history", Rows: 1}, {Name: "v", Rows: 9}}

var networkFiles = []string{"wp-content/plugins/one.php", "wp-content/plugins/two/two.php", "mu/three.php", "wp-content/themes/parent/style.css", "wp-content/themes/child/style.css"}

// Whatever is missing in a restored site fails the drill.
func TestChecksOfARestoredSite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // the server's user must pass
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // as above
		t.Fatal(err)
	}
	db, err := newDatabase(t.Context(), nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for name, c := range map[string]struct {
		sql     string // changes the database
		remove  string // a file that is not there
		change  func(*drill)
		failed  string // the check that fails
		problem string
		skipped []string
	}{
		"complete":                   {},
		"a table is missing":         {sql: "DROP TABLE wp_2_posts", failed: nameRows, problem: "table wp_2_posts is missing"},
		"a row is missing":           {sql: "DELETE FROM wp_options WHERE option_name='x' OR option_name='template'", failed: nameRows, problem: "table wp_options has 4 rows; the details say 5"},
		"a row too many":             {sql: "INSERT INTO wp_2_posts VALUES (1)", failed: nameRows, problem: "table wp_2_posts has 1 rows; the details say 0"},
		"the history is missing":     {sql: "DELETE HISTORY FROM history", failed: nameRows, problem: "table history has 0 rows"},
		"a table cannot be read":     {sql: "CREATE OR REPLACE TABLE wp_2_posts (a int) ENGINE=MERGE UNION=(nothing)", failed: nameRows, problem: "table wp_2_posts cannot be read"},
		"a table is not in the list": {change: func(d *drill) { d.run.Manifest.Counts.Tables = 7 }, failed: nameRows, problem: "the details name 6 tables; the manifest says 7"},
		"no address":                 {sql: "UPDATE wp_options SET option_value=' ' WHERE option_name='home'", failed: nameAddress, problem: "the option home is missing or empty"},
		"no option of the address":   {sql: "UPDATE wp_options SET option_name='x' WHERE option_name='siteurl'", failed: nameAddress, problem: "the option siteurl is missing or empty"},
		"another prefix":             {change: func(d *drill) { d.details.TablePrefix, d.details.Multisite = "xy_", false; d.run.Kind = manifest.DB }, failed: nameAddress, problem: "table xy_options cannot be read", skipped: []string{namePlugins, nameThemes}},
		"a table of a sub-site":      {sql: "DROP TABLE wp_2_terms", failed: nameSubsites, problem: "site 2 lacks the table wp_2_terms"},
		"the list of sub-sites":      {sql: "ALTER TABLE wp_blogs DROP deleted", failed: nameSubsites, problem: "table wp_blogs cannot be read"},
		"a deleted sub-site":         {sql: "UPDATE wp_blogs SET deleted=1 WHERE blog_id=2"},
		"a plugin":                   {remove: "wp-content/plugins/one.php", failed: namePlugins, problem: "the file of the plugin one.php is missing"},
		"a plugin of a sub-site":     {remove: "wp-content/plugins/two/two.php", failed: namePlugins, problem: "the file of the plugin two/two.php is missing"},
		"a plugin of the network":    {remove: "mu/three.php", failed: namePlugins, problem: "the file of the plugin three.php is missing"},
		"a parent theme":             {remove: "wp-content/themes/parent/style.css", failed: nameThemes, problem: "style.css of the theme parent is missing"},
		"a theme":                    {remove: "wp-content/themes/child/style.css", failed: nameThemes, problem: "style.css of the theme child is missing"},
		"no theme":                   {sql: "UPDATE wp_2_options SET option_value='' WHERE option_name='template'", failed: nameThemes, problem: "the option template in table wp_2_options is missing or empty"},
		"only the database":          {change: func(d *drill) { d.run.Kind = manifest.DB }, skipped: []string{namePlugins, nameThemes}},
		"a part of the database": {sql: "DROP TABLE wp_options, wp_blogs", change: func(d *drill) {
			d.details.Dump = &dump.Options{}
			d.details.Tables = nil
			d.run.Manifest.Counts.Tables = 0
		}, skipped: []string{nameAddress, nameSubsites}},
		"no page of only a database": {change: func(d *drill) { d.run.Kind, d.o.Serve = manifest.DB, &Serving{} }, skipped: []string{namePlugins, nameThemes, nameFrontPage}},
		"a page of a wrong address":  {sql: "UPDATE wp_options SET option_value='javascript:x' WHERE option_name='home'", change: func(d *drill) { d.o.Serve = &Serving{} }, failed: nameFrontPage, problem: "the option home is no address"},
	} {
		script := "DROP DATABASE " + db.Name + "\nCREATE DATABASE " + db.Name + " CHARACTER SET utf8mb4\nUSE " + db.Name + "\n" + network + "\n" + c.sql
		for _, statement := range strings.Split(strings.TrimSpace(script), "\n") {
			if err := db.admin.Exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %s: %v", name, statement, err)
			}
		}
		restored := t.TempDir()
		for _, file := range networkFiles {
			if file != c.remove {
				writeFile(t, filepath.Join(restored, files.SiteFolder, file), "")
			}
		}
		d := &drill{
			dir: restored, db: db, report: &Report{}, details: &manifest.Details{
				Base: "/srv/a", Root: "/srv/a", ContentDir: "/srv/a/wp-content", PluginDir: "/srv/a/mu", TablePrefix: "wp_", Multisite: true, Tables: networkTables,
			},
			run: &catalog.Run{RunParts: manifest.RunParts{Kind: manifest.Full}, Manifest: &manifest.Manifest{Counts: manifest.Counts{Tables: len(networkTables)}}},
		}
		if c.change != nil {
			c.change(d)
		}
		conn, err := mysql.Connect(t.Context(), db.Database, mysql.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join((&checker{drill: d, conn: conn}).all(t.Context()), conn.Close())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var failed, skipped []string
		for _, check := range d.report.Checks {
			switch check.Result {
			case Failed:
				failed = append(failed, check.Name+": "+strings.Join(check.Problems, ", "))
			case Skipped:
				skipped = append(skipped, check.Name)
			case Passed:
			}
		}
		if (len(failed) == 0) != (c.failed == "") || c.failed != "" && !slices.ContainsFunc(failed, func(s string) bool { return strings.HasPrefix(s, c.failed+": ") && strings.Contains(s, c.problem) }) {
			t.Errorf("%s: failed: %q", name, failed)
		}
		if !slices.Equal(skipped, c.skipped) {
			t.Errorf("%s: skipped: %q", name, skipped)
		}
	}
}

func TestFilesAreCounted(t *testing.T) {
	t.Parallel()
	for restored, want := range map[int64]Result{7: Passed, 6: Failed, 8: Failed} {
		d := &drill{report: &Report{}, files: files.Summary{Files: restored}, run: &catalog.Run{RunParts: manifest.RunParts{Kind: manifest.Files}, Manifest: &manifest.Manifest{Counts: manifest.Counts{Files: 7}}}}
		if err := d.check(t.Context()); err != nil || len(d.report.Checks) != 1 || d.report.Checks[0].Result != want {
			t.Errorf("%d files: %+v, %v", restored, d.report.Checks, err)
		}
	}
}

// A page that does not show the site fails the drill.
func TestJudgePages(t *testing.T) {
	t.Parallel()
	good := serve.Page{URL: "https://a.example/", Status: 200, HTML: true, Bytes: 2048, Title: "Shop"}
	login := serve.Page{URL: "https://a.example/wp-login.php", Status: 200, HTML: true}
	with := func(p serve.Page, change func(*serve.Page)) serve.Page { change(&p); return p }
	for name, c := range map[string]struct {
		answer  serve.Answer
		problem string
	}{
		"good":             {serve.Answer{Pages: []serve.Page{good, login}, Log: []string{"PHP Warning: x"}}, ""},
		"a plugin's login": {serve.Answer{Pages: []serve.Page{good, with(login, func(p *serve.Page) { p.Status = 404 })}}, ""},
		"no answer":        {serve.Answer{}, "there is no answer"},
		"a broken answer":  {serve.Answer{Pages: []serve.Page{with(good, func(p *serve.Page) { p.Problem = "timeout\x1b" })}}, `https://a.example/: timeout\u001b`},
		"an error":         {serve.Answer{Pages: []serve.Page{with(good, func(p *serve.Page) { p.Status = 500 })}, Log: []string{"why"}}, "https://a.example/ answers 500 Internal Server Error Shop, log of PHP: why"},
		"the installation": {serve.Answer{Pages: []serve.Page{with(good, func(p *serve.Page) { p.URL += "wp-admin/install.php" })}}, "WordPress does not find its tables: it redirects to https://a.example/wp-admin/install.php"},
		"no HTML":          {serve.Answer{Pages: []serve.Page{with(good, func(p *serve.Page) { p.HTML = false })}}, "https://a.example/ answers 200, but without HTML"},
		"a broken login":   {serve.Answer{Pages: []serve.Page{good, with(login, func(p *serve.Page) { p.Status = 500 })}}, "https://a.example/wp-login.php answers 500 Internal Server Error "},
		"no login":         {serve.Answer{Pages: []serve.Page{good, with(login, func(p *serve.Page) { p.Status, p.Problem = 0, "EOF" })}}, "https://a.example/wp-login.php answers 0  EOF"},
		"a fatal error":    {serve.Answer{Pages: []serve.Page{good, login}, Log: []string{"PHP Fatal error: x"}}, "log of PHP: PHP Fatal error: x"},
		"a syntax error":   {serve.Answer{Pages: []serve.Page{good, login}, Log: []string{"PHP Parse error: x"}}, "log of PHP: PHP Parse error: x"},
	} {
		d := &drill{report: &Report{}}
		(&checker{drill: d}).judgePages(&c.answer)
		check := d.report.Checks[0]
		if got := strings.Join(check.Problems, ", "); got != c.problem || (check.Result == Failed) != (c.problem != "") {
			t.Errorf("%s: %s, %s", name, check.Result, got)
		}
	}
}

func TestResultOfADrill(t *testing.T) {
	t.Parallel()
	for results, want := range map[string]bool{"": false, "passed": true, "passed skipped": true, "skipped failed passed": false} {
		r := &Report{}
		for _, result := range strings.Fields(results) {
			r.Checks = append(r.Checks, Check{Result: Result(result)})
		}
		if r.finish(r.Started); r.Passed != want {
			t.Errorf("%s: %v", results, r.Passed)
		}
	}
	d := &drill{report: &Report{}}
	d.judge("x", "", slices.Repeat([]string{"p"}, maxProblems))
	d.judge("x", "", slices.Repeat([]string{"p"}, maxProblems+2))
	if a, b := d.report.Checks[0].Problems, d.report.Checks[1].Problems; len(a) != maxProblems || a[maxProblems-1] != "p" || len(b) != maxProblems+1 || b[maxProblems] != "and 2 more" {
		t.Error(fmt.Sprint(len(a), len(b), b[len(b)-1]))
	}
}

// A file behind a link that leads out of the backup cannot be examined. It is not a problem.
func TestFilesBehindLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "site/wp-content/plugins/a.php"), "")
	for link, target := range map[string]string{"out": "/srv/shared", "in": "plugins", "gone": "nothing"} {
		if err := os.Symlink(target, filepath.Join(dir, "site/wp-content", link)); err != nil {
			t.Fatal(err)
		}
	}
	c := &checker{drill: &drill{dir: dir, details: &manifest.Details{Base: "/srv/a", Root: "/srv/a"}}}
	for file, want := range map[string]bool{"plugins/a.php": true, "in/a.php": true, "out/a.php": true, "gone/a.php": false, "plugins/b.php": false, "../../../../etc/passwd": false} {
		if got := c.exists(file, "", ""); got != want {
			t.Errorf("%s exists: %v", file, got)
		}
	}
	if c.exists("none", "/etc", "passwd") || !c.exists("none", "/srv/a/wp-content", "plugins/a.php") {
		t.Error("another folder")
	}
}
