package php

import (
	"errors"
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"strings"
	"testing"
)

// unsupportedFeatures are the language features that are parsed and not evaluated,
// by the name that the refusal gives them. Each program leaves something in $r.
var unsupportedFeatures = []struct{ feature, code string }{
	{"a generator", `function g() { yield 'a'; } foreach (g() as $r) { }`},
	{"a generator", `$g = (function () { yield 'a'; })(); $r = $g->current();`},
	{"an iterator", `class A implements IteratorAggregate { function getIterator(): Iterator { return new ArrayIterator(['a']); } } foreach (new A as $r) { }`},
	{"an iterator", `class A implements IteratorAggregate { function getIterator(): Iterator { return new ArrayIterator(['a']); } } $r = [...new A];`},
	{"a foreach over an object whose properties come and go", `$o = (object) ['a' => 1]; foreach ($o as $k => $v) { $o->b = 2; $r = $k; }`},
	{"the class ArrayObject", `$o = new ArrayObject(['a']); $r = $o[0];`},
	{"an enum", `enum E: string { case A = 'a'; } $r = E::A->value;`},
	{"an enum", `enum E { case A; } $r = count(E::cases());`},
	{"an enum", `enum E { case A; } $r = method_exists('E', 'cases');`},
	{"a trait", `trait T { function f() { return 'a'; } } class A { use T; } $r = (new A)->f();`},
	{"a trait", `trait T { function f() { return 'a'; } } $o = new class { use T; }; $r = $o->f();`},
	{"a trait", `trait T { static function f() { return 'a'; } } $r = T::f();`},
	{"a destructor", `class A { function __destruct() { $GLOBALS['r'] = 'a'; } } $o = new A; $o = null;`},
	{"clone", `$o = (object) ['a' => 1]; $p = clone $o; $r = $p->a;`},
	{"foreach by reference", `$a = ['a']; foreach ($a as &$v) { $v = 'b'; } $r = $a[0];`},
	{"a reference in an array", `$x = 'a'; $a = [&$x]; $a[0] = 'b'; $r = $x;`},
	{"a reference in list()", `$a = ['a']; [&$x] = $a; $x = 'b'; $r = $a[0];`},
	{"a reference in list()", `$a = [['a']]; [[&$x]] = $a; $x = 'b'; $r = $a[0][0];`},
	{"a reference to an array element or a property", `$a = ['a']; $x = &$a[0]; $x = 'b'; $r = $a[0];`},
	{"a reference to an array element or a property", `$x = 'a'; $a[0] = &$x; $a[0] = 'b'; $r = $x;`},
	{"a reference to an array element or a property", `$o = (object) ['a' => 1]; $x = &$o->a; $x = 2; $r = $o->a;`},
	{"a reference to an array element or a property", `function f(&$x) { $x = 'b'; } $a = ['a']; f($a[0]); $r = $a[0];`},
	{"a reference to an array element or a property", `class A { static int $p = 1; } $x = &A::$p; $x = '2'; $r = A::$p;`},
	{"a reference to the result of a call", `function &f() { global $r; return $r; } $r = 'a'; $x = &f(); $x = 'b';`},
	{"a function that returns a reference", `function &f() { global $r; return $r; } $r = ['a']; $r['k'] = f();`},
	{"a variadic parameter by reference", `function f(&...$x) { $x[0] = 'b'; } $r = 'a'; f($r);`},
	{"an argument list unpacked into parameters by reference", `function f(&$x) { $x = 'b'; } $a = ['a']; f(...$a); $r = $a[0];`},
	{"an assignment of an array to its own element through a reference", `$a = ['a']; $b = &$a; $a['k'] = $b; $r = count($a['k']);`},
	{"a write to a string offset", `$r = 'abc'; $r[0] = 'x';`},
	{"an object with ArrayAccess as an array", `class A implements ArrayAccess { function offsetExists($k): bool { return true; } function offsetGet($k): mixed { return 'a'; } function offsetSet($k, $v): void { } function offsetUnset($k): void { } } $o = new A; $r = $o['k'];`},
	{"a combined assignment to a property with __get or __set", `class A { function __get($n) { return 'a'; } } $o = new A; $o->p .= 'b'; $r = $o->p;`},
	{"a write into what __get returns", `class A { function __get($n) { return ['a']; } } $o = new A; $o->p['k'] = 'b'; $r = $o->p;`},
	{"unset() of a property of a class with __unset", `class A { function __unset($n) { $GLOBALS['r'] = 'b'; } } $r = 'a'; $o = new A; unset($o->p);`},
	{"Closure::bindTo()", `class A { private $p = 'a'; } $f = function () { return $this->p; }; $r = $f->bindTo(new A, 'A')();`},
	{"Closure::bind()", `class A { private $p = 'a'; } $r = Closure::bind(function () { return $this->p; }, new A, 'A')();`},
	{"Closure::fromCallable()", `$f = Closure::fromCallable('trim'); $r = $f(' a ');`},
	{"a comparison of objects", `$r = (object) ['a' => 1] == (object) ['a' => 1];`},
	{"an operator on the bits of a string", `$r = 'a' ^ 'b';`},
	{"an operator on the bits of a string", `$r = ~'a';`},
	{"a power that is not an integer", `$r = 2 ** -1;`},
	{"++ of a string that is not a number", `$r = 'az'; $r++;`},
	{"in_array() with a third argument that is not a boolean, under strict types", `declare(strict_types=1); $r = in_array('1', [1, 2], 1);`},
}

// TestUnsupportedFeaturesAreRefusedByName asserts that no value is answered where a
// program uses a feature that is not evaluated, and that the refusal names it.
func TestUnsupportedFeaturesAreRefusedByName(t *testing.T) {
	for _, c := range unsupportedFeatures {
		t.Run(c.feature, func(t *testing.T) {
			want := "uses " + c.feature + ", which is not evaluated; see --with-php"
			if why := refusalOf(t, c.code); !strings.Contains(why, want) {
				t.Errorf("%s\n got %s\nwant %s", c.code, why, want)
			}
			for _, around := range []string{`if (isset($_SERVER['HTTPS'])) { %s }`, `try { %s } catch (Throwable $e) { $r = 'caught'; }`} {
				if strings.HasPrefix(c.code, "declare") {
					continue // a declaration stands first
				}
				code := strings.Replace(around, "%s", c.code, 1)
				if why := refusalOf(t, code); strings.HasPrefix(why, "answers") {
					t.Errorf("%s\n got %s\nwant a refusal", code, why)
				}
			}
		})
	}
}

// TestUnsupportedFeaturesThatNeverRun asserts that a file which declares one and
// does not use it is evaluated.
func TestUnsupportedFeaturesThatNeverRun(t *testing.T) {
	const code = `enum E { case A; } trait T { } class A { use T; function g() { yield 1; } function __destruct() { } }
		function f(&...$x) { foreach ($x as &$v) { } try { } finally { } return clone $x; } if (false) { f(); } $r = 'a';`
	if got := refusalOf(t, code); got != "answers a" {
		t.Errorf("got %s, want a", got)
	}
}

// refusalOf is why $r is not known after a program, or "answers" and its text.
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
