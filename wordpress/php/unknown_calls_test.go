package php

import "testing"

// TestUnknownCallsOfTheProgram: if it is not known whether PHP calls a function of the program, what
// the function changes is unknown. Each program defines A, or does not, before the last statement.
func TestUnknownCallsOfTheProgram(t *testing.T) {
	const (
		define   = `define('A', 'y');`
		magic    = `class C { function __toString() { ` + define + ` return 'q'; } function __get($n) { ` + define + ` return 'q'; } static $s; } `
		function = `function f() { ` + define + ` return true; } class C { function __construct() { f(); } } `
		unknown  = `$n = $_SERVER['HTTP_N']; `
	)
	for name, program := range map[string]string{
		"a constructor of an unknown class":     function + unknown + `if ($n) { new $n; }`,
		"a class that is declared in two ways":  `if ($_SERVER['HTTP_N']) { class C { function __construct() { ` + define + ` } } } else { class C { } } new C;`,
		"one of two classes":                    function + unknown + `$c = $n ? 'C' : 'stdClass'; new $c;`,
		"the name of a function":                function + `$r = new ReflectionFunction('f'); $r->invoke();`,
		"the name of a class":                   function + `$r = new ReflectionClass('C'); $r->newInstance();`,
		"the name of a class for a method":      function + `$p = new PDO('sqlite::memory:'); $q = $p->query('select 1'); $q->fetchObject('C');`,
		"a callback of an iterator":             function + `$r = new CallbackFilterIterator(new ArrayIterator([1]), 'f'); foreach ($r as $q) { }`,
		"a stream filter":                       `class C extends php_user_filter { function onCreate(): bool { ` + define + ` return true; } } stream_filter_register('x', 'C'); $s = fopen('php://memory', 'r'); stream_filter_append($s, 'x');`,
		"a stream wrapper":                      `class C { function stream_open() { ` + define + ` return true; } } stream_wrapper_register('v', 'C'); $s = @file_get_contents('v://a');`,
		"a serialized object":                   `class C { function __wakeup() { ` + define + ` } } $o = unserialize('O:1:"C":0:{}');`,
		"an unknown property":                   magic + unknown + `$c = new C; $v = $c->$n;`,
		"a property that is an object":          magic + unknown + `$c = new stdClass; $c->p = new C; $v = strlen($c->$n);`,
		"text, or an object":                    magic + unknown + `$v = $n ? new C : 'b'; $w = "x$v";`,
		"an object under a condition":           magic + unknown + `if ($n) { $v = new C; } $w = strlen($v);`,
		"a result that may be an object":        magic + `function g() { return $_SERVER['HTTP_N'] ? new C : 'x'; } $w = strlen(g());`,
		"an unknown element":                    magic + `$l = [1, new C]; $v = strlen($l[(int) $_SERVER['HTTP_N']]);`,
		"an unknown variable":                   magic + unknown + `$c = new C; $v = strlen($$n);`,
		"an unknown static property":            magic + unknown + `C::$s = new C; $v = strlen(C::$$n);`,
		"a comparison with something unknown":   magic + `$v = $_SERVER['HTTP_N'] == new C;`,
		"a switch on something unknown":         magic + `switch ($_SERVER['HTTP_N']) { case new C: break; }`,
		"a search for something unknown":        magic + `$v = in_array($_SERVER['HTTP_N'], [new C]);`,
		"a property of one of several objects":  magic + `$v = [new C, new stdClass][(int) $_SERVER['HTTP_N']]; $w = $v->foo;`,
		"a method of one of several objects":    `class C { function __call($n, $m) { ` + define + ` } } $o = $_SERVER['HTTP_N'] ? new C : new stdClass; $o->foo();`,
		"a list, or an object that is iterated": `class C implements IteratorAggregate { function getIterator(): Iterator { ` + define + ` return new ArrayIterator([]); } } $l = $_SERVER['HTTP_N'] ? new C : []; foreach ($l as $q) { }`,
		"a list, or an object that is counted":  `class C implements Countable { function count(): int { ` + define + ` return 1; } } $l = $_SERVER['HTTP_N'] ? new C : []; $v = count($l);`,
		"a class before its declaration":        `if ($_SERVER['HTTP_N']) { $e = new E('q'); ` + define + ` } class E extends Exception { }`,
		"a class that is counted, before it":    `if ($_SERVER['HTTP_N']) { $n = count(new C); ` + define + ` } class C implements Countable { function count(): int { return 1; } }`,
		"a list of a class of PHP":              `class L extends ArrayObject { function __construct() { } function offsetGet($k): mixed { ` + define + ` return 1; } } $l = new L; $v = $l['k'];`,
		"a variable that a statement changes":   `$v = 'x'; $m = new mysqli('h'); $s = $m->prepare('select 1'); $s->bind_result($v); $s->fetch(); define('A', $v);`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := shown(evalText(t, t.TempDir(), "<?php "+program+` define('A', 'x');`+stop, nil)); got == "string x" {
				t.Errorf("%s\nA is known to be x", program)
			}
		})
	}
}
