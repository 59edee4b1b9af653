package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// readWithPHP reads a site with php-cgi and with php.
func readWithPHP(t *testing.T, root string, world wordpress.World, check func(sapi string, s *Site, err error)) {
	t.Helper()
	for sapi, binary := range map[string]string{"cgi-fcgi": "/usr/bin/php-cgi", "cli": "/usr/bin/php"} {
		s, err := Read(context.Background(), root, Options{Home: filepath.Dir(root), World: world, WithPHP: binary})
		check(sapi, s, err)
	}
}

// needsPHP is code that the static reader refuses: it depends on the clock.
const needsPHP = "define('DB_CHARSET', time() > 1 ? 'utf8' : '');\n"

// dotenvReader is a PHP class that reads .env as Symfony's component does.
const dotenvReader = `<?php
namespace Acme\Dotenv;
final class Dotenv {
	private $path; private $data; private $cursor = 0; private $end;
	public function usePutenv() { return $this; }
	public function bootEnv(string $path) {
		$this->populate($this->parse(\file_get_contents($path)));
		if (\is_file("$path.local")) { $this->populate($this->parse(\file_get_contents("$path.local")), true); }
	}
	public function populate(array $values, bool $override = false) {
		foreach ($values as $name => $value) {
			if (!$override && isset($_ENV[$name])) { continue; }
			if (!isset($_ENV[$name]) && \getenv($name) !== false) { $value = \getenv($name); }
			\putenv("$name=$value"); $_ENV[$name] = $value; $_SERVER[$name] = $value;
		}
	}
	public function parse(string $data): array {
		$this->data = \str_replace(["\r\n", "\r"], "\n", $data); $this->end = \strlen($this->data); $values = [];
		foreach ((function () { yield from \explode("\n", $this->data); })() as $line) {
			if (!\preg_match('/\G(export[ \t]++)?((?i:_?[A-Z][A-Z0-9_]*+))=(.*)/A', $line, $m)) { continue; }
			$values[$m[2]] = \preg_replace_callback('/\$\{(\w+)\}/', static fn ($v) => $values[$v[1]] ?? '', \trim($m[3], "'\""));
		}
		return $values;
	}
}`

func TestPHPAnswersWhereTheReaderRefuses(t *testing.T) {
	autoload := `spl_autoload_register(static function ($class) {
			$file = __DIR__ . '/lib/' . strtr(substr($class, 5), '\\', '/') . '.php';
			if (is_file($file)) { require $file; }
		});`
	for name, c := range map[string]struct {
		config string
		more   map[string]string
		files  string
	}{
		"a reader like Symfony's Dotenv": {
			autoload + `(new Acme\Dotenv\Dotenv())->usePutenv()->bootEnv(__DIR__ . '/.env');
				foreach (['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST'] as $k) define($k, $_ENV[$k]); $table_prefix = $_SERVER['PREFIX'];`,
			map[string]string{"lib/Dotenv/Dotenv.php": dotenvReader, ".env": "DB_NAME=n\nDB_USER=u\nDB_PASSWORD=wrong\nDB_HOST='h:3307'\n", ".env.local": "DB_PASSWORD=p\nPREFIX=t_\n"},
			"wp-config.php lib/Dotenv/Dotenv.php .env .env.local",
		},
		"an autoloader like Sentry's": {
			autoload + ` require __DIR__ . '/lib/Sentry/functions.php';
				Acme\Sentry\init(['dsn' => 'https://key@sentry.test/1', 'before_send' => function ($e) { return null; }]);` + credentials,
			map[string]string{"lib/Sentry/functions.php": "<?php namespace Acme\\Sentry; function init(array $o) { Hub::getCurrent()->bind(new Client(...array_values($o))); }", "lib/Sentry/Hub.php": `<?php namespace Acme\Sentry;
				final class Hub { private static ?self $current = null; private \WeakMap $map; private function __construct() { $this->map = new \WeakMap; }
					public static function getCurrent(): self { return self::$current ??= new self; }
					public function bind(Client $c): void { $this->map[$c] = spl_object_id($c); set_error_handler(fn () => false); register_shutdown_function(function () { echo 'bye'; }); } }`, "lib/Sentry/Client.php": `<?php namespace Acme\Sentry; final class Client { public function __construct(private string $dsn, private \Closure $f) {} }`},
			"wp-config.php lib/Sentry/functions.php lib/Sentry/Hub.php lib/Sentry/Client.php",
		},
		"a private configuration class": {
			autoload + `$settings = Acme\Settings::load(new DirectoryIterator(__DIR__ . '/conf'));
				foreach ($settings as $name => $value) { define($name, $value); } $table_prefix = $settings->prefix;`,
			map[string]string{
				"lib/Settings.php": `<?php namespace Acme;
				final class Settings implements \IteratorAggregate { private array $all = [];
					private function __construct(iterable $files) { foreach ($files as $f) { if ($f->isFile()) { $this->all += include $f->getPathname(); } } }
					public static function load(iterable $files): static { return new static($files); }
					public function __get($n) { return base64_decode($this->all['_' . $n]); }
					public function getIterator(): \Generator { foreach ($this->all as $k => $v) { if ($k[0] !== '_') { yield $k => base64_decode($v); } } } }`,
				"conf/db.php": "<?php return ['DB_NAME' => 'bg==', 'DB_USER' => 'dQ==', 'DB_PASSWORD' => 'cA==', 'DB_HOST' => 'aDozMzA3', '_prefix' => 'dF8='];",
			},
			"wp-config.php lib/Settings.php conf/db.php",
		},
	} {
		root := writeSite(t, needsPHP+c.config, c.more)
		readWithPHP(t, root, wordpress.World{EnvKnown: true}, func(sapi string, s *Site, err error) {
			if err != nil {
				t.Errorf("%s, %s: %v", name, sapi, err)
				return
			}
			db := s.Config.DB
			if db.Name != "n" || db.User != "u" || db.Password.Reveal() != "p" || db.Host != "h" || db.Port != 3307 || db.TablePrefix != "t_" {
				t.Errorf("%s, %s: database is %+v", name, sapi, db)
			}
			if s.Config.Source() != "php" || !strings.HasSuffix(s.Config.PHP, "("+sapi+")") {
				t.Errorf("%s: PHP is %q, want %s", name, s.Config.PHP, sapi)
			}
			var files []string
			for _, f := range s.Config.Files {
				files = append(files, s.Relative(f))
			}
			if strings.Join(files, " ") != c.files {
				t.Errorf("%s, %s: files are %q", name, sapi, files)
			}
			if s.Relative(s.Config.ContentDir) != "wp-content" || s.Version != "6.8.1" {
				t.Errorf("%s, %s: site is %+v", name, sapi, s)
			}
		})
	}
}

// A configuration that static reading understands is not run.
func TestPHPIsTheLastResort(t *testing.T) {
	for _, config := range []string{credentials + "touch(__DIR__ . '/ran');", credentials + "if (", credentials + "exit;"} {
		root := writeSite(t, config, nil)
		s, err := Read(context.Background(), root, Options{Home: filepath.Dir(root), World: wordpress.World{EnvKnown: true}})
		if err == nil && s.Config.Source() != "static" {
			t.Errorf("%s: source is %s", config, s.Config.Source())
		}
		if _, err := os.Stat(filepath.Join(root, "ran")); err == nil {
			t.Errorf("%s: it was run without WithPHP", config)
		}
	}
	root := writeSite(t, credentials, nil)
	s, err := Read(context.Background(), root, Options{Home: filepath.Dir(root), WithPHP: "/nowhere/php"})
	if err != nil || s.Config.Source() != "static" {
		t.Errorf("got %v, source %s", err, s.Config.Source())
	}
}

func TestPHPIsRefusedByClass(t *testing.T) {
	known := wordpress.World{EnvKnown: true}
	for name, c := range map[string]struct {
		config string
		more   map[string]string
		world  wordpress.World
		class  wordpress.Class
		want   []string
	}{
		"the environment":              {needsPHP + "$x = getenv('X');" + credentials, nil, wordpress.World{}, wordpress.Undecidable, []string{"it uses getenv (wp-config.php:3)", "--env-file or --no-env"}},
		"the environment by a library": {needsPHP + "require 'lib.php';" + credentials, map[string]string{"lib.php": "<?php\n\n$x = $_SERVER[$k ?? 'APP'] ?? 1;"}, wordpress.World{}, wordpress.Undecidable, []string{"it uses $_SERVER (lib.php:3)", "--no-env"}},
		"the SAPI":                     {needsPHP + "$x = PHP_SAPI;" + credentials, nil, wordpress.World{}, wordpress.Undecidable, []string{"it uses PHP_SAPI (wp-config.php:3)", "--no-env"}},
		"the host":                     {needsPHP + "$x = $_SERVER['HTTP_HOST'] ?? '';" + credentials, nil, known, wordpress.Undecidable, []string{"it uses HTTP_HOST (wp-config.php:3)", "--url"}},
		"the request":                  {needsPHP + "define('DB_NAME', isset($_SERVER['HTTPS']) ? 'a' : 'b');", nil, known, wordpress.Undecidable, []string{"PHP gave different answers to two requests"}},
		"the order":                    {needsPHP + "$x = $_ENV['APP'] ?? '';" + credentials, nil, wordpress.World{EnvKnown: true, Env: map[string]string{"APP": "1"}}, wordpress.Undecidable, []string{"it uses $_ENV (wp-config.php:3)", "--variables-order"}},
		"the time":                     {needsPHP + "define('DB_NAME', 'n' . microtime());", nil, known, wordpress.Undecidable, []string{"PHP gave different answers to two requests"}},
		"no user":                      {needsPHP + "define('DB_NAME', 'n');", nil, known, wordpress.Undecidable, []string{"DB_USER is not defined when WordPress starts"}},
		"a list":                       {needsPHP + "define('DB_NAME', array('n'));", nil, known, wordpress.Undecidable, []string{"DB_NAME cannot be known: it is not a string"}},
		"a command":                    {credentials + "define('DB_CHARSET', shell_exec('x'));", nil, known, wordpress.Unsafe, []string{"needs the output of a command", "Call to undefined function shell_exec()"}},
		"PostgreSQL":                   {needsPHP + credentials, map[string]string{"wp-content/db.php": "<?php define('PG4WP_ROOT', __DIR__ . '/pg4wp'); require PG4WP_ROOT . '/core.php';"}, known, wordpress.NotMySQL, []string{"PostgreSQL"}},
		"a list of other servers":      {needsPHP + credentials, map[string]string{"wp-content/db.php": "<?php class hyperdb extends wpdb {} require DB_CONFIG_FILE;", "db-config.php": "<?php $wpdb->add_database(array('host' => 'replica'));"}, known, wordpress.Undecidable, []string{"its server list differs from the DB_* constants"}},
		"a folder outside of home":     {needsPHP + credentials + "define('WP_CONTENT_DIR', '/etc');", nil, known, "", nil},
		"a list of the same servers":   {needsPHP + credentials, map[string]string{"wp-content/db.php": "<?php class hyperdb extends wpdb {} require DB_CONFIG_FILE;", "db-config.php": "<?php $wpdb->add_database(array('host' => DB_HOST));"}, known, "", nil},
		"a connection of its own":      {needsPHP + credentials, map[string]string{"wp-content/db.php": "<?php require_once ABSPATH . WPINC . '/class-wpdb.php'; $wpdb = new wpdb(DB_USER, DB_PASSWORD, DB_NAME, DB_HOST);"}, known, "", nil},
	} {
		root := writeSite(t, c.config, c.more)
		readWithPHP(t, root, c.world, func(sapi string, s *Site, err error) {
			if c.class == "" {
				if err != nil || s.Config.Source() != "php" || s.Config.DB.Name != "n" {
					t.Errorf("%s, %s: %v", name, sapi, err)
				}
				return
			}
			var refused *wordpress.ConfigError
			if !errors.As(err, &refused) || refused.Class != c.class || s.Config.DB.Name != "" {
				t.Errorf("%s, %s: got %v, want %s", name, sapi, err, c.class)
				return
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s, %s: %q does not say %q", name, sapi, err, want)
				}
			}
		})
	}
}

// The command-line PHP can give another answer than the web server's PHP.
func TestCommandLinePHPIsRefusedForPHPSAPI(t *testing.T) {
	root := writeSite(t, needsPHP+"if (PHP_SAPI === 'cli') { define('DB_NAME', 'of the command line'); }"+credentials, nil)
	readWithPHP(t, root, wordpress.World{EnvKnown: true}, func(sapi string, s *Site, err error) {
		switch {
		case sapi == "cli" && (err == nil || !strings.Contains(err.Error(), "install php-cgi")):
			t.Errorf("cli: %v, %+v", err, s.Config.DB)
		case sapi != "cli" && (err != nil || s.Config.DB.Name != "n"):
			t.Errorf("%s: %v", sapi, err)
		}
	})
	// Composer's own files use PHP_SAPI only to choose where an error goes.
	root = writeSite(t, needsPHP+"require __DIR__ . '/vendor/autoload.php';"+credentials, map[string]string{"vendor/autoload.php": "<?php if (PHP_VERSION_ID < 50600) { if (PHP_SAPI === 'cli') { fwrite(STDERR, 'old'); } }"})
	readWithPHP(t, root, wordpress.World{}, func(sapi string, s *Site, err error) {
		if err != nil || s.Config.DB.Name != "n" {
			t.Errorf("%s: %v", sapi, err)
		}
	})
}

// PHP gets exactly the environment that the operator describes.
func TestPHPGetsTheDescribedEnvironment(t *testing.T) {
	t.Setenv("AGENT_SECRET", "hunter2")
	root := writeSite(t, needsPHP+"define('DB_NAME', json_encode(getenv())); define('DB_USER', $_SERVER['APP_USER'] . ($_SERVER['HTTP_HOST']));", nil)
	world := wordpress.World{EnvKnown: true, Env: map[string]string{"APP_USER": "u"}, HTTPHost: "shop.test:81"}
	for order, want := range map[string]string{"EGPCS": `{"APP_USER":"u"}`, "GPCS": "[]"} {
		world := wordpress.World{EnvKnown: true, Env: world.Env, VariablesOrder: order}
		ordered := writeSite(t, needsPHP+"define('DB_NAME', json_encode($_ENV)); define('DB_USER', 'u');", nil)
		readWithPHP(t, ordered, world, func(sapi string, s *Site, err error) {
			if err != nil || s.Config.DB.Name != want {
				t.Errorf("%s, %s: %v, %+v", order, sapi, err, s.Config.DB)
			}
		})
	}
	addressed := writeSite(t, needsPHP+"define('DB_NAME', ($_SERVER['HTTPS'] ?? 'off') . $_SERVER['SERVER_PORT'] . ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '-')); define('DB_USER', 'u');", nil)
	for url, want := range map[string]string{"https://shop.test/": "on443-", "http://shop.test:81/": "off81-"} {
		known := wordpress.World{EnvKnown: true}
		if err := known.SetURL(url); err != nil {
			t.Fatal(err)
		}
		readWithPHP(t, addressed, known, func(sapi string, s *Site, err error) {
			if err != nil || s.Config.DB.Name != want {
				t.Errorf("%s, %s: %v, %+v", url, sapi, err, s.Config.DB)
			}
		})
	}
	readWithPHP(t, root, world, func(sapi string, s *Site, err error) {
		if err != nil || s.Config.DB.Name != `{"APP_USER":"u"}` || s.Config.DB.User != "ushop.test:81" {
			t.Errorf("%s: %v, %+v", sapi, err, s.Config.DB)
		}
	})
}

// If the root's index.php leads to the core, PHP starts with it too.
func TestPHPStartsAtTheFrontController(t *testing.T) {
	root := writeSite(t, "", map[string]string{
		"index.php":               "<?php define('WP_USE_THEMES', true); require __DIR__ . '/core/wp-blog-header.php';",
		"core/wp-blog-header.php": "<?php die('WordPress');", "core/wp-settings.php": "<?php die('WordPress');", "core/wp-load.php": "<?php die('WordPress');",
		"wp-config.php": "<?php " + needsPHP + "if (!WP_USE_THEMES) die;" + credentials + "require_once ABSPATH . 'wp-settings.php';",
	})
	if err := os.Remove(filepath.Join(root, "wp-settings.php")); err != nil {
		t.Fatal(err)
	}
	readWithPHP(t, root, wordpress.World{EnvKnown: true}, func(sapi string, s *Site, err error) {
		if err != nil || s.Config.Source() != "php" || s.Config.DB.Name != "n" || s.Relative(s.Config.ContentDir) != "core/wp-content" {
			t.Errorf("%s: %v, %+v", sapi, err, s.Config)
		}
		if err == nil && !slices.Equal(s.Config.Files, []string{s.Config.ConfigFile}) {
			t.Errorf("%s: files are %q", sapi, s.Config.Files)
		}
	})
}

func TestPHPThatDoesNotExist(t *testing.T) {
	root := writeSite(t, needsPHP+credentials, nil)
	for binary, want := range map[string]string{"/nowhere/php": "no such file", "php": "absolute path", "/bin/true": "without an answer", native.Auto: ""} {
		s, err := Read(context.Background(), root, Options{Home: filepath.Dir(root), World: wordpress.World{EnvKnown: true}, WithPHP: binary})
		switch {
		case want == "" && (err != nil || !strings.HasSuffix(s.Config.PHP, "(cgi-fcgi)")):
			t.Errorf("%s: %v", binary, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", binary, err, want)
		}
	}
}
