package php

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestWhatIsKnownCanBeCalled: every function and method that the evaluator has can be
// called.
func TestWhatIsKnownCanBeCalled(t *testing.T) {
	for name, f := range php82().Functions {
		if f.Run == nil {
			t.Errorf("%s() has nothing to run", name)
		}
	}
	for _, c := range append(eval.CoreClasses(), php82().Classes...) {
		for _, methods := range []map[string]eval.Function{c.Methods, c.Static} {
			for name, f := range methods {
				if f.Run == nil {
					t.Errorf("%s::%s() has nothing to run", c.Name, name)
				}
			}
		}
	}
}

// TestExceptionsAreLogged: code that logs an exception and ends is not a reason to
// refuse.
func TestExceptionsAreLogged(t *testing.T) {
	for _, log := range []string{
		`error_log($e);`, `error_log("failed: $e");`, `error_log($e->getTraceAsString());`, `error_log((string) $e->getPrevious()?->getTraceAsString());`,
		`foreach ($e->getTrace() as $frame) { error_log($frame['function']); }`, `echo $e, "\n";`, `trigger_error($e, E_USER_NOTICE);`,
	} {
		code := `if (rand()) { $e = new RuntimeException('x', 3, new Exception('y')); ` + log + ` throw $e; } define('N', 'x');`
		if got, why := answerOf(code); got != "x" {
			t.Errorf("%s\n got %s (%v)\nwant x", code, got, why)
		}
	}
}

// brokenFiles is an implementation of Files with a bug.
type brokenFiles struct{ oneFile }

func (brokenFiles) Stat(string) (fs.FileInfo, error) { panic("broken") }

// TestFaultRefuses: a bug of the evaluator refuses one site, and does not end the
// program.
func TestFaultRefuses(t *testing.T) {
	for _, code := range []string{
		`file_exists('/site/x');`,
		`function g() { yield is_file('/site/x'); } foreach (g() as $v) { }`,
	} {
		_, err := Eval(context.Background(), eval.Options{
			Files: brokenFiles{oneFile{"<?php " + code + "\nrequire '/site/wp-settings.php';"}}, File: "/site/wp-config.php",
			DocRoot: "/site", Stop: []string{"/site/wp-settings.php"},
		})
		var refusal *eval.Refusal
		if !errors.As(err, &refusal) || refusal.Class != eval.Undecidable || !strings.HasPrefix(refusal.Message, eval.OwnFault) || refusal.File != "/site/wp-config.php" {
			t.Errorf("%s: got %v, want a refusal", code, err)
		}
	}
}
