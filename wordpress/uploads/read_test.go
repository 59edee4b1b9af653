package uploads_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/uploads"
)

var started struct {
	sync.Mutex
	dir     string
	servers map[string]*lab.Server
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "uploads")
	if err != nil {
		panic(err)
	}
	started.dir, started.servers = dir, map[string]*lab.Server{}
	code := m.Run()
	for _, s := range started.servers {
		s.Kill()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code) //nolint:forbidigo // TestMain must exit so
}

// eachServer runs a test with MariaDB and, if scripts/fetch has fetched it, with MySQL.
func eachServer(t *testing.T, test func(t *testing.T, s *lab.Server)) {
	for name, start := range map[string]func(dir string) (*lab.Server, error){
		"mariadb": func(dir string) (*lab.Server, error) {
			return lab.StartMariaDB(context.Background(), dir, "--debug-no-sync", "--skip-sync-frm")
		},
		"mysql": func(dir string) (*lab.Server, error) {
			return lab.StartMySQL(context.Background(), dir, "--innodb-flush-method=nosync", "--skip-log-bin")
		},
	} {
		t.Run(name, func(t *testing.T) {
			started.Lock()
			defer started.Unlock()
			s := started.servers[name]
			if s == nil {
				var err error
				s, err = start(started.dir + "/" + name)
				if errors.Is(err, lab.ErrNoMySQL) && os.Getenv("WPO_TEST_MYSQL") == "" {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				started.servers[name] = s
			}
			test(t, s)
		})
	}
}

// database creates a database and runs statements in it.
func database(t *testing.T, s *lab.Server, name string, statements ...string) (db wordpress.Database, run func(...string)) {
	t.Helper()
	run = func(statements ...string) {
		t.Helper()
		pool, err := sql.Open("mysql", s.DSN(name))
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if _, err := pool.Exec(strings.Join(statements, "; ")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Exec(context.Background(), "DROP DATABASE "+name) })
	run(statements...)
	return wordpress.Database{Name: name, User: "root", Socket: s.Socket, TablePrefix: "wp_"}, run
}

func options(table, path string) string {
	return fmt.Sprintf("CREATE TABLE %[1]s (option_id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) UNIQUE, option_value LONGTEXT) CHARSET utf8mb4; "+
		"INSERT INTO %[1]s (option_name, option_value) VALUES ('siteurl', 'x'), ('upload_path', '%[2]s'), ('upload_url_path', '/y')", table, path)
}

// read reads in a session of its own and in a dump's snapshot, which must agree.
func read(t *testing.T, db wordpress.Database, site uploads.Site) *uploads.Paths {
	t.Helper()
	site.Prefix = db.TablePrefix
	session, err := dump.Connect(t.Context(), db, dump.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	got, err := uploads.Read(t.Context(), session, site)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dump.Open(t.Context(), db, dump.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	again, err := uploads.Read(t.Context(), d.Session(), site)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(got) {
		t.Errorf("in the snapshot: %v, %v; want %v", again, err, got)
	}
	return got
}

func want(t *testing.T, what string, got *uploads.Paths, values ...string) {
	t.Helper()
	var list []string
	for _, p := range got.List {
		list = append(list, p.Table+" "+p.Value)
	}
	slices.Sort(list)
	if !slices.Equal(list, values) || got.Unread.Total > 0 || got.Absent != "" {
		t.Errorf("%s: %q, unread %q, absent %q; want %q", what, list, got.Unread.Items, got.Absent, values)
	}
}

func TestOneSite(t *testing.T) {
	eachServer(t, func(t *testing.T, s *lab.Server) {
		db, run := database(t, s, "one", options("wp_options", "  /var/files \n"), options("wp_2_options", "another site"))
		want(t, "absolute", read(t, db, uploads.Site{}), "wp_options /var/files")
		want(t, "UPLOADS", read(t, db, uploads.Site{Constant: true}))
		for _, none := range []string{"", "0", " ", "wp-content/uploads"} {
			run("UPDATE wp_options SET option_value='" + none + "' WHERE option_name='upload_path'")
			want(t, "none", read(t, db, uploads.Site{}))
		}
		run("DELETE FROM wp_options WHERE option_name='upload_path'")
		want(t, "no row", read(t, db, uploads.Site{}))
		db.TablePrefix = "other_"
		if got := read(t, db, uploads.Site{}); got.Absent != "other_options" || len(got.List) > 0 || got.Unread.Total > 0 {
			t.Errorf("no table: %+v", got)
		}
	})
}

// PHP gets values in the character set of its connection.
func TestCharset(t *testing.T) {
	eachServer(t, func(t *testing.T, s *lab.Server) {
		db, run := database(t, s, "charset", "CREATE TABLE wp_options (option_name VARCHAR(191), option_value LONGTEXT) CHARSET latin1",
			"INSERT INTO wp_options VALUES ('upload_path', CONVERT(_binary 0x66C3A9 USING latin1))")
		want(t, "UTF-8 in a connection of latin1", read(t, db, uploads.Site{Charset: "latin1"}), "wp_options f\xc3\xa9")
		run("UPDATE wp_options SET option_value=CONVERT(_binary 0x66E9 USING latin1)")
		for _, charset := range []string{"", "utf8", "UTF8MB4", "utf-8", "utf8') FROM x; --"} {
			want(t, charset, read(t, db, uploads.Site{Charset: charset}), "wp_options f\xc3\xa9")
		}
	})
}

func TestEverySubSite(t *testing.T) {
	eachServer(t, func(t *testing.T, s *lab.Server) {
		const n = 2*100 + 7
		script := []string{options("wp_options", "wp-content/uploads")}
		var all []string
		for i := 1; i <= n; i++ {
			script = append(script, options(fmt.Sprintf("wp_%d_options", i), fmt.Sprintf("files/%d", i)))
			all = append(all, fmt.Sprintf("wp_%d_options files/%d", i, i))
		}
		slices.Sort(all)
		db, run := database(t, s, "network", script...)
		run(options("wp_02_options", "a"), options("wp_x_options", "b"), options("other_3_options", "c"), options("wp_3_3_options", "d"))
		want(t, "all", read(t, db, uploads.Site{Multisite: true}), all...)

		// Reading holds no lock of the site's tables.
		before := queries(t, db)
		d, err := dump.Open(t.Context(), db, dump.Options{ExcludeTables: []string{"*"}})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := uploads.Read(t.Context(), d.Session(), uploads.Site{Prefix: "wp_", Multisite: true}); err != nil {
			t.Fatal(err)
		}
		if used := queries(t, db) - before; used > 100 {
			t.Errorf("%d queries for %d sub-sites", used, n)
		}
		run("SET SESSION lock_wait_timeout=2", "ALTER TABLE wp_5_options ADD COLUMN more INT")

		// One table that cannot be read hides no other.
		run("DROP TABLE wp_7_options", "CREATE VIEW wp_7_options AS SELECT * FROM wp_8_options", "RENAME TABLE wp_8_options TO elsewhere")
		session, err := dump.Connect(t.Context(), db, dump.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		got, err := uploads.Read(t.Context(), session, uploads.Site{Prefix: "wp_", Multisite: true})
		if err != nil || len(got.List) != n-2 || got.Unread.Total != 1 || !strings.Contains(got.Unread.Items[0], "wp_7_options") {
			t.Errorf("a broken table: %d values, %q, %v", len(got.List), got.Unread.Items, err)
		}
	})
}

// queries returns how many statements the server has executed for clients.
func queries(t *testing.T, db wordpress.Database) (n int) {
	t.Helper()
	pool, err := sql.Open("mysql", "root@unix("+db.Socket+")/"+db.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var name string
	if err := pool.QueryRow("SHOW GLOBAL STATUS LIKE 'Questions'").Scan(&name, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// In a multisite, WordPress prefers UPLOADS unless a network serves its files through
// ms-files.php.
func TestConstantInMultisite(t *testing.T) {
	eachServer(t, func(t *testing.T, s *lab.Server) {
		db, run := database(t, s, "constant", options("wp_options", "/one"), options("wp_2_options", "/two"),
			"CREATE TABLE wp_site (id INT)", "INSERT INTO wp_site VALUES (1), (2)",
			"CREATE TABLE wp_sitemeta (site_id INT, meta_key VARCHAR(255), meta_value LONGTEXT)",
			"INSERT INTO wp_sitemeta VALUES (1, 'ms_files_rewriting', '0'), (2, 'ms_files_rewriting', '')")
		site := uploads.Site{Multisite: true, Constant: true}
		want(t, "no network", read(t, db, site))
		both := []string{"wp_2_options /two", "wp_options /one"}
		run("UPDATE wp_sitemeta SET meta_value='1' WHERE site_id=2")
		want(t, "one network", read(t, db, site), both...)
		run("DELETE FROM wp_sitemeta WHERE site_id=2")
		want(t, "WordPress' default", read(t, db, site), both...)
		run("DROP TABLE wp_sitemeta")
		want(t, "not known", read(t, db, site), both...)
	})
}

// What a site writes into its options takes little memory, and the session stays usable.
func TestHostileValues(t *testing.T) {
	eachServer(t, func(t *testing.T, s *lab.Server) {
		db, _ := database(t, s, "hostile", "CREATE TABLE wp_options (id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191), option_value LONGTEXT)",
			"INSERT INTO wp_options (option_name, option_value) VALUES ('upload_path', REPEAT('x', 10000000))",
			"INSERT INTO wp_options (option_name, option_value) SELECT 'upload_path', CONCAT('/', REPEAT(HEX(a.n*100+b.n*10+c.n), 1300)) FROM "+
				ten("a")+", "+ten("b")+", "+ten("c"), "INSERT INTO wp_options (option_name, option_value) SELECT 'upload_path', CONCAT('/x', option_value) FROM wp_options")
		got := read(t, db, uploads.Site{})
		total := 0
		for _, p := range got.List {
			total += len(p.Value)
		}
		if got.Unread.Total != 1 || !strings.Contains(got.Unread.Items[0], "not all of them are known") || total > 4<<20 || len(got.List[0].Value) != 4097 {
			t.Errorf("%d values, %d bytes, %q", len(got.List), total, got.Unread.Items)
		}
	})
}

func ten(name string) string {
	return "(SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) " + name
}

func TestFolder(t *testing.T) {
	for value, want := range map[string]string{
		"files": "/site/wp/files", "../files": "/site/wp/../files", "./x/": "/site/wp/./x/", "/var/x": "/var/x", "a/b://c": "/site/wp/a/b://c",
		"file:///var/x": "/var/x", "s3://bucket/x": "", `C:\xampp\htdocs`: "", `\\server\share`: "",
	} {
		if got, err := (uploads.Path{Value: value}).Folder("/site/wp/"); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", value, got, err, want)
		}
	}
}
