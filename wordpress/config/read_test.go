package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

const credentials = "define('DB_NAME','n');define('DB_USER','u');define('DB_PASSWORD','p');define('DB_HOST','h:3307');$table_prefix='t_';\n"

// writeSite writes a site's files into a temporary folder and returns its root. config
// is the text of wp-config.php before the statement that requires WordPress.
func writeSite(t *testing.T, config string, more map[string]string) string {
	t.Helper()
	root := filepath.Join(realTemp(t), "home", "site")
	files := map[string]string{
		"index.php":               "<?php require __DIR__ . '/wp-blog-header.php';",
		"wp-blog-header.php":      "<?php",
		"wp-settings.php":         "<?php exit;",
		"wp-includes/version.php": "<?php $wp_version = '6.8.1';",
		"wp-config.php":           "<?php\n" + config + "\nrequire_once ABSPATH . 'wp-settings.php';",
	}
	for name, text := range more {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func readSite(root string) (*Site, error) {
	return Read(context.Background(), root, Options{Home: filepath.Dir(root), World: wordpress.World{EnvKnown: true}})
}

func TestReadTheSettingsOfAConfiguration(t *testing.T) {
	root := writeSite(t, credentials+`define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT);
		define('CUSTOM_USER_TABLE','shared_users'); define('UPLOADS','media/up'); define('SUNRISE','on'); define('WP_HOME','https://x.test');
		require __DIR__ . '/more.php';`, map[string]string{"more.php": "<?php define('WP_PLUGIN_DIR', __DIR__ . '/../plug');"})
	s, err := readSite(root)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Config
	switch {
	case c.DB.Host != "h" || c.DB.Port != 3307 || c.DB.Password.Reveal() != "p" || c.DB.TablePrefix != "t_":
		t.Errorf("database is %+v", c.DB)
	case !c.DB.TLS.Enabled || !c.DB.TLS.SkipVerify:
		t.Errorf("TLS is %+v", c.DB.TLS)
	case len(c.DB.CustomTables) != 1 || c.DB.CustomTables[0] != "shared_users":
		t.Errorf("custom tables are %q", c.DB.CustomTables)
	case s.Relative(c.UploadsDir) != "media/up" || s.Relative(c.ContentDir) != "wp-content" || c.PluginDir != filepath.Join(filepath.Dir(root), "plug"):
		t.Errorf("folders are %q %q %q", c.UploadsDir, c.ContentDir, c.PluginDir)
	case !c.Multisite || c.SiteURL != "https://x.test" || s.Version != "6.8.1" || s.Core != root:
		t.Errorf("site is %+v, %+v", s, c)
	case len(c.Files) != 2 || c.Files[0] != c.ConfigFile || filepath.Base(c.Files[1]) != "more.php":
		t.Errorf("files are %q", c.Files)
	}
}

func TestReadOfDropins(t *testing.T) {
	list := func(host string) string {
		return "<?php $wpdb->add_database(array('host' => " + host + ", 'user' => DB_USER, 'password' => DB_PASSWORD, 'name' => DB_NAME, 'write' => 1));"
	}
	hyper := "<?php /* pg_connect, sqlite */ class hyperdb extends wpdb {} require DB_CONFIG_FILE;"
	for _, c := range []struct {
		name   string
		config string
		more   map[string]string
		want   wordpress.Class
	}{
		{"PostgreSQL", "", map[string]string{"wp-content/db.php": "<?php define('PG4WP_ROOT', __DIR__ . '/pg4wp'); require PG4WP_ROOT . '/core.php';"}, wordpress.NotMySQL},
		{"SQLite in a comment", "", map[string]string{"wp-content/db.php": "<?php // require 'wp-includes/sqlite/db.php'\n"}, ""},
		{"SQLite drop-in that disables itself", "define('DB_ENGINE','mysql');", map[string]string{"wp-content/db.php": "<?php require 'wp-includes/sqlite/db.php';"}, ""},
		{"a list of the same server", "", map[string]string{"wp-content/db.php": hyper, "db-config.php": list("DB_HOST")}, ""},
		{"a list of another server", "", map[string]string{"wp-content/db.php": hyper, "db-config.php": list("'replica'")}, wordpress.Undecidable},
		{"a list that cannot be read", "", map[string]string{"wp-content/db.php": hyper, "db-config.php": "<?php $x = ;"}, wordpress.Syntax},
		{"a list that the configuration names", "define('DB_CONFIG_FILE', __DIR__ . '/conf/servers.php');", map[string]string{"wp-content/db.php": hyper, "conf/servers.php": list("'replica'"), "db-config.php": list("DB_HOST")}, wordpress.Undecidable},
		{"a named list that does not exist", "define('DB_CONFIG_FILE', __DIR__ . '/conf/servers.php');", map[string]string{"wp-content/db.php": hyper, "db-config.php": list("DB_HOST")}, ""},
		{"a list that is not known", "define('DB_CONFIG_FILE', rand() . '.php');", map[string]string{"wp-content/db.php": hyper}, wordpress.Undecidable},
		{"a list outside home", "define('DB_CONFIG_FILE', '/etc/servers.php');", map[string]string{"wp-content/db.php": hyper}, wordpress.Unsafe},
		{"a list above", "", map[string]string{"wp-content/db.php": hyper, "../db-config.php": list("'replica'")}, wordpress.Undecidable},
		{"a list above that is another site's", "", map[string]string{"wp-content/db.php": hyper, "../db-config.php": list("'replica'"), "../wp-settings.php": "<?php"}, ""},
		{"no list", "", map[string]string{"wp-content/db.php": hyper}, ""},
	} {
		s, err := readSite(writeSite(t, credentials+c.config, c.more))
		var refused *wordpress.ConfigError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (!errors.As(err, &refused) || refused.Class != c.want):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		case c.want != "" && s.Config.DB.Name != "":
			t.Errorf("%s: refused, but gives a database", c.name)
		}
	}
}

func TestReadRefusesByClass(t *testing.T) {
	for _, c := range []struct {
		name, config string
		want         wordpress.Class
	}{
		{"no user", "define('DB_NAME','n');", wordpress.Undecidable},
		{"a random value", "define('DB_NAME', rand() ? 'a' : 'b');" + credentials, wordpress.Undecidable},
		{"a stream", "eval(file_get_contents('php://input'));" + credentials, wordpress.Unsafe},
		{"memory", "$x = str_repeat('x', 1 << 40);" + credentials, wordpress.Undecidable},
		{"a pattern that backtracks", "preg_match('/(a+)+$/', str_repeat('a', 60) . 'b');" + credentials, wordpress.Undecidable},
		{"depth", "function f() { return f(); } f();" + credentials, wordpress.Undecidable},
		{"parse error", "define('DB_NAME';", wordpress.Syntax},
		{"exit", "exit;", wordpress.Undecidable},
	} {
		_, err := readSite(writeSite(t, c.config, nil))
		var refused *wordpress.ConfigError
		if !errors.As(err, &refused) || refused.Class != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestReadObeysItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	root := writeSite(t, credentials, nil)
	if _, err := Read(ctx, root, Options{Home: filepath.Dir(root)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestRefusalsNameTheCauseAndAHint(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		{"environment", "define('DB_NAME', getenv('SHOP_DB'));", `wp-config.php:2: DB_NAME cannot be known: depends on the environment: getenv('SHOP_DB'); ` + hintEnv},
		{"host", "define('DB_NAME', $_SERVER['HTTP_HOST'] === 'a' ? 'x' : 'y');", `wp-config.php:2: DB_NAME cannot be known: depends on the request: $_SERVER['HTTP_HOST']; ` + hintURL},
		{"request", "define('DB_NAME', $_SERVER['REMOTE_ADDR'] === 'a' ? 'x' : 'y');", `wp-config.php:2: DB_NAME cannot be known: depends on the request: $_SERVER['REMOTE_ADDR']; ` + hintFile},
		{"command", "define('DB_NAME', exec('id'));", `wp-config.php:2: DB_NAME cannot be known: needs the output of a command: exec('…'); ` + hintFile},
		{"outside", "define('DB_NAME', file_get_contents('/etc/hostname'));", `wp-config.php:2: DB_NAME cannot be known: reads a file outside the site's home: file_get_contents('…'); ` + hintHome},
		{"syntax", "define('DB_NAME';", `wp-config.php:2: syntax error: unexpected ";", expecting ")"; ` + hintSyntax},
		{"eval", "\n eval('eval(\"die;\");');", `wp-config.php:3: in code that eval runs: stops before WordPress starts: die; ` + hintWorld},
		{"long", "constant(str_repeat('a', 1000000));", `wp-config.php:2: stops with Error: Undefined constant …: constant(str_repeat('…', …)); ` + hintWorld},
		{"no end", "return;", `wp-config.php: ends before WordPress starts: nothing requires wp-settings.php; ` + hintWorld},
	} {
		root := writeSite(t, c.config, nil)
		_, err := Read(t.Context(), root, Options{Home: filepath.Dir(root)})
		if want := root + "/" + c.want; err == nil || err.Error() != want {
			t.Errorf("%s: got  %v\nwant %s", c.name, err, want)
		}
	}
}

// A folder that is not known is reported with a hint. The hint does not propose to give
// the credentials, because they do not determine a folder.
func TestReadReportsUnknownFolders(t *testing.T) {
	for _, c := range []struct{ config, doubt, hint string }{
		{"define('WP_CONTENT_DIR', '/srv/' . $_SERVER['HTTP_HOST']);", "wp-config.php:3: WP_CONTENT_DIR cannot be known: depends on the request: $_SERVER['HTTP_HOST']", "; give the site's address with --url https://HOST/"},
		{"define('WP_PLUGIN_DIR', getenv('PLUGINS'));", "wp-config.php:3: WP_PLUGIN_DIR cannot be known: depends on the environment: getenv('PLUGINS')", "; describe the environment of the site's PHP with --env NAME=VALUE, --env-file or --no-env"},
		{"define('WP_CONTENT_DIR', '/srv/' . rand());", "wp-config.php:3: WP_CONTENT_DIR cannot be known: depends on the result of rand(): rand()", ""},
		{"if (getenv('OLD')) { define('UPLOADS', 'old'); }", "wp-config.php:3: UPLOADS cannot be known: depends on the environment: getenv('OLD')", "; describe the environment of the site's PHP with --env NAME=VALUE, --env-file or --no-env"},
		{"if (rand()) { define('UPLOADS', 'old'); }", "wp-config.php:3: UPLOADS cannot be known: depends on the result of rand(): rand()", "; " + hintWithout},
	} {
		root := writeSite(t, credentials+c.config, nil)
		s, err := Read(t.Context(), root, Options{Home: filepath.Dir(root)})
		if want := root + "/" + c.doubt + c.hint; len(s.Config.Doubts) != 1 || s.Config.Doubts[0] != want {
			t.Errorf("doubts are %q, want %q", s.Config.Doubts, want)
		}
		if refused := strings.Contains(c.config, "UPLOADS"); (err != nil) != refused || refused && err.Error() != s.Config.Doubts[0] {
			t.Errorf("%s: got %v", c.config, err)
		}
	}
	s, err := readSite(writeSite(t, credentials+"define('WP_CONTENT_DIR', getenv('C') ?: __DIR__ . '/content');", nil))
	if err != nil || len(s.Config.Doubts) != 0 || s.Relative(s.Config.ContentDir) != "content" {
		t.Errorf("got %+v, %v", s.Config, err)
	}
}

func TestReadFindsTheVersionOfACoreInASubfolder(t *testing.T) {
	root := writeSite(t, credentials, map[string]string{
		"index.php":                  "<?php require __DIR__ . '/wp/wp-blog-header.php';",
		"wp/wp-blog-header.php":      "<?php",
		"wp/wp-settings.php":         "<?php",
		"wp/wp-includes/version.php": "<?php $wp_version = '6.9-beta1';",
	})
	if err := os.Remove(filepath.Join(root, "wp-settings.php")); err != nil {
		t.Fatal(err)
	}
	s, err := readSite(root)
	if err != nil || s.Version != "6.9-beta1" || s.Core != filepath.Join(root, "wp") {
		t.Errorf("got %+v, %v; want version 6.9-beta1 of wp", s, err)
	}
}

// TestGlobOfALargeFolder reads a configuration that looks for a file among more than
// 100000 others.
func TestGlobOfALargeFolder(t *testing.T) {
	const files = 100_100
	root := writeSite(t, "foreach (glob(__DIR__ . '/many/*.inc') as $f) { require $f; }", map[string]string{"many/settings.inc": "<?php " + credentials})
	for i := range files {
		if err := os.Symlink("x", filepath.Join(root, "many", strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Read(t.Context(), root, Options{Home: filepath.Dir(root)})
	if err != nil || s.Config.DB.Name == "" {
		t.Errorf("got %+v, %v, want the credentials of the file", s.Config.DB, err)
	}
}
