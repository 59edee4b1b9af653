package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// dotenvSite reads a site whose configuration takes its database from the environment
// after load. It returns NAME/PASSWORD, or the class of the refusal.
func dotenvSite(t *testing.T, load, env string, more map[string]string) string {
	t.Helper()
	files := map[string]string{"vendor/autoload.php": "<?php return 1;", ".env": env}
	for name, text := range more {
		files[name] = text
	}
	config := "require __DIR__ . '/vendor/autoload.php';\n" + load + `
		define('DB_NAME', getenv('DB_NAME')); define('DB_USER', 'u'); define('DB_PASSWORD', getenv('DB_PASSWORD')); $table_prefix = 'wp_';`
	s, err := readSite(writeSite(t, config, files))
	var refused *wordpress.ConfigError
	if errors.As(err, &refused) {
		return string(refused.Class)
	}
	if err != nil {
		return err.Error()
	}
	return s.Config.DB.Name + "/" + s.Config.DB.Password.Reveal()
}

// installed returns composer's installed.json with a version of phpdotenv.
func installed(version string) map[string]string {
	return map[string]string{"vendor/composer/installed.json": fmt.Sprintf(
		`{"packages":[{"name":"roots/wordpress","version":"6.8"},{"name":"vlucas/phpdotenv","version":%q,"dist":{"type":"zip"}}],"dev":true}`, version)}
}

const (
	load2 = "$d = new Dotenv\\Dotenv(__DIR__); $d->load(); $d->required(['DB_NAME'])->notEmpty();"
	load3 = "$d = Dotenv\\Dotenv::create(__DIR__); $d->load(); $d->required('DB_NAME');"
	load4 = "$d = Dotenv\\Dotenv::createImmutable(__DIR__); $d->load();"
	load5 = "Dotenv\\Dotenv::createUnsafeImmutable(__DIR__)->load();"
)

func TestReadOfOlderDotenvs(t *testing.T) {
	for _, c := range []struct{ name, version, load, env, want string }{
		{"2 by its constructor", "", load2, "DB_NAME=n\nDB_PASSWORD='p w'", "n/p w"},
		{"2", "v2.6.9", load2, "DB_NAME=n\nDB_PASSWORD=\"p w\" # c", "n/p w"},
		{"2 of another file", "v2.4.0", "(new Dotenv\\Dotenv(__DIR__ . '/', 'my.env'))->load();", "", "m/q"},
		{"2 keeps the first", "v2.5.0", load2, "DB_NAME=n\nDB_PASSWORD=p\nDB_PASSWORD=q", "n/p"},
		{"2 overloads", "v2.5.0", "putenv('DB_PASSWORD=o'); (new Dotenv\\Dotenv(__DIR__))->overload();", "DB_NAME=n\nDB_PASSWORD=p\nDB_PASSWORD=q", "n/q"},
		{"2 keeps an existing variable", "v2.5.0", "putenv('DB_PASSWORD=o');" + load2, "DB_NAME=n\nDB_PASSWORD=p", "n/o"},
		{"2 trims in quotes", "v2.5.0", load2, "DB_NAME=n\nDB_PASSWORD=' p '", "n/p"},
		{"2 has no comment without a blank", "v2.5.0", load2, "DB_NAME=n\nDB_PASSWORD=p#q # c", "n/p#q"},
		{"2 nests in single quotes", "v2.5.0", load2, "DB_NAME=n\nDB_PASSWORD='${DB_NAME}-${NONE}'", "n/n-${NONE}"},
		{"2 skips lines without an assignment", "v2.5.0", load2, "nonsense here\n#DB_NAME=x\nexport DB_NAME=n\nDB_PASSWORD=", "n/"},
		{"2 refuses blanks", "v2.5.0", load2, "DB_NAME=n\nDB_PASSWORD=p q", "undecidable"},
		{"2's releases differ", "v2.6.9", load2, "DB_NAME=n\nDB_PASSWORD=\"a\\nb\"", "undecidable"},
		{"2's releases differ in an unused value", "v2.6.9", load2, "DB_NAME=n\nDB_PASSWORD=p\nMAIL=\"a\\nb\"", "n/p"},
		{"2 reads escapes", "v2.6.9", load2, `DB_NAME=n` + "\n" + `DB_PASSWORD="a\"b\\c"`, `n/a"b\c`},
		{"2 without the file", "v2.6.9", load2, "\x00none", "undecidable"},
		{"2 without the file, safely", "v2.6.9", "putenv('DB_NAME=o'); (new Dotenv\\Dotenv(__DIR__ . '/no'))->safeLoad();", "", "o/"},
		{"2 has no create", "v2.6.9", load3, "DB_NAME=n", "undecidable"},
		{"3 by its create", "", load3, "DB_NAME=n\nDB_PASSWORD='p w'", "n/p w"},
		{"3", "v3.6.10", load3, "DB_NAME=n\nDB_PASSWORD=p#q", "n/p"},
		{"3's first releases", "v3.1.0", load3, "DB_NAME=n\nDB_PASSWORD=p#q", "undecidable"},
		{"3 keeps blanks in quotes", "v3.6.10", load3, "DB_NAME=n\nDB_PASSWORD=' p '", "n/ p "},
		{"3 with a name twice", "v3.6.10", load3, "DB_NAME=n\nDB_PASSWORD=p\nDB_PASSWORD=q", "undecidable"},
		{"3 with the same twice", "v3.6.10", load3, "DB_PASSWORD=p\nDB_NAME=n\nDB_PASSWORD=p", "n/p"},
		{"3 overloads", "v3.6.10", "Dotenv\\Dotenv::create(__DIR__)->overload();", "DB_NAME=n\nDB_PASSWORD=p\nDB_PASSWORD=q", "n/q"},
		{"3 of several lines", "v3.6.10", load3, "DB_NAME=n\nDB_PASSWORD=\"p\nq\"", "undecidable"},
		{"3 with a bad name", "v3.6.10", load3, "DB NAME=n", "undecidable"},
		{"3 with a file's name", "v3.6.10", "Dotenv\\Dotenv::create([__DIR__], 'my.env')->load();", "", "m/q"},
		{"3 has no constructor of paths", "v3.6.10", load2, "DB_NAME=n", "undecidable"},
		{"4 writes what getenv reads", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=p#q", "n/p"},
		{"4 keeps the last", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=p\nDB_PASSWORD=q", "n/q"},
		{"4 nests", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=\"a\\n${DB_NAME}\\$\"", "n/a\nn$"},
		{"4 of several lines", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=\"p\nq\"", "n/p\nq"},
		{"4 with a name alone", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=p\nX", "undecidable"},
		{"4 with an open quote", "v4.3.0", load4, "DB_NAME=n\nDB_PASSWORD=p\nX='a", "n/p"},
		{"4 has no unsafe create", "v4.3.0", load5, "DB_NAME=n", "undecidable"},
		{"4 by its builder", "v4.3.0", "Dotenv\\Dotenv::create(Dotenv\\Repository\\RepositoryBuilder::create()->immutable()->make(), __DIR__)->load();", "DB_NAME=n\nDB_PASSWORD=p", "n/p"},
		{"5 does not write it", "v5.6.1", load4, "DB_NAME=n\nDB_PASSWORD=p", "undecidable"},
		{"5", "5.6.1", load5, "\xef\xbb\xbfDB_NAME=n\nDB_PASSWORD=p#q\nDB_PASSWORD=r", "n/r"},
		{"5 has no overload", "v5.6.1", "Dotenv\\Dotenv::createUnsafeMutable(__DIR__)->overload();", "DB_NAME=n", "undecidable"},
		{"5 nests", "v5.6.1", load5, "DB_NAME=n\nDB_PASSWORD=\"$$a${DB_NAME}$${NONE}\"", "n/$$an$${NONE}"},
		{"5 nests in a name", "v5.6.1", load5, "A=NAME\nDB_NAME=n\nDB_PASSWORD=${DB_${A}}", "undecidable"},
		{"5 without a known release", "", load5, "DB_NAME=n\nDB_PASSWORD=p", "n/p"},
		{"a development branch", "dev-master", load5, "DB_NAME=n\nDB_PASSWORD=p", "undecidable"},
		{"carriage returns alone", "v2.5.0", load2, "DB_NAME=n\rDB_PASSWORD=p", "n/p"},
		{"carriage returns and line ends", "v2.5.0", load2, "DB_NAME=n\r\nDB_PASSWORD=p\r\n", "n/p"},
		{"mixed line ends", "v2.5.0", load2, "DB_NAME=n\rX=y\nDB_PASSWORD=p", "undecidable"},
		{"a byte order mark", "v4.3.0", load4, "\xef\xbb\xbfDB_NAME=n", "undecidable"},
	} {
		more := map[string]string{"my.env": "DB_NAME=m\nDB_PASSWORD=q"}
		if c.version != "" {
			for name, text := range installed(c.version) {
				more[name] = text
			}
		}
		if strings.HasPrefix(c.env, "\x00") {
			more["none.env"], c.load = "", strings.Replace(c.load, "(__DIR__)", "(__DIR__ . '/nowhere')", 1)
		}
		if got := dotenvSite(t, c.load, c.env, more); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The release is read from composer's installed.json, otherwise from composer.lock.
func TestReadOfTheDotenvsRelease(t *testing.T) {
	const env = "DB_NAME=n\nDB_PASSWORD=p"
	lock := `{"packages":[{"name":"vlucas/phpdotenv","version":"v4.2.0"}],"packages-dev":[]}`
	for _, c := range []struct {
		name string
		more map[string]string
		want string
	}{
		{"nothing", nil, "undecidable"},
		{"composer 1", map[string]string{"vendor/composer/installed.json": `[{"name":"vlucas/phpdotenv","version":"v4.2.0"}]`}, "n/p"},
		{"composer 2", installed("v4.2.0"), "n/p"},
		{"the lock", map[string]string{"composer.lock": lock}, "n/p"},
		{"the lock lags behind", sitetest.Join(installed("v5.0.0"), map[string]string{"composer.lock": lock}), "undecidable"},
		{"a lock of development", map[string]string{"composer.lock": `{"packages":[],"packages-dev":[{"name":"vlucas/phpdotenv","version":"4.1.x-dev"}]}`}, "n/p"},
		{"not installed", map[string]string{"vendor/composer/installed.json": `[]`, "composer.lock": lock}, "n/p"},
		{"not JSON", map[string]string{"vendor/composer/installed.json": `<?php`, "composer.lock": lock}, "undecidable"},
		{"deep", map[string]string{"vendor/composer/installed.json": strings.Repeat("[", 1_000_000)}, "undecidable"},
		{"large", map[string]string{"vendor/composer/installed.json": "[" + strings.Repeat("{},", 1_200_000) + `{"name":"vlucas/phpdotenv","version":"v4.2.0"}]`}, "undecidable"},
		{"two folders", sitetest.Join(installed("v5.2.0"), map[string]string{"lib/vendor/autoload.php": "<?php", "lib/vendor/composer/installed.json": `[{"name":"vlucas/phpdotenv","version":"v4.2.0"}]`}), "undecidable"},
		{"two folders of one release", sitetest.Join(installed("v4.2.0"), map[string]string{"lib/vendor/autoload.php": "<?php", "lib/vendor/composer/installed.json": `[{"name":"vlucas/phpdotenv","version":"v4.2.0"}]`}), "n/p"},
	} {
		load := load4
		if strings.HasPrefix(c.name, "two") {
			load = "require __DIR__ . '/lib/vendor/autoload.php';" + load
		}
		if got := dotenvSite(t, load, env, c.more); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Old Bedrock releases: Env without a namespace, with env() as a global function.
func TestReadOfOldBedrock(t *testing.T) {
	const env = "DB_NAME=n\nDB_PASSWORD=\"'p w'\""
	for _, c := range []struct{ name, load, want string }{
		{"before", "define('DB_PASSWORD', env('DB_PASSWORD'));" + load2, "unsafe"},
		{"after", "Env::init();" + load2 + "define('DB_PASSWORD', env('DB_PASSWORD'));", "n/p w"},
		{"the class", load2 + "define('DB_PASSWORD', Env::get('DB_PASSWORD'));", "n/p w"},
		{"its options", "Env::init(); Env::$options = 0;" + load2 + "define('DB_PASSWORD', env('DB_PASSWORD'));", "n/'p w'"},
		{"another function of the configuration", load2 + "if (!function_exists('own_env')) { function own_env($n, $d) { return getenv($n) ?: $d; } } define('DB_PASSWORD', own_env('X', 'mine'));", "n/mine"},
		{"the configuration's own env()", load2 + "function env($n) { return 'mine'; } define('DB_PASSWORD', env('X'));", "n/mine"},
		{"the configuration's own class Env", load2 + "class Env { static function get($n) { return 'mine'; } } define('DB_PASSWORD', Env::get('X'));", "n/mine"},
	} {
		if got := dotenvSite(t, c.load, env, nil); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
