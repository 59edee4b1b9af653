package php

import (
	"context"
	"testing"
)

// withVendor evaluates a program in a site with a vendor folder, and returns its constant
// N.
func withVendor(t *testing.T, code string, files map[string]string, change func(*Options)) Answer {
	t.Helper()
	all := memoryFiles{"/site/wp-config.php": "<?php require __DIR__ . '/vendor/autoload.php'; " + code + "\nrequire '/site/wp-settings.php';", "/site/vendor/autoload.php": "<?php"}
	for path, text := range files {
		all[path] = text
	}
	opt := Options{Files: all, File: "/site/wp-config.php", Stop: []string{"/site/wp-settings.php"}, DocRoot: "/site", EnvKnown: true, VariablesOrder: "EGPCS"}
	if change != nil {
		change(&opt)
	}
	res, err := Eval(context.Background(), opt)
	if err != nil {
		return Answer{State: Open, Why: &Refusal{Message: err.Error()}}
	}
	return res.Constant("N")
}

// TestConfigOfSomeWorlds: a value that Config holds in only some worlds does not make the
// other values unknown.
func TestConfigOfSomeWorlds(t *testing.T) {
	const use = `use Roots\WPConfig\Config; `
	for code, want := range map[string]string{
		`if (isset($_SERVER['HTTP_HOST'])) Config::define('WP_HOME', 'http://' . $_SERVER['HTTP_HOST']); Config::define('N', 'n'); Config::apply();`:        "n",
		`Config::define('N', 'n'); if (isset($_SERVER['HTTP_HOST'])) { Config::define('WP_HOME', 'a'); } Config::apply();`:                                  "n",
		`if (isset($_SERVER['HTTP_HOST'])) { Config::define('N', 'a'); } else { Config::define('N', 'a'); Config::define('X', 1); } Config::apply();`:       "a",
		`if (isset($_SERVER['HTTP_HOST'])) { Config::define('N', 'a'); } Config::apply();`:                                                                  "open",
		`if (isset($_SERVER['HTTP_HOST'])) { Config::define('X', 'a'); } Config::apply(); define('N', defined('X') ? 'x' : 'y');`:                           "open",
		`if (isset($_SERVER['HTTP_HOST'])) { Config::define('X', 'a'); } Config::apply(); define('X', 'a'); define('N', X);`:                                "open",
		`if (isset($_SERVER['HTTP_HOST'])) { Config::define('X', 'a'); } Config::define('X', 'b'); Config::define('N', Config::get('X')); Config::apply();`: "b",
		`Config::define('X', 'a'); if (isset($_SERVER['HTTP_HOST'])) { Config::remove('X'); } Config::define('N', 'n'); Config::apply();`:                   "n",
		`foreach ($_SERVER as $k => $v) { if (strpos($k, 'HTTP_') === 0) { Config::define('WP_HOME', $v); } } Config::define('N', 'n'); Config::apply();`:   "n",
	} {
		a := withVendor(t, use+code, nil, nil)
		got := a.Text
		if a.State == Open {
			got = "open"
		}
		if got != want {
			t.Errorf("%s is %q (%v), want %q", code, got, a.Why, want)
		}
	}
}

// TestFunctionsAfterVendor: WordPress' own functions do not exist before WordPress
// starts, even if an autoloader was included.
func TestFunctionsAfterVendor(t *testing.T) {
	for code, want := range map[string]string{
		`define('N', function_exists('add_filter') ? 'yes' : 'no');`:                                                       "no",
		`if (function_exists('add_filter')) { add_filter('x', 'y'); } define('N', 'n');`:                                   "n",
		`if (!function_exists('add_action')) { function add_action($a) { return add_action($a); } } define('N', 'n');`:     "n",
		`if (!function_exists('wp_get_environment_type')) { define('N', 'n'); }`:                                           "n",
		`if (function_exists('apply_filters')) { $x = apply_filters('a', $_SERVER); } else { $x = 'd'; } define('N', $x);`: "d",
		`if (!function_exists('helper')) { function helper() { return 'h'; } } define('N', 'n');`:                          "n",
		`if (function_exists('helper')) { helper(); } define('N', 'n');`:                                                   "open",
		`define('N', function_exists('helper') ? 'yes' : 'no');`:                                                           "open",
	} {
		a := withVendor(t, code, nil, nil)
		got := a.Text
		if a.State == Open {
			got = "open"
		}
		if got != want {
			t.Errorf("%s is %q (%v), want %q", code, got, a.Why, want)
		}
	}
}

// TestVariableNamesOfDotenv: phpdotenv 2 and 3 return the names of the variables in the
// file, including those that were already set.
func TestVariableNamesOfDotenv(t *testing.T) {
	lock := func(version string) string {
		return `{"packages":[{"name":"vlucas/phpdotenv","version":"` + version + `"}]}`
	}
	for _, c := range []struct{ version, make, want string }{
		{"v2.6.1", `$d = new Dotenv\Dotenv(__DIR__); $d->load();`, "A,B,SET"},
		{"v3.6.0", `$d = Dotenv\Dotenv::create(__DIR__); $d->load();`, "A,B,SET"},
		{"v3.6.0", `$d = Dotenv\Dotenv::create(__DIR__); $d->overload();`, "A,B,SET"},
		{"v3.6.0", `$d = Dotenv\Dotenv::create(__DIR__);`, ""},
		{"v5.5.0", `$d = Dotenv\Dotenv::createImmutable(__DIR__); $d->load();`, "open"},
	} {
		code := c.make + ` foreach ($d->getEnvironmentVariableNames() as $n) { defined($n) || define($n, getenv($n)); } define('N', implode(',', $d->getEnvironmentVariableNames()));`
		a := withVendor(t, code, map[string]string{"/site/.env": "A=1\nB=2\nSET=3\n", "/site/composer.lock": lock(c.version)}, func(o *Options) { o.Env = map[string]string{"SET": "x"} })
		got := a.Text
		if a.State == Open {
			got = "open"
		}
		if got != c.want {
			t.Errorf("phpdotenv %s: %s gives %q (%v), want %q", c.version, c.make, got, a.Why, c.want)
		}
	}
}
