package php

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// stop is the end of the programs of these tests: like a configuration, they require
// WordPress.
const stop = "\nrequire ABSPATH . 'wp-settings.php';\n"

// shown returns what an evaluation knows about the constant A, in one word.
func shown(r *eval.Result, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	switch a := r.Constant("A"); a.State {
	case eval.Known:
		return fmt.Sprintf("%s %s", eval.TypeName(a.Value), a.Text)
	case eval.Open:
		return "open: " + a.Why.Expr
	default:
		return "absent"
	}
}

func TestWorlds(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"first define wins", `define('A', 1); define('A', 2);`, "integer 1"},
		{"unknown branches that agree", `if ($_SERVER['REMOTE_ADDR']) { define('A', 'x'); } else { define('A', 'x'); }`, "string x"},
		{"unknown branches that differ", `if ($_SERVER['REMOTE_ADDR']) { define('A', 'x'); } else { define('A', 'y'); }`, "open: $_SERVER['REMOTE_ADDR']"},
		{"defined in one branch, then by default", `if (time() > 5) { define('A', 'x'); } defined('A') || define('A', 'x');`, "string x"},
		{"first define wins in the worlds that have it", `if (time() > 5) { define('A', 'x'); } define('A', 'y');`, "open: time()"},
		{"worlds that exit drop out", `if ($_SERVER['REQUEST_METHOD'] == 'POST') { define('A', 0); exit; } define('A', 'x');`, "string x"},
		{"a world in which ?-> ends a chain stays", `if (time() > 5) { define('A', 'x'); } else { $o = null; $v = $o?->b->name(); define('A', 'y'); }`, "error: %s:1: uses ?-> before a call or a computed name, which is not evaluated; see --with-php: $o?->b->name()"},
		{"worlds that throw drop out", `if (time() > 5) { throw new Exception('no'); } define('A', 'x');`, "string x"},
		{"worlds that return from the file drop out", `if (time() > 5) { define('A', 1); return; } define('A', 'x');`, "string x"},
		{"a return from a function joins", `function f() { if (time() > 5) { return 'x'; } return 'x'; } define('A', f());`, "string x"},
		{"returns that differ", `function f() { if (time() > 5) { return 'x'; } return 'y'; } define('A', f());`, "open: time()"},
		{"what both branches leave alone stays", `$a = 'x'; if (time() > 5) { $b = 1; } define('A', $a);`, "string x"},
		{"a default for a variable set in one branch", `if (time() > 5) { $a = 'x'; } if (!isset($a)) { $a = 'x'; } define('A', $a);`, "open: time()"},
		{"a caught exception of some worlds", `try { if (time() > 5) { throw new Exception('no'); } $a = 'x'; } catch (Exception $e) { $a = 'x'; } define('A', $a);`, "error: %s:1: uses an exception inside a try statement, which is not evaluated; see --with-php: time()"},
		{"a loop of unknown length changes what it writes", `$a = 'x'; $b = 'y'; while (time() % 2) { $b .= 'z'; } define('A', $a);`, "string x"},
		{"and only that", `$b = 'y'; while (time() % 2) { $b .= 'z'; } define('A', $b);`, "open: time()"},
		{"an unknown foreach", `$a = 'x'; foreach (explode(',', $_SERVER['HTTP_X']) as $v) { $c = $v; } define('A', $a);`, "string x"},
		{"break out of a known loop in some worlds", `for ($i = 0; $i < 3; $i++) { if (time() > $i) { break; } } define('A', 'x');`, "string x"},
		{"an unknown switch with one answer", `switch ($_SERVER['HTTP_HOST']) { case 'a': $x = 1; break; default: $x = 1; } define('A', $x);`, "integer 1"},
		{"an unknown switch that falls through", `switch (time()) { case 1: $x = 1; case 2: $x = 2; break; default: $x = 2; } define('A', $x);`, "integer 2"},
		{"a variable of unknown name", `$a = 'x'; $n = $_SERVER['HTTP_X']; $$n = 'y'; define('A', $a);`, "open: $_SERVER['HTTP_X']"},
		{"constants survive unknown code", `define('A', 'x'); include $_SERVER['HTTP_X'];`, "string x"},
		{"variables do not", `$a = 'x'; include $_SERVER['HTTP_X']; define('A', $a);`, "open: $_SERVER['HTTP_X']"},
		{"nor definitions after it", `include $_SERVER['HTTP_X']; define('A', 'x');`, "open: $_SERVER['HTTP_X']"},
		{"global in some worlds", `$a = 'x'; function f() { global $a; $a = 'x'; } if (time() > 5) { f(); } define('A', $a);`, "string x"},
		{"a key in some worlds", `$a = ['k' => 'x']; if (time() > 5) { $a['l'] = 1; } define('A', $a['k']);`, "string x"},
		{"an output of a command", "define('A', `id`);", "open: `…`"},
		{"undefined functions end the world", `nosuch(); define('A', 1);`, "error: %s:1: stops with Error: Call to undefined function …: nosuch()"},
		{"undefined functions can be caught", `try { nosuch(); } catch (Error $e) { define('A', 'x'); }`, "error: %s:1: uses an exception inside a try statement, which is not evaluated; see --with-php: nosuch()"},
		{"values that differ are not remembered", `$e = time() > 5 ? 'a' : 'b'; define('A', strlen("db_$e"));`, "open: time()"},
		{"a callback over something unknown", `array_map(function ($v) { global $a; $a = 'y'; define('B', 1); }, explode(',', $_SERVER['HTTP_X'])); $a ??= 'x'; define('A', $a);`, "open: $_SERVER['HTTP_X']"},
		{"a return in a loop", `function f($l) { foreach ($l as $v) { if ($v == $_SERVER['HTTP_X']) { return 'x'; } } return 'x'; } define('A', f([1, 2, 3]));`, "string x"},
		{"a return in a loop that differs", `function f($l) { foreach ($l as $v) { if ($v == $_SERVER['HTTP_X']) { return $v; } } return 0; } define('A', f([1, 2, 3]));`, "open: $_SERVER['HTTP_X']"},
		{"a write in some turns", `$a = 'x'; foreach ([1, 2] as $v) { if (time() == $v) { $a = 'y'; continue; } } define('A', $a);`, "open: time()"},
		{"a property in some worlds", `class C { public $p = 'x'; } $o = new C; if (time() > 5) { $o->p = 'y'; } define('A', $o->p);`, "open: time()"},
		{"a static property in some worlds", `class C { static $p = 'x'; } function f() { if (time() > 5) { C::$p = 'y'; } } f(); define('A', C::$p);`, "open: time()"},
		{"a function declared in some worlds", `if (time() > 5) { function f() { return 'y'; } } if (!function_exists('f')) { function f() { return 'x'; } } define('A', f());`, "open: time()"},
		{"an element removed in some worlds", `$a = ['k' => 'x']; if (time() > 5) { unset($a['k']); } define('A', $a['k'] ?? 'y');`, "open: time()"},
		{"a static variable in some worlds", `function n() { static $i = 'x'; $i .= 'y'; return $i; } if (time() > 5) { n(); } define('A', n());`, "open: time()"},
		{"nested functions that throw", `function f() { if (time() > 5) { throw new Exception('e'); } $GLOBALS['a'] = 'y'; } $a = 'x'; try { f(); } catch (Exception $e) { } define('A', $a);`, "error: %s:1: uses an exception inside a try statement, which is not evaluated; see --with-php: time()"},
		{"a constant that only some worlds have", `if (time() > 5) { define('B', 'x'); } define('A', B);`, "string x"},
		{"the same, caught", `if (time() > 5) { define('B', 'x'); } try { $v = B; } catch (Error $e) { $v = 'y'; } define('A', $v);`, "error: %s:1: uses an exception inside a try statement, which is not evaluated; see --with-php: B"},
		{"putenv in some worlds", `putenv('Q=x'); if (time() > 5) { putenv('Q=y'); } define('A', getenv('Q'));`, "open: time()"},
		{"exit by default", `$r = $_SERVER['REQUEST_URI'] or die('no'); define('A', 'x');`, "string x"},
		{"a loop that breaks two levels", `foreach ([1, 2] as $i) { foreach ([1, 2] as $j) { $a = "$i$j"; if (time() > 5) { break 2; } } } define('A', $a);`, "open: time()"},
		{"do while unknown", `$a = 'x'; do { $a = 'y'; } while (time() % 2); define('A', $a);`, "string y"},
		{"a call of an unknown function", `$a = 'x'; $f = $_SERVER['HTTP_X']; $f(); define('A', $a);`, "open: $_SERVER['HTTP_X']"},
		{"an unknown key", `$a = ['k' => 'x']; $a[time()] = 'y'; define('A', $a['k']);`, "open: time()"},
		{"static variables", `function n() { static $i = 0; return ++$i; } n(); n(); define('A', n());`, "integer 3"},
		{"a statement of constants", `const A = 'x' . 1;`, "string x1"},
		{"closures", `$p = 'x'; $f = function ($s) use ($p) { return $p . $s; }; $r = $f('y'); define('A', $r);`, "string xy"},
		{"classes", `class P { const C = 'c'; public static $s = 's'; protected $v; function __construct($v) { $this->v = $v; } function get() { return $this->v . static::C . self::$s; } } class Q extends P { const C = 'd'; } define('A', (new Q('x'))->get());`, "string xds"},
		{"references to elements", `$a = ['x' => ['y' => 1]]; foreach ($a as &$v) { $v['y']++; } unset($v); define('A', $a['x']['y']);`, "error: %s:1: uses foreach by reference, which is not evaluated; see --with-php: foreach ($a as &$v) { $v['…']++; }"},
		{"copies are copies", `$a = [1, [2]]; $b = $a; $b[1][0] = 3; define('A', $a[1][0]);`, "integer 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			want := strings.ReplaceAll(c.want, "%s", dir+"/wp-config.php")
			if got := shown(evalText(t, dir, "<?php "+c.code+stop, nil)); got != want {
				t.Errorf("%s\n got %s\nwant %s", c.code, got, want)
			}
		})
	}
}
