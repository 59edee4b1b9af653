package php

import (
	"errors"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// unsupportedFeatures are the language features that are parsed but not evaluated, by
// their name in the refusal. Each program stores a value in $r.
var unsupportedFeatures = []struct{ feature, code string }{
	{"a generator", `function g() { yield 'a'; } foreach (g() as $r) { }`},
	{"a generator", `$g = (function () { yield 'a'; })(); $r = $g->current();`},
	{"a class with a parent or an interface that the program does not declare", `class A implements IteratorAggregate { function getIterator(): Iterator { return new ArrayIterator(['a']); } } foreach (new A as $r) { }`},
	{"an unpacked array", `class A implements IteratorAggregate { function getIterator(): Iterator { return new ArrayIterator(['a']); } } $r = [...new A];`},
	{"an unpacked array", `$a = ['a']; $r = [...$a, 'b'];`},
	{"an unpacked array", `function f(...$a) { return $a[0]; } $a = ['a']; $r = f(...$a);`},
	{"an unpacked array", `$r = trim(...[' a ']);`},
	{"an autoloader", `spl_autoload_register(function ($c) { eval("class $c { const N = 'a'; }"); }); $r = A::N;`},
	{"an autoloader", `spl_autoload_register(function ($c) { eval("class $c { }"); }); $r = class_exists('A') ? 'a' : 'b';`},
	{"an autoloader", `spl_autoload_register(function ($c) { eval('class A { function __construct() { $GLOBALS["r"] = "a"; } }'); }); $r = 'b'; new A;`},
	{"chdir()", `if (rand()) { chdir('sub'); } $r = file_get_contents('data.txt');`},
	{"chdir()", `chdir('/'); $r = file_exists('etc');`},
	{"an anonymous class", `$o = new class { public $p = 'a'; }; $r = $o->p;`},
	{"a foreach over an object that changes", `$o = (object) ['a' => 1]; foreach ($o as $k => $v) { $o->b = 2; $r = $k; }`},
	{"the class ArrayObject", `$o = new ArrayObject(['a']); $r = $o[0];`},
	{"an enum", `enum E: string { case A = 'a'; } $r = E::A->value;`},
	{"an enum", `enum E { case A; } $r = count(E::cases());`},
	{"an enum", `enum E { case A; } $r = method_exists('E', 'cases');`},
	{"__FUNCTION__", `function f() { return __FUNCTION__; } $r = f();`},
	{"__METHOD__", `class A { function f() { return __METHOD__; } } $r = (new A)->f();`},
	{"a trait", `trait T { function f() { return 'a'; } } class A { use T; } $r = (new A)->f();`},
	{"an anonymous class", `trait T { function f() { return 'a'; } } $o = new class { use T; }; $r = $o->f();`},
	{"a trait", `trait T { static function f() { return 'a'; } } $r = T::f();`},
	{"a class with __destruct", `class A { function __destruct() { $GLOBALS['r'] = 'a'; } } $o = new A; $o = null;`},
	{"clone", `$o = (object) ['a' => 1]; $p = clone $o; $r = $p->a;`},
	{"foreach by reference", `$a = ['a']; foreach ($a as &$v) { $v = 'b'; } $r = $a[0];`},
	{"a reference in an array", `$x = 'a'; $a = [&$x]; $a[0] = 'b'; $r = $x;`},
	{"a reference in list()", `$a = ['a']; [&$x] = $a; $x = 'b'; $r = $a[0];`},
	{"a reference in list()", `$a = [['a']]; [[&$x]] = $a; $x = 'b'; $r = $a[0][0];`},
	{"an assignment by reference", `$a = ['a']; $x = &$a[0]; $x = 'b'; $r = $a[0];`},
	{"an assignment by reference", `$x = 'a'; $a[0] = &$x; $a[0] = 'b'; $r = $x;`},
	{"an assignment by reference", `$o = (object) ['a' => 1]; $x = &$o->a; $x = 2; $r = $o->a;`},
	{"a parameter by reference", `function f(&$x) { $x = 'b'; } $a = ['a']; f($a[0]); $r = $a[0];`},
	{"an assignment by reference", `class A { static int $p = 1; } $x = &A::$p; $x = '2'; $r = A::$p;`},
	{"an assignment by reference", `function &f() { global $r; return $r; } $r = 'a'; $x = &f(); $x = 'b';`},
	{"a function that returns a reference", `function &f() { global $r; return $r; } $r = ['a']; $r['k'] = f();`},
	{"a parameter by reference", `function f(&...$x) { $x[0] = 'b'; } $r = 'a'; f($r);`},
	{"an unpacked array", `function f(&$x) { $x = 'b'; } $a = ['a']; f(...$a); $r = $a[0];`},
	{"an assignment by reference", `$a = ['a']; $b = &$a; $a['k'] = $b; $r = count($a['k']);`},
	{"a write to a string offset", `$r = 'abc'; $r[0] = 'x';`},
	{"a class with a parent or an interface that the program does not declare", `class A implements ArrayAccess { function offsetExists($k): bool { return true; } function offsetGet($k): mixed { return 'a'; } function offsetSet($k, $v): void { } function offsetUnset($k): void { } } $o = new A; $r = $o['k'];`},
	{"a class with __get", `class A { function __get($n) { return 'a'; } } $o = new A; $o->p .= 'b'; $r = $o->p;`},
	{"a class with __get", `class A { function __get($n) { return ['a']; } } $o = new A; $o->p['k'] = 'b'; $r = $o->p;`},
	{"a class with __set", `class A { function __set($n, $v) { $GLOBALS['r'] = $v; } } $o = new A; $o->p = 'b';`},
	{"a class with __set", `class A { private $p = 1; function __set($n, $v) { $GLOBALS['r'] = $v; } } $o = new A; $o->p++;`},
	{"a class with __isset", `class A { function __isset($n) { return true; } } $o = new A; $r = isset($o->p);`},
	{"a class with __get", `class A { function __isset($n) { return true; } function __get($n) { return 'a'; } } $o = new A; $r = $o->p ?? 'b';`},
	{"a class with __toString", `class A { function __toString(): string { return 'a'; } } $r = (string) new A;`},
	{"a class with __toString", `class A { function __toString(): string { return 'a'; } } class B extends A { } $r = strlen(new B);`},
	{"a class with __invoke", `class A { function __invoke($x) { return $x; } } $r = array_map(new A, ['a'])[0];`},
	{"a class with __invoke", `abstract class A { function __invoke() { return 'a'; } static function make() { return new static; } } class B extends A { } $r = (B::make())();`},
	{"a class with __debugInfo", `class A { function __debugInfo() { $GLOBALS['r'] = 'b'; return []; } } $r = 'a'; var_dump(new A);`},
	{"a class with __toString", `class A { function __toString(): string { $GLOBALS['r'] = 'b'; return ''; } } $r = 'a'; $f = $_SERVER['HTTP_X']; $o = $f(); $r = 'c'; echo $o;`},
	{"a class with a parent or an interface that the program does not declare", `class A extends ArrayObject { function offsetGet($k): mixed { $GLOBALS['r'] = 'b'; return 1; } } $r = 'a'; $o = new A; $x = $o['k'];`},
	{"a class with a parent or an interface that the program does not declare", `class A extends Exception { } $e = new A('a'); $r = $e->getMessage();`},
	{"a class with a parent or an interface that the program does not declare", `class A implements JsonSerializable { function jsonSerialize(): mixed { return 'a'; } } $r = json_encode(new A);`},
	{"a named argument", `class A { function __call($n, $a) { return $a['x']; } } $o = new A; $r = $o->f(x: 'a');`},
	{"a static call through __call", `class A { function __call($n, $a) { return 'a'; } function f() { return self::g(); } } $r = (new A)->f();`},
	{"a static call through __callStatic", `class A { static function __callStatic($n, $a) { return 'a'; } } $r = A::f();`},
	{"a static call through __callStatic", `class A { static function __callStatic($n, $a) { return 'a'; } } $r = array_map('A::f', [1]);`},
	{"a class with __unset", `class A { function __unset($n) { $GLOBALS['r'] = 'b'; } } $r = 'a'; $o = new A; unset($o->p);`},
	{"Closure::bindTo()", `class A { private $p = 'a'; } $f = function () { return $this->p; }; $r = $f->bindTo(new A, 'A')();`},
	{"Closure::bind()", `class A { private $p = 'a'; } $r = Closure::bind(function () { return $this->p; }, new A, 'A')();`},
	{"Closure::fromCallable()", `$f = Closure::fromCallable('trim'); $r = $f(' a ');`},
	{"an assignment by reference", `$x = 'a'; $y = &$x; $y = 'b'; $r = $x;`},
	{"a closure that uses a variable by reference", `$r = 'a'; $f = function () use (&$r) { $r = 'b'; }; $f();`},
	{"a parameter by reference", `function f(&$x) { $x = 'b'; } $r = 'a'; f($r);`},
	{"a parameter by reference", `$r = ['a']; array_walk($r, function (&$v) { $v = 'b'; }); $r = $r[0];`},
	{"an assignment of an array to its own element under another name", `$r = ['a']; $GLOBALS['r']['k'] = $r; $r = count($r['k']);`},
	{"an unpacked array", `$a = [['b', 'a']]; sort(...$a); $r = $a[0][0];`},
	{"an argument by reference that is not a variable", `$r = end([] + ['a']);`},
	{"a variable that is global or static under a condition", `function f() { if ($_SERVER['HTTP_X']) { global $r; } $r = 'b'; } $r = 'a'; f();`},
	{"unset() of a global variable in a function", `function f() { global $r; unset($GLOBALS['r']); return $r; } $r = 'a'; $r = f();`},
	{"unset() of a property", `$r = (object) ['a' => 1]; unset($r->a); $r = isset($r->a);`},
	{"a computed name after global", `function f() { $n = 'r'; global $$n; $r = 'b'; } $r = 'a'; f();`},
	{"a named argument", `function f($a = 1, $b = 2) { return $a; } $r = f(b: 3);`},
	{"a named argument", `$r = str_replace(subject: 'a', search: 'a', replace: 'b');`},
	{"an unpacked array", `function f($a) { return $a; } $r = f(...['a' => 1]);`},
	{"?-> before a call or a computed name", `$o = null; $v = $o?->b->name(); $r = 'a';`},
	{"?-> before a call or a computed name", `$o = null; $v = $o?->a()->b(); $r = 'a';`},
	{"?-> before a call or a computed name", `function f() { $GLOBALS['r'] = 'b'; return 'k'; } $r = 'a'; $o = null; $v = $o?->a[f()];`},
	{"?-> before a call or a computed name", `function f() { $GLOBALS['r'] = 'b'; return 'k'; } $r = 'a'; $o = null; $v = $o?->{f()};`},
	{"?-> before a call or a computed name", `function f() { $GLOBALS['r'] = 'b'; return 'k'; } $r = 'a'; $o = null; $v = $o?->a->{f()};`},
	{"?-> before a call or a computed name", `$o = null; $r = $o?->a::B;`},
	{"?-> before a call or a computed name", `$o = null; $r = $o?->f()();`},
	{"a first-class callable", `$f = strlen(...); $r = $f('a');`},
	{"an exception inside a try statement", `$r = 'a'; try { throw new Exception('x'); } catch (Exception $e) { $r = 'b'; }`},
	{"an exception inside a try statement", `function f() { throw new Exception('x'); } try { f(); } catch (Exception $e) { $r = 'b'; }`},
	{"an exception inside a try statement", `try { $r = no_such_function(); } catch (Error $e) { $r = 'b'; }`},
	{"an exception inside a try statement", `try { new PDO('x'); $r = 'a'; } catch (Exception $e) { $r = 'b'; }`},
	{"an exception inside a try statement", `try { eval('$x = ;'); } catch (ParseError $e) { $r = 'b'; }`},
	{"an exception inside a try statement", `try { $r = 1 / (int) $_SERVER['HTTP_X']; } catch (Error $e) { $r = 'b'; }`},
	{"the class Exception", `$e = new Exception('a'); $r = $e->getMessage();`},
	{"finally", `$r = 'a'; try { $r = 'b'; } finally { $r = 'c'; }`},
	{"a class with __get", `class A { private $p = 'a'; function __get($n) { return 'b'; } } $r = (new A)->p;`},
	{"a private or protected member outside its class", `class A { private $p = 'a'; } $r = isset((new A)->p);`},
	{"a private or protected member outside its class", `class A { private function f() { return 'a'; } function __call($n, $a) { return 'b'; } } $r = (new A)->f();`},
	{"a private or protected member outside its class", `class A { private function __construct() { } } $r = get_class(new A);`},
	{"a private or protected member outside its class", `class A { private static $s = 'a'; } $r = A::$s;`},
	{"a private or protected member outside its class", `class A { private const C = 'a'; } $r = A::C;`},
	{"a class that declares a private member of its parent again", `class A { private $p = 'a'; function f() { return $this->p; } } class B extends A { public $p = 'b'; } $r = (new B)->f();`},
	{"a class that declares a private member of its parent again", `class A { private function g() { return 'a'; } function f() { return $this->g(); } } class B extends A { function g() { return 'b'; } } $r = (new B)->f();`},
	{"a cast of an object with private or protected properties to an array", `class A { private $p = 'a'; } $r = count((array) new A);`},
	{"a write to a readonly property", `class A { function __construct(public readonly string $p) { } } $o = new A('a'); $o->p = 'b'; $r = $o->p;`},
	{"instanceof without the name of a class", `$c = 'stdClass'; $r = new stdClass instanceof $c;`},
	{"a class with a parent or an interface that the program does not declare", `class A implements Countable { function count(): int { return 5; } } $r = count(new A);`},
	{"class_alias()", `class A { } class_alias('A', 'B'); $r = get_class(new B);`},
	{"the operator <<", `$r = 1 << 2;`},
	{"the operator >>", `$r = 4; $r >>= 1;`},
	{"set_error_handler() with a function of the program", `$r = 'a'; set_error_handler(function () { $GLOBALS['r'] = 'b'; });`},
	{"session_set_save_handler() with a function of the program", `$r = 'a'; $f = function () { $GLOBALS['r'] = 'b'; return true; }; session_set_save_handler($f, $f, $f, $f, $f, $f); @session_start();`},
	{"header_register_callback() with a function of the program", `header_register_callback(function () { $GLOBALS['r'] = 'b'; }); $r = 'a'; echo 'q';`},
	{"xml_set_object() with a function of the program", `class A { function f() { $GLOBALS['r'] = 'b'; } } $p = xml_parser_create(); xml_set_object($p, new A); $r = 'a'; xml_parse($p, '<a></a>');`},
	{"curl_setopt_array() with a function of the program", `function f($c, $s) { $GLOBALS['r'] = 'b'; return strlen($s); } $c = curl_init('file:///etc/hostname'); curl_setopt_array($c, [CURLOPT_WRITEFUNCTION => 'f']); $r = 'a'; curl_exec($c);`},
	{"stream_wrapper_register() with a function of the program", `class A { function stream_open() { $GLOBALS['r'] = 'b'; return true; } } stream_wrapper_register('v', 'A'); $r = 'a'; $f = @file_get_contents('v://a');`},
	{"a class with __sleep", `class A { function __sleep() { $GLOBALS['r'] = 'b'; return []; } } $r = 'a'; $s = serialize([new A]);`},
	{"a class with __serialize", `class A { function __serialize(): array { $GLOBALS['r'] = 'b'; return []; } } $r = 'a'; $s = serialize(new A);`},
	{"defined() for a class constant", `class A { const C = 1; } $r = defined('A::C') ? 'a' : 'b';`},
	{"constant() for a class constant", `class A { const C = 'a'; } $r = constant('A::C');`},
	{"ob_start() with a function of the program", `$r = 'a'; function f($s) { return $s; } ob_start('f');`},
	{"a comparison of objects", `$r = (object) ['a' => 1] == (object) ['a' => 1];`},
	{"an operator on the bits of a string", `$r = 'a' ^ 'b';`},
	{"an operator on the bits of a string", `$r = ~'a';`},
	{"a power that is not an integer", `$r = 2 ** -1;`},
	{"isset(), empty() or ?? with an array or object as index", `$s = 'a'; $r = isset($s[[]]) ? 1 : 2;`},
	{"++ or -- of a string that is not a number", `$r = 'az'; $r++;`},
	{"++ or -- of a string that is not a number", `$r = ''; $r--;`},
	{"a conversion to another type under strict types", `declare(strict_types=1); $r = in_array('1', [1, 2], 1);`},
	{"a conversion to another type under strict types", `declare(strict_types=1); function f(string $s) { return $s; } $r = f(1);`},
	{"a conversion to another type under strict types", `declare(strict_types=1); function f(int $n) { return $n; } $r = array_map('f', ['1'])[0];`},
	{"a conversion to another type under strict types", `declare(strict_types=1); $r = call_user_func('strlen', 12);`},
	{"a conversion to another type under strict types", `declare(strict_types=1); class A { public string $p = 'a'; } $o = new A; $o->p = 1; $r = $o->p;`},
	{"a conversion to another type under strict types", `declare(strict_types=1); function f(): string { return 1; } $r = f();`},
	{"a foreach over an object that changes", `$o = (object) ['a' => 1, 'b' => 2]; foreach ($o as $k => $v) { $o->b = 3; $r = $v; }`},
	{"unset() of a property", `class A { public $p = ['k' => 1]; } $o = new A; unset($o->p['k']); $r = count($o->p);`},
}

// TestUnsupportedFeaturesAreRefusedByName asserts that a program which uses a feature
// that is not evaluated gives no value, and that the refusal names the feature.
func TestUnsupportedFeaturesAreRefusedByName(t *testing.T) {
	for _, c := range unsupportedFeatures {
		t.Run(c.feature, func(t *testing.T) {
			want := "uses " + c.feature + ", which is not evaluated; see --with-php"
			if why := refusalOf(t, c.code); !strings.Contains(why, want) {
				t.Errorf("%s\n got %s\nwant %s", c.code, why, want)
			}
			for _, around := range []string{`if (isset($_SERVER['HTTPS'])) { %s }`, `try { %s } catch (Throwable $e) { $r = 'caught'; }`} {
				if strings.HasPrefix(c.code, "declare") {
					continue // a declaration must come first
				}
				code := strings.Replace(around, "%s", c.code, 1)
				if why := refusalOf(t, code); strings.HasPrefix(why, "answers") {
					t.Errorf("%s\n got %s\nwant a refusal", code, why)
				}
			}
		})
	}
}

// TestUnsupportedFeaturesThatNeverRun asserts that a file is evaluated if it declares
// such a feature and does not use it.
func TestUnsupportedFeaturesThatNeverRun(t *testing.T) {
	const code = `enum E { case A; } trait T { } class A { use T; function g() { yield 1; } function __destruct() { } }
		function f(&...$x) { foreach ($x as &$v) { } try { } finally { } return clone $x; } if (false) { f(); } $r = 'a';`
	if got := refusalOf(t, code); got != "answers a" {
		t.Errorf("got %s, want a", got)
	}
}

// refusalOf returns the reason why $r is not known after a program; "answers" and the
// value if it is known.
func refusalOf(t *testing.T, code string) string {
	t.Helper()
	res, err := evalText(t, t.TempDir(), "<?php "+code+"\nrequire __DIR__ . '/wp-settings.php';", nil)
	var refusal *eval.Refusal
	if errors.As(err, &refusal) {
		return refusal.Error()
	}
	if err != nil {
		t.Fatalf("%s\n%v", code, err)
	}
	if a := res.Variable("r"); a.State != eval.Open {
		return "answers " + a.Text
	} else {
		return a.Why.Error()
	}
}
