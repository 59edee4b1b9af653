package php

import (
	"context"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// answered evaluates a program with changed options, and returns its constant N.
func answered(t *testing.T, code string, change func(*eval.Options)) eval.Answer {
	t.Helper()
	opt := eval.Options{
		Files: memoryFiles{"/site/wp-config.php": "<?php " + code + "\nrequire '/site/wp-settings.php';"}, File: "/site/wp-config.php",
		Stop: []string{"/site/wp-settings.php"}, DocRoot: "/site", EnvKnown: true,
	}
	change(&opt)
	res, err := Eval(context.Background(), opt)
	if err != nil {
		t.Logf("%s: %v", code, err)
		return eval.Answer{State: eval.Open, Why: &eval.Refusal{Message: err.Error()}}
	}
	return res.Constant("N")
}

// TestVariablesOrder: $_ENV holds the environment only if php.ini says so; getenv() and
// $_SERVER always do.
func TestVariablesOrder(t *testing.T) {
	for _, c := range []struct{ code, order, want string }{
		{`define('N', $_ENV['APP_DB'] ?? 'fallback');`, "EGPCS", "given"},
		{`define('N', $_ENV['APP_DB'] ?? 'fallback');`, "egpcs", "given"},
		{`define('N', $_ENV['APP_DB'] ?? 'fallback');`, "GPCS", "fallback"},
		{`define('N', $_ENV['APP_DB'] ?? 'fallback');`, "", "open"},
		{`define('N', isset($_ENV['NONE']) ? 'set' : 'unset');`, "", "unset"},
		{`define('N', $_ENV['APP_DB'] ?? $_SERVER['APP_DB']);`, "", "given"},
		{`define('N', getenv('APP_DB') . $_SERVER['APP_DB']);`, "GPCS", "givengiven"},
		{`define('N', $_SERVER['APP_DB'] ?? 'none');`, "EGPC", "none"},
		{`foreach ($_ENV as $k => $v) { define('N', $v); } define('N', 'empty');`, "", "open"},
		{`foreach ($_ENV as $k => $v) { define('N', $v); } define('N', 'empty');`, "GPCS", "empty"},
		{`if (empty($_ENV['APP_DB'])) { die('no environment'); } define('N', 'started');`, "", "started"},
		{`define('N', count($_ENV) ? 'some' : 'none');`, "", "open"},
		{`extract($_ENV); define('N', $APP_DB ?? 'none');`, "", "open"},
		{`function f() { return $GLOBALS['_ENV']['APP_DB'] ?? 'none'; } define('N', f());`, "", "open"},
		{`$_ENV['APP_DB'] = 'own'; define('N', $_ENV['APP_DB']);`, "", "own"},
		{`define('N', ['x', 'y']);`, "", "array"},
	} {
		a := answered(t, c.code, func(o *eval.Options) { o.Env, o.VariablesOrder = map[string]string{"APP_DB": "given"}, c.order })
		got := a.Text
		if a.State == eval.Open {
			got = "open"
			if a.Why == nil || a.Why.Message != eval.OrderReason {
				t.Errorf("%s with %q is open for %v, want %q", c.code, c.order, a.Why, eval.OrderReason)
			}
		}
		if _, ok := a.Value.(*eval.Array); ok {
			got = "array"
		}
		if got != c.want {
			t.Errorf("%s with %q is %q, want %q", c.code, c.order, got, c.want)
		}
	}
}

// TestURLDescribesTheRequest: if a host is given, no proxy changed it; the same is true
// for the scheme of a URL.
func TestURLDescribesTheRequest(t *testing.T) {
	const framework = `$h = empty($_SERVER['HTTP_X_FORWARDED_HOST']) ? $_SERVER['HTTP_HOST'] : $_SERVER['HTTP_X_FORWARDED_HOST'];
		switch ($h) { case 'a.example': define('N', 'a'); break; default: define('N', 'b'); }`
	const secure = `define('N', (!empty($_SERVER['HTTPS']) && $_SERVER['HTTPS'] !== 'off') || ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https' ? 's' : 'p');`
	for _, c := range []struct{ code, host, scheme, port, want string }{
		{framework, "a.example", "", "", "a"},
		{framework, "c.example", "", "", "b"},
		{framework, "", "", "", "open"},
		{secure, "a.example", "", "", "open"},
		{secure, "a.example", "https", "443", "s"},
		{secure, "a.example", "http", "80", "p"},
		{`define('N', $_SERVER['SERVER_PORT'] . $_SERVER['SERVER_NAME'] . $_SERVER['HTTP_HOST']);`, "a.example:8443", "https", "8443", "8443a.examplea.example:8443"},
		{`define('N', isset($_SERVER['HTTP_X_FORWARDED_FOR']) ? 1 : 2);`, "a.example", "https", "443", "open"},
		{`$n = 0; foreach ($_SERVER as $k => $v) { if ($k === 'HTTP_X_FORWARDED_HOST') { $n = 1; } } define('N', "n$n");`, "a.example", "", "", "n0"},
	} {
		a := answered(t, c.code, func(o *eval.Options) { o.Host, o.Scheme, o.Port = c.host, c.scheme, c.port })
		got := a.Text
		if a.State == eval.Open {
			got = "open"
		}
		if got != c.want {
			t.Errorf("%s of %q is %q (%v), want %q", c.code, c.host, got, a.Why, c.want)
		}
	}
}
