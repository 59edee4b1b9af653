package php

import (
	"errors"
	"testing"
)

// A refusal names the kind of input that decides, whatever its message says.
func TestRefusalsHaveAnOrigin(t *testing.T) {
	unknownEnv := func(o *Options) { o.EnvKnown = false }
	for code, want := range map[string]Origin{
		`define('A', getenv('B'));`:                                           OriginEnvironment,
		`define('A', $_ENV['B']);`:                                            OriginEnvironment,
		`define('A', json_encode($_ENV));`:                                    OriginEnvironment,
		`define('A', "x" . getenv('B') . "y");`:                               OriginEnvironment,
		`if (getenv('B')) { define('A', 1); } else { define('A', 2); }`:       OriginEnvironment,
		`define('A', $_SERVER['REMOTE_ADDR']);`:                               OriginRequest,
		`define('A', $_SERVER['HTTP_HOST']);`:                                 OriginHost,
		`$key = 'SERVER_NAME'; define('A', explode('.', $_SERVER[$key])[0]);`: OriginHost,
		`define('A', file_get_contents('/outside/x'));`:                       OriginHome,
		`define('A', is_file('/outside/x'));`:                                 OriginHome,
		`define('A', random_int(1, 2));`:                                      OriginOther,
		`define('A', exec('id'));`:                                            OriginOther,
	} {
		res, err := evalText(t, t.TempDir(), "<?php "+code+" require ABSPATH . 'wp-settings.php';", unknownEnv)
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if got := res.Constant("A"); got.State != Open || got.Why.Origin != want {
			t.Errorf("%s: got %+v, want the origin %d", code, got.Why, want)
		}
	}
	for code, want := range map[string]Origin{
		`exit;`:                     OriginStop,
		`return;`:                   OriginStop,
		`throw new Exception('x');`: OriginStop,
		`require ABSPATH . 'x';`:    OriginStop,
		`undefined_function();`:     OriginStop,
		`while (true) {}`:           OriginOther,
	} {
		_, err := evalText(t, t.TempDir(), "<?php "+code, unknownEnv)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Origin != want {
			t.Errorf("%s: got %v, want the origin %d", code, err, want)
		}
	}
}
