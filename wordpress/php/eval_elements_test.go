package php

import "testing"

// elementAgreements are like agreements, for functions and loops over arrays in which
// some elements or keys are not known.
var elementAgreements = []struct{ name, code, want string }{
	{"defines of what is not all known", `array_map('define', ['N', 'M'], ['x', rand()]);`, "x"},
	{"a function for each", `$a = array_map(fn($v) => trim($v), ['n' => ' x', 'm' => rand()]); define('N', $a['n']);`, "x"},
	{"what it gives of what is not known", `$a = array_map(fn($v) => trim($v), ['n' => ' x', 'm' => rand()]); define('N', $a['m']);`, "open"},
	{"a walk", `$a = ['N' => 'x', 'M' => $_SERVER['HTTP_HOST']]; array_walk($a, function ($v, $k) { define($k, $v); });`, "x"},
	{"a walk that stops in some worlds", `$a = ['p' => rand(), 'N' => 'x']; array_walk($a, function ($v, $k) { if ($v == 7) { exit; } defined($k) || define($k, $v); });`, "x"},
	{"a walk over a key that may be there", `$a = ['M' => 1]; if (rand()) { $a['N'] = 'x'; } array_walk($a, function ($v, $k) { $GLOBALS['n'] = $k; }); define('N', $n);`, "open"},
	{"a sum", `define('N', array_merge(array_map(fn($v) => $v, ['n' => 'x']), ['m' => rand()])['n']);`, "x"},
	{"a sum of what is not known", `define('N', array_reduce([1, rand()], fn($all, $v) => $all + $v, 0));`, "open"},
	{"a filter of what is not known", `foreach (array_filter(['N' => 'x', 'M' => rand(), 'Z' => '']) as $k => $v) { define($k, $v); } define('Z', 'z');`, "x"},
	{"what a filter leaves of what is not known", `foreach (array_filter(['M' => 'x', 'N' => rand() ? 'y' : '']) as $k => $v) { define($k, $v); } define('N', 'z');`, "open"},
	{"a filter by what is not known", `$a = array_filter(['a' => 'x', 'b' => 'y'], fn($v, $k) => $k === 'a' || rand() > 3, ARRAY_FILTER_USE_BOTH); define('N', $a['a']);`, "x"},
	{"what a filter by what is not known leaves", `$a = array_filter(['a' => 'x', 'b' => 'y'], fn($v, $k) => $k === 'a' || rand() > 3, ARRAY_FILTER_USE_BOTH); define('N', $a['b'] ?? 'x');`, "open"},
	{"a key behind what a filter leaves", `$a = array_filter(['a', rand() ? 'b' : '']); $a[] = 'd'; define('N', $a[1] ?? 'e');`, "open"},
	{"a number of what a filter leaves", `define('N', count(array_filter([1, rand(0, 1)])));`, "open"},
	{"a loop over a key that may be there", `$a = ['N' => 'x']; if (rand()) { $a['M'] = 1; $a['O'] = 2; } foreach ($a as $k => $v) { define($k, $v); }`, "x"},
	{"the key that may be there", `$a = ['M' => 'x']; if (rand()) { $a['N'] = 1; } foreach ($a as $k => $v) { define($k, $v); } define('N', 'y');`, "open"},
	{"the key that may be there and agrees", `$a = ['M' => 'x']; if (rand()) { $a['N'] = 'y'; } foreach ($a as $k => $v) { define($k, $v); } defined('N') or define('N', 'y');`, "open"},
	{"keys that one world takes away", `$a = ['M' => 1, 'N' => 'x']; if (rand()) { unset($a['M']); } foreach ($a as $k => $v) { define($k, $v); }`, "x"},
	{"the last of a key that may be there", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"the first of a key that may be there", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } foreach ($a as $v) { $n = $v; break; } define('N', $n);`, "a"},
	{"a break at a key that may be there", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } $a['r'] = 'c'; foreach ($a as $k => $v) { $n = $v; if ($k === 'q') { break; } } define('N', $n);`, "open"},
	{"a continue at a key that may be there", `$a = []; if (rand()) { $a['q'] = 'b'; } $a['r'] = 'c'; foreach ($a as $k => $v) { if ($k === 'q') { continue; } $n = $v; } define('N', $n);`, "c"},
	{"a reference in a loop over a key that may be there", `$x = 1; $a = ['k' => &$x]; $n = [$a]; if (rand()) { $n['z'] = 1; } foreach ($n as $v) { $v['k'] = 9; } define('N', $x);`, "undecidable"},
	{"two orders", `$a = rand() ? ['p' => 'a', 'q' => 'b'] : ['q' => 'b', 'p' => 'a']; foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"two orders by a key that may be there", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } $a['r'] = 'c'; $a['q'] = 'd'; foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"two orders by a key in front", `$a = ['p' => 'a']; if (rand()) { $a = ['q' => 'b'] + $a; } $a['q'] = 'b'; foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"two orders, joined again", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } if (rand()) { $a = ['q' => 'b', 'p' => 'a']; } foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"an order that one of two joins lost", `$a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } if (rand()) { $a['r'] = 'c'; $a['q'] = 'b'; } foreach ($a as $v) { $n = $v; } define('N', $n);`, "open"},
	{"a return from a loop over a key that may be there", `function f() { $a = ['p' => 'a']; if (rand()) { $a['q'] = 'b'; } foreach ($a as $k => $v) { if ($k === 'q') { return 'b'; } } return 'a'; } define('N', f());`, "open"},
}

func TestElementsThatWorldsAgreeOn(t *testing.T) {
	for _, w := range elementAgreements {
		t.Run(w.name, func(t *testing.T) {
			if got, why := answerOf(w.code); got != w.want {
				t.Errorf("%s\n got %s (%v)\nwant %s", w.code, got, why, w.want)
			}
		})
	}
}
