package php

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// agreements are programs that define N, the result. want is its value; "open" if it is
// unknown or differs between worlds; "unset"; or the class of a refusal.
var agreements = []struct{ name, code, want string }{
	{"both branches agree", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); } else { define('N', 'a'); }`, "a"},
	{"branches differ", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); } else { define('N', 'b'); }`, "open"},
	{"one branch defines", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); }`, "open"},
	{"a guard completes what a branch began", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); } if (!defined('N')) { define('N', 'a'); }`, "a"},
	{"a short guard completes", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); } defined('N') || define('N', 'a');`, "a"},
	{"the first define wins in the world that has it", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); } define('N', 'b');`, "open"},
	{"a world that exits does not count", `if (isset($_SERVER['HTTPS'])) { define('N', 'a'); exit; } define('N', 'b');`, "b"},
	{"a world that dies does not count", `isset($_SERVER['HTTPS']) or die('no'); define('N', 'b');`, "b"},
	{"a world that throws does not count", `if (rand()) { throw new Exception('x'); } define('N', 'b');`, "b"},
	{"a thrown exception may be caught", `try { if (rand()) { throw new Exception('x'); } $n = 'a'; } catch (Exception $e) { $n = 'b'; } define('N', $n);`, "undecidable"},
	{"a caught exception that changes nothing", `$n = 'a'; try { if (rand()) { throw new Exception('x'); } } catch (Exception $e) { $x = 'b'; } define('N', $n);`, "undecidable"},
	{"all worlds end", `if (rand()) { exit; } die();`, "undecidable"},
	{"the request is get", `define('N', isset($_GET['x']) ? 'a' : (empty($_POST) && !$_COOKIE ? 'b' : 'c'));`, "b"},
	{"not the command line", `define('N', php_sapi_name() === 'cli' || PHP_SAPI == 'cli' || defined('STDIN') ? 'a' : 'b');`, "b"},
	{"extensions nobody ships", `define('N', extension_loaded('newrelic') || function_exists('newrelic_x') || class_exists('WP_CLI') || defined('WP_CLI') ? 'a' : 'b');`, "b"},
	{"short circuits", `define('N', rand() && false ? 'a' : 'b');`, "b"},
	{"an unknown or true", `define('N', rand() || true ? 'a' : 'b');`, "a"},
	{"coalesce", `define('N', $_SERVER['HTTP_X'] ?? 'a');`, "open"},
	{"a ternary that agrees", `define('N', rand() ? 'a' : 'a');`, "a"},
	{"match on an unknown", `define('N', match (rand()) { 1 => 'a', 2 => 'a', default => 'a' });`, "a"},
	{"match on an unknown differs", `define('N', match (rand()) { 1 => 'a', default => 'b' });`, "open"},
	{"switch on an unknown", `switch ($_SERVER['HTTP_HOST']) { case 'a': case 'b': $n = 'x'; break; case 'c': $n = 'x'; default: $n = 'x'; } define('N', $n);`, "x"},
	{"switch falls through in one world", `$n = 'x'; switch ($_SERVER['HTTP_HOST']) { case 'c': $n = 'y'; default: $n .= 'z'; } define('N', $n);`, "open"},
	{"a loop over an unknown array", `$n = 'a'; foreach (explode(',', $_SERVER['HTTP_X']) as $h) { $last = $h; } define('N', $n);`, "a"},
	{"a loop over an unknown array changes it", `$n = 'a'; foreach (explode(',', $_SERVER['HTTP_X']) as $h) { $n = $h; } define('N', $n);`, "open"},
	{"an unknown number of turns", `$n = 'a'; while (rand()) { $n = 'b'; } define('N', $n);`, "open"},
	{"an unknown number of turns that agree", `$n = 'a'; while (rand()) { $n = 'a'; $i = rand(); } define('N', $n);`, "a"},
	{"break in an unknown turn", `foreach (['a', 'b'] as $x) { $n = 'k'; if (rand()) { break; } } define('N', $n);`, "k"},
	{"break keeps the turn", `foreach (['a', 'b'] as $x) { $n = $x; if (rand()) { break; } } define('N', $n);`, "open"},
	{"continue in an unknown turn", `$n = ''; foreach (['a', 'b'] as $x) { if (rand()) { continue; } $y = $x; $n = 'q'; } define('N', 'q');`, "q"},
	{"return in an unknown branch", `function f() { if (rand()) { return 'a'; } return 'b'; } define('N', f());`, "open"},
	{"returns that agree", `function f($x) { if (rand()) { return $x; } $x = strtolower('A'); return $x; } define('N', f('a'));`, "a"},
	{"a function defined in one world", `if (rand()) { function f() { return 'a'; } } define('N', function_exists('f') ? f() : 'a');`, "a"},
	{"an undefined function ends the world", `if (rand()) { no_such_function(); } define('N', 'a');`, "a"},
	{"an undefined function ends them all", `no_such_function(); define('N', 'a');`, "undecidable"},
	{"an array element differs elsewhere", `$c = ['a' => 1, 'n' => 'x']; if (rand()) { $c['a'] = 2; } define('N', $c['n']);`, "x"},
	{"an array element differs", `$c = ['n' => 'x']; if (rand()) { $c['n'] = 'y'; } define('N', $c['n']);`, "open"},
	{"a property differs elsewhere", `$o = new stdClass; $o->n = 'x'; if (rand()) { $o->a = 1; } define('N', $o->n);`, "x"},
	{"an unknown key", `$c = ['n' => 'x']; $c[rand()] = 'y'; define('N', $c['n']);`, "open"},
	{"an unknown name of a constant", `define($_SERVER['HTTP_X'], 'y'); define('N', 'x');`, "open"},
	{"an unknown name after it", `define('N', 'x'); define($_SERVER['HTTP_X'], 'y');`, "x"},
	{"an unknown variable variable", `$n = 'x'; ${$_SERVER['HTTP_X']} = 'y'; define('N', $n);`, "open"},
	{"extract of the unknown", `$n = 'x'; extract(json_decode($_SERVER['HTTP_X'], true)); define('N', $n);`, "open"},
	{"a command", "define('N', `hostname`);", "unsafe"},
	{"a command elsewhere", `define('M', shell_exec('git rev-parse HEAD')); define('N', 'x');`, "x"},
	{"eval of the known", `eval('define("N", "x");');`, "x"},
	{"eval of the unknown", `eval($_SERVER['HTTP_X']); define('N', 'x');`, "unsafe"},
	{"eval of the unknown in one world", `if (rand()) { eval($_SERVER['HTTP_X']); } define('N', 'x');`, "unsafe"},
	{"include of the unknown", `include $_SERVER['HTTP_X']; define('N', 'x');`, "open"},
	{"include of what is not there", `@include '/site/none.php'; define('N', 'x');`, "x"},
	{"require of what is not there", `require '/site/none.php'; define('N', 'x');`, "undecidable"},
	{"a global that a function writes in one world", `$n = 'x'; function f() { global $n; if (rand()) { $n = 'y'; } } f(); define('N', $n);`, "open"},
	{"a static counter", `function f() { static $i = 0; return ++$i; } f(); f(); define('N', f());`, "3"},
	{"getenv of the known environment", `define('N', getenv('KNOWN'));`, "env"},
	{"getenv of what it lacks", `define('N', getenv('LACKS') ?: 'x');`, "x"},
	{"putenv in one world", `if (rand()) { putenv('KNOWN=b'); } define('N', getenv('KNOWN'));`, "open"},
	{"the clock", `define('N', date('Y') > 2000 ? 'a' : 'b');`, "open"},
	{"the version of php", `define('N', version_compare(PHP_VERSION, '7.4', '>=') ? 'a' : 'b');`, "a"},
	{"a version identifier", `define('N', PHP_VERSION_ID >= 80000 ? 'a' : 'b');`, "a"},
	{"a stop inside a function", `function f() { define('N', 'x'); require '/site/wp-settings.php'; } f(); define('N', 'y');`, "x"},
	{"a stop in one branch", `if (rand()) { define('N', 'x'); require '/site/wp-settings.php'; } define('N', 'x');`, "x"},
	{"stops that differ", `if (rand()) { define('N', 'x'); require '/site/wp-settings.php'; } define('N', 'y');`, "open"},
	{"globals by name", `$GLOBALS['q'] = 'x'; define('N', $q);`, "x"},
	{"an array function over a partly unknown array", `$a = ['x', rand()]; define('N', count($a) . $a[0]);`, "2x"},
	{"objects are handles", `class A { public $n = 'x'; } $a = new A; $b = $a; $b->n = 'y'; define('N', $a->n);`, "y"},
	{"clone copies", `class A { public $n = 'x'; } $a = new A; $b = clone $a; $b->n = 'y'; define('N', $a->n);`, "undecidable"},
	{"inheritance and static", `class A { const C = 'a'; static function f() { return static::C; } } class B extends A { const C = 'b'; } define('N', B::f());`, "b"},
	{"magic get", `class A { function __get($n) { return "<$n>"; } } define('N', (new A)->x);`, "undecidable"},
	{"the count of an array that may be empty", `$n = count((array) (rand() ? '0' : [])); switch ($n) { case 1: define('N', 'a'); break; } define('N', 'b');`, "open"},
	{"a key that may be one of two", `$k = rand() ? 'a' : 'b'; define('N', array_key_exists($k, ['a' => 1]) ? 'x' : 'y');`, "open"},
	{"a key that may be there", `$a = ['k' => 1]; if (rand()) { $a['l'] = 1; } define('N', array_key_exists('l', $a) ? 'x' : 'y');`, "open"},
	{"a merge of one of two arrays", `$a = rand() ? ['n' => 'x'] : ['n' => 'x', 'm' => 1]; $b = array_merge($a, ['n' => 'y']); define('N', $b['n']);`, "open"},
	{"a filter by what is not known", `$a = array_filter(['x', 'y'], fn($v) => rand() ? 1 : 0); define('N', count($a));`, "open"},
	{"what may throw and be caught", `try { $c = new PDO('mysql:host=a'); define('N', 'a'); } catch (PDOException $e) { define('N', 'b'); }`, "undecidable"},
	{"a connection that may throw", `try { mysqli_connect('a'); $h = 'a'; } catch (mysqli_sql_exception $e) { $h = 'b'; } define('N', $h);`, "undecidable"},
	{"a try statement in which nothing throws", `try { define('N', strtolower('A')); } catch (Exception $e) { define('N', 'b'); }`, "a"},
	{"define called for each of what is not all known", `array_map('define', ['N', 'M'], ['a', rand()]); define('N', 'b');`, "a"},
	{"define called for names that are not known", `array_map('\\define', ['M', $_SERVER['HTTP_X']], ['a', 'c']); define('N', 'b');`, "open"},
	{"define called for an array that is not known", `array_walk($_SERVER['HTTP_X'], 'define'); $x = json_decode($_SERVER['HTTP_X']); array_map('define', $x, $x); define('N', 'b');`, "open"},
	{"putenv called for what is not known", `array_map('putenv', ["A=b", $_SERVER['HTTP_X']]); define('N', getenv('KNOWN'));`, "open"},
	{"what is written and read again", `file_put_contents('/site/x', 'y'); define('N', @file_get_contents('/site/x') ?: 'none');`, "open"},
	{"an array of the unknown, compared", `$x = rand() ? [getenv('KNOWN') . rand()] : 'y'; define('N', $x == ['q'] ? 'a' : 'b');`, "open"},
	{"an array of the unknown, identical", `$x = rand() ? [[rand()]] : 'y'; define('N', $x === [[1]] ? 'a' : 'b');`, "open"},
	{"an array of the unknown, matched", `$x = rand() ? [[rand()]] : 'y'; define('N', match ($x) { [[1]] => 'a', default => 'b' });`, "open"},
	{"an array of the unknown, switched on", `$x = rand() ? [rand()] : 'y'; switch ($x) { case [1]: define('N', 'a'); break; default: define('N', 'b'); }`, "open"},
	{"an array of references in one world", `$q = 'y'; $x = rand() ? [&$q] : 'y'; $q = 'z'; define('N', $x == ['z'] ? 'a' : 'b');`, "undecidable"},
	{"one of two arrays that are known", `$x = rand() ? ['a'] : 'y'; define('N', $x == ['q'] ? 'a' : 'b');`, "open"},
	{"sorted by what is not known", `$a = ['b', 'a']; usort($a, fn($x, $y) => rand() ? 1 : -1); define('N', $a[0]);`, "open"},
	{"sorted by what is not known, with keys", `$a = ['b', 'a']; uksort($a, fn($x, $y) => rand() ? $x <=> $y : $y <=> $x); define('N', implode(',', $a));`, "open"},
	{"a key that is not known may be any", `$a = ['x' => 1]; $a[$_SERVER['HTTP_X']] = 'v'; define('N', isset($a['k']) ? 'a' : 'b');`, "open"},
	{"a key that is not known may be the default's", `$a = []; $a[$_SERVER['HTTP_X']] = 'v'; define('N', $a['k'] ?? 'b');`, "open"},
	{"a key that is one of two", `$a = []; $a[rand() ? 'k' : 'l'] = 'v'; define('N', empty($a['k']) ? 'a' : 'b');`, "open"},
	{"a key that is not known in a literal", `$a = [rand() ? 'k' : 'l' => 'v', 'm' => 'w']; define('N', isset($a['k']) ? 'a' : 'b');`, "open"},
	{"what follows a key that is not known", `$a = [rand() => 'v', 'x']; define('N', $a[0] ?? 'b');`, "open"},
	{"what is appended at a place that is not known", `$a = ['x']; if (rand()) { $a[] = 'y'; } $a[] = 'z'; define('N', $a[2] ?? 'b');`, "open"},
	{"a key that is not known in one world", `$a = ['x' => 1]; if (rand()) { $a[rand()] = 'v'; } define('N', isset($a['k']) ? 'a' : 'b');`, "open"},
	{"spread of what is not known", `$a = [...(array) json_decode($_SERVER['HTTP_X'], true)]; define('N', $a['k'] ?? 'b');`, "undecidable"},
	{"a key that is written after one that is not known", `$a = []; $a[rand()] = 'v'; $a['k'] = 'w'; define('N', $a['k']);`, "w"},
	{"a key that neither world writes", `$a = []; if (rand()) { $a['x'] = 1; } define('N', $a['k'] ?? 'b');`, "b"},
	{"a magic property that may be set", `class A { function __get($k) { return rand() ? 'a' : null; } } define('N', (new A)->q ?? 'b');`, "undecidable"},
	{"an offset that may exist", `class A implements ArrayAccess { function offsetExists($k): bool { return (bool) rand(); } function offsetGet($k): mixed { return 'a'; } function offsetSet($k, $v): void { } function offsetUnset($k): void { } } define('N', (new A)['q'] ?? 'b');`, "undecidable"},
	{"the ninth value of nine and more", `$h = $_SERVER['HTTP_HOST']; $d = 'z'; foreach (['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as $x) { if ($h == $x) { $d = $x; } } define('N', $d === 'i' ? 'a' : 'b');`, "open"},
	{"one of five and one of five others", `$d = '0'; foreach (['1', '2', '3', '4'] as $x) { if (rand()) { $d = $x; } } $e = '5'; foreach (['6', '7', '8', '9'] as $x) { if (rand()) { $e = $x; } } define('N', (rand() ? $d : $e) === '7' ? 'a' : 'b');`, "open"},
	{"more values than are remembered", `define('N', match (rand()) { 1 => 'a', 2 => 'b', 3 => 'c', 4 => 'd', 5 => 'e', 6 => 'f', 7 => 'g', 8 => 'h', default => 'i' } === 'i' ? 'x' : 'y');`, "open"},
	{"an array with a key that may be there, or a word", `$d = 'x'; if (rand()) { $d = 'y'; } if (rand()) { $d = []; if (rand()) { $d['k'] = 1; } } define('N', is_array($d) ? 'a' : 'b');`, "open"},
	{"a word, or an array with a key that may be there", `$d = []; if (rand()) { $d['k'] = 1; } if (rand()) { $d = 'x'; if (rand()) { $d = 'y'; } } define('N', is_array($d) ? 'a' : 'b');`, "open"},
	{"a loop over an array with a key that may be there", `$d = rand() ? 'x' : 'y'; if (rand()) { $d = []; if (rand()) { $d['k'] = 1; } } foreach ((array) $d as $k => $v) { $n = $k; } define('N', serialize($n ?? null));`, "open"},
	{"a large array, or a word", `$d = rand() ? 'x' : 'y'; if (rand()) { $d = explode(',', str_repeat('1,', 19)); } define('N', is_array($d) ? 'a' : 'b');`, "open"},
	{"what all of many values have in common", `$d = rand() ? 'x' : 'y'; foreach (explode(',', str_repeat('1,', 19)) as $i) { if (rand()) { $d = 'v' . $i; } } define('N', 'n'); define('N', $d);`, "n"},
	{"goto is not followed", `goto a; define('N', 'x'); a: define('N', 'y');`, "undecidable"},
}

func TestWhatWorldsAgreeOn(t *testing.T) {
	for _, w := range agreements {
		t.Run(w.name, func(t *testing.T) {
			if got, why := answerOf(w.code); got != w.want {
				t.Errorf("%s\n got %s (%v)\nwant %s", w.code, got, why, w.want)
			}
		})
	}
}

func answerOf(code string) (answer string, why error) {
	res, err := Eval(context.Background(), eval.Options{
		Files: oneFile{"<?php " + code + "\nrequire '/site/wp-settings.php';"}, File: "/site/wp-config.php", DocRoot: "/site",
		Stop: []string{"/site/wp-settings.php"}, Env: map[string]string{"KNOWN": "env"}, EnvKnown: true,
	})
	var refusal *eval.Refusal
	if errors.As(err, &refusal) {
		return refusal.Class.String(), err
	}
	if err != nil {
		return "error", err
	}
	switch a := res.Constant("N"); a.State {
	case eval.Known:
		return a.Text, nil
	case eval.Open:
		if a.Why.Class != eval.Undecidable {
			return a.Why.Class.String(), a.Why
		}
		return "open", a.Why
	default:
		return "unset", nil
	}
}

// TestWorldsAreJoinedNotMultiplied: fifty unknown branches are evaluated once, not 2^50
// times.
func TestWorldsAreJoinedNotMultiplied(t *testing.T) {
	var b strings.Builder
	b.WriteString("$s = 'x'; $a = [];")
	for i := range 50 {
		fmt.Fprintf(&b, "if (isset($_SERVER['HTTP_X%d'])) { $v%d = 1; $s .= 'y'; $a[] = %d; $a['k%d'] = 1; } else { $v%d = 2; }", i, i, i, i, i)
	}
	b.WriteString("define('N', 'a');")
	watch := stopwatch()
	if got, why := answerOf(b.String()); got != "a" {
		t.Errorf("got %s (%v), want a", got, why)
	}
	if took := watch(); took > time.Second {
		t.Errorf("took %v, want a second at most", took)
	}
}

// TestOpenAnswersNameWhatDecides: an open answer names the expression that decides, and
// its position.
func TestOpenAnswersNameWhatDecides(t *testing.T) {
	_, why := answerOf("\nif ( $_SERVER['HTTP_HOST'] === 'a' ) {\n define('N', 'x');\n} else { define('N', 'y'); }")
	var refusal *eval.Refusal
	if !errors.As(why, &refusal) {
		t.Fatalf("got %v, want a refusal", why)
	}
	if refusal.File != "/site/wp-config.php" || refusal.Line != 2 || !strings.Contains(refusal.Expr, "HTTP_HOST") {
		t.Errorf("got %s:%d %q, want the condition in line 2", refusal.File, refusal.Line, refusal.Expr)
	}
}

// oneFile has the files of a site with two files.
type oneFile struct{ text string }

func (f oneFile) ReadFile(path string) ([]byte, error) {
	switch path {
	case "/site/wp-config.php":
		return []byte(f.text), nil
	case "/site/wp-settings.php":
		return []byte("<?php"), nil
	}
	return nil, fs.ErrNotExist
}

func (f oneFile) Stat(path string) (fs.FileInfo, error) {
	text, err := f.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return fileInfo{int64(len(text))}, nil
}

func (oneFile) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }

func (f oneFile) Resolve(path string) (string, error) {
	if _, err := f.ReadFile(path); err != nil {
		return "", err
	}
	return path, nil
}

type fileInfo struct{ size int64 }

func (i fileInfo) Name() string     { return "f" }
func (i fileInfo) Size() int64      { return i.size }
func (fileInfo) Mode() fs.FileMode  { return 0o644 }
func (fileInfo) ModTime() time.Time { return time.Time{} }
func (fileInfo) IsDir() bool        { return false }
func (fileInfo) Sys() any           { return nil }
