package php

import (
	"errors"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestRefusalsHaveAnOrigin: a refusal has the kind of input that decides as its origin,
// independent of the message.
func TestRefusalsHaveAnOrigin(t *testing.T) {
	unknownEnv := func(o *eval.Options) { o.EnvKnown = false }
	for code, want := range map[string]eval.Origin{
		`define('A', getenv('B'));`:                                           eval.OriginEnvironment,
		`define('A', $_ENV['B']);`:                                            eval.OriginEnvironment,
		`define('A', serialize($_ENV));`:                                      eval.OriginEnvironment,
		`define('A', "x" . getenv('B') . "y");`:                               eval.OriginEnvironment,
		`if (getenv('B')) { define('A', 1); } else { define('A', 2); }`:       eval.OriginEnvironment,
		`define('A', $_SERVER['REMOTE_ADDR']);`:                               eval.OriginRequest,
		`define('A', $_SERVER['HTTP_HOST']);`:                                 eval.OriginHost,
		`$key = 'SERVER_NAME'; define('A', explode('.', $_SERVER[$key])[0]);`: eval.OriginHost,
		`define('A', file_get_contents('/outside/x'));`:                       eval.OriginHome,
		`define('A', is_file('/outside/x'));`:                                 eval.OriginHome,
		`define('A', random_int(1, 2));`:                                      eval.OriginVolatile,
		`define('A', exec('id'));`:                                            eval.OriginVolatile,
	} {
		res, err := evalText(t, t.TempDir(), "<?php "+code+" require ABSPATH . 'wp-settings.php';", unknownEnv)
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if got := res.Constant("A"); got.State != eval.Open || got.Why.Origin != want {
			t.Errorf("%s: got %+v, want the origin %d", code, got.Why, want)
		}
	}
	for code, want := range map[string]eval.Origin{
		`exit;`:                     eval.OriginStop,
		`return;`:                   eval.OriginStop,
		`throw new Exception('x');`: eval.OriginStop,
		`require ABSPATH . 'x';`:    eval.OriginStop,
		`undefined_function();`:     eval.OriginStop,
		`while (true) {}`:           eval.OriginOther,
	} {
		_, err := evalText(t, t.TempDir(), "<?php "+code, unknownEnv)
		var refusal *eval.Refusal
		if !errors.As(err, &refusal) || refusal.Origin != want {
			t.Errorf("%s: got %v, want the origin %d", code, err, want)
		}
	}
}
