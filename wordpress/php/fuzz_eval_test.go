package php

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// mapFiles has the files of a site in memory.
type mapFiles struct{ fstest.MapFS }

func (m mapFiles) ReadFile(path string) ([]byte, error)  { return m.MapFS.ReadFile(path[1:]) }
func (m mapFiles) Stat(path string) (fs.FileInfo, error) { return m.MapFS.Stat(rootless(path)) }

func (m mapFiles) ReadDir(path string) ([]fs.DirEntry, error) { return m.MapFS.ReadDir(rootless(path)) }
func (m mapFiles) Resolve(path string) (string, error)        { return path, nil }

func rootless(path string) string {
	if path == "/" {
		return "."
	}
	return path[1:]
}

// FuzzEval: for any program, the evaluator ends in time, without a panic, and with an
// answer or one of its own errors.
func FuzzEval(f *testing.F) {
	for _, s := range []string{
		`define('A', getenv('X') ?: 'y'); if (time()) { $a['x'][] = &$b; } foreach ($a as $k => &$v) { unset($a[$k]); }`,
		`class A { public $p = [1]; static function f(...$x) { return static::class; } } $o = new A; $o->p[] = A::f(...[1,2]);`,
		`while (time()) { try { $x = match(time()) { 1 => throw new Error, 2 => f() }; } catch (Error $e) { break; } finally { continue; } }`,
		`switch ($_SERVER['HTTP_HOST']) { case 'a': $t = 1; default: extract($_SERVER); $$t = &$GLOBALS['t']; }`,
		`try { throw new Exception('a'); } catch (Exception $e) { error_log($e); define('A', $e . $e->getTraceAsString()); count($e->getTrace()); }`,
		`function g(&$a) { static $n; $n[] = &$a; global $z; $z = $n; return fn() => $a; } g($q)(); include $z; eval('return 1;');`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		files := mapFiles{fstest.MapFS{"c.php": {Data: []byte("<?php " + code + "\nrequire '/stop.php';")}}}
		watch := stopwatch()
		r, err := Eval(context.Background(), eval.Options{
			Files: files, File: "/c.php", DocRoot: "/", Stop: []string{"/stop.php"},
			Limits: eval.Limits{Steps: 200_000, Bytes: 16 << 20},
		})
		if took := watch(); took > 4*time.Second {
			t.Fatalf("took %v", took)
		}
		var refusal *eval.Refusal
		var badSyntax *syntax.Error
		switch {
		case err == nil:
			r.Constant("A")
			r.Variable("t")
		case !errors.As(err, &refusal) && !errors.As(err, &badSyntax):
			t.Fatalf("error of another kind: %v", err)
		case refusal != nil && strings.HasPrefix(refusal.Message, eval.OwnFault):
			t.Fatal(err)
		}
	})
}
