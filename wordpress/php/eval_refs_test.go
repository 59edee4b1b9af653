package php

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestReferencesAreNotLostInUnknowns: an array holds references, and it becomes one of
// several values, or its place is not known. A write to its elements then changes the
// referenced variables in some of the worlds.
func TestReferencesAreNotLostInUnknowns(t *testing.T) {
	const linked = `$x = 1; $a = ['k' => &$x]; `
	for _, code := range []string{
		linked + `$b = time() ? $a : null; $b['k'] = 5; $r = $x;`,
		linked + `$m = [$a, $a]; $y = $m[rand()]; $y['k'] = 5; $r = $x;`,
		linked + `$m = [$a, $a]; $m[rand()]['k'] = 5; $r = $x;`,
		linked + `$a[rand()] = 5; $r = $x;`,
		linked + `$b = array_slice($a, rand()); $b['k'] = 5; $r = $x;`,
		linked + `$b = array_udiff($a, [7], 'strcmp'); $b['k'] = 9; $r = $x;`,
		linked + `$b = array_pad($a, 3, 0); $b['k'] = 9; $r = $x;`,
		linked + `$b = array_merge_recursive($a, ['z' => 1]); $b['k'] = 9; $r = $x;`,
		linked + `if (rand()) { $a['z'] = 1; } foreach ($a as &$v) { $v = 9; } $r = $x;`,
		linked + `$n = [$a]; if (rand()) { $n[$_SERVER['HTTP_X']] = 1; } foreach ($n as $v) { $v['k'] = 9; } $r = $x;`,
		linked + `if (rand()) { $b = $a; } else { $b = [1]; } $b['k'] = 9; $r = $x;`,
		linked + `if (rand()) { $b = $a; } $b['k'] = 9; $r = $x;`,
		linked + `$y = 2; $c = ['k' => &$y]; $b = rand() ? $a : $c; $b['k'] = 9; $r = $y;`,
		linked + `function f($a) { if (rand()) return $a; return 1; } $b = f($a); $b['k'] = 9; $r = $x;`,
		linked + `$b = match (rand()) { 1 => $a, default => 0 }; $b['k'] = 9; $r = $x;`,
		linked + `$b = $a + (rand() ? ['p' => 1] : ['q' => 2]); $b['k'] = 9; $r = $x;`,
		linked + `[$p, $q] = rand() ? [$a, 1] : [1, 2]; $p['k'] = 9; $r = $x;`,
		linked + `$u = rand(); $u['a'] = $a; $u['a']['k'] = 5; $r = $x;`,
		linked + `$u = json_decode($_GET['j'] ?? time()); $u['a'] = &$x; $u['a'] = 5; $r = $x;`,
		`$x = 1; $a = [rand() => &$x]; foreach ($a as $k => $_) { $a[$k] = 5; } $r = $x;`,
		`$x = 1; $a = []; $a[rand()] = &$x; $a[5] = 7; $r = $x;`,
		`$a = [1, 2, 3]; foreach ($a as &$v) { if (rand()) break; } $v = 9; $r = $a;`,
	} {
		if why := refusalOf(t, code); strings.HasPrefix(why, "answers") {
			t.Errorf("%s\n%s, want a refusal", code, why)
		}
	}
}

// TestReferencesStayKnown: only a variable that may have been written to becomes unknown.
func TestReferencesStayKnown(t *testing.T) {
	for code, want := range map[string]string{
		`function f() { global $x; if (rand()) { $x = 'b'; } else { $x = 'b'; } } f(); $r = $x;`:   "b",
		`function f() { static $n = 0; if (rand()) { $q = 1; } return ++$n; } f(); f(); $r = f();`: "3",
	} {
		if a := probe(t, testFiles(), code); a.State != eval.Known || a.Text != want {
			t.Errorf("%s\nis %v %q (%v), want %q", code, a.State, a.Text, a.Why, want)
		}
	}
}

// TestReferencesOfSomeWorlds: a variable is a reference in some worlds only. After a
// write through it, the referenced variable is not known.
func TestReferencesOfSomeWorlds(t *testing.T) {
	for _, code := range []string{
		`function f() { if (rand()) { global $r; } $r = 5; } $r = 1; f();`,
		`function f() { if (rand()) { global $r; } unset($r); $r = 5; } $r = 1; f();`,
		`function f() { global $r; unset($GLOBALS['r']); return $r; } $r = 1; $r = f();`,
		`function f() { if (rand()) { static $n = 1; } $n = ($n ?? 0) + 1; return $n; } f(); $r = f();`,
	} {
		if why := refusalOf(t, code); strings.HasPrefix(why, "answers") {
			t.Errorf("%s\n%s, want a refusal", code, why)
		}
	}
}

// TestCoalesceOfWorldsThatDiffer: the evaluator does not record the possible values of a
// variable. A variable that is null in only some worlds stays unknown after ??=.
func TestCoalesceOfWorldsThatDiffer(t *testing.T) {
	for _, code := range []string{
		`$n = rand() ? null : 'a'; $n ??= 'x'; $r = $n === null ? 1 : 2;`,
		`$n = rand() ? null : 'a'; $n ??= 'a'; $r = $n;`,
		`$a = []; if (rand()) $a['k'] = 'v'; $a['k'] ??= 'v'; $r = $a['k'];`,
		`$o = new stdClass; $o->x = rand() ? 'p' : null; $o->x ??= 'p'; $r = $o->x;`,
		`function f() { static $n; if (rand()) $n = 'a'; return $n ??= 'a'; } $r = f();`,
		`$a = ['x' => rand() ? 'p' : null]; $b = $a['x'] ?? 'q'; $a['x'] ??= $b; $r = $a['x'] ?? 0 ? 1 : 2;`,
	} {
		if a := probe(t, testFiles(), code); a.State != eval.Open {
			t.Errorf("%s\nis %v %q, want unknown", code, a.State, a.Text)
		}
	}
	if a := probe(t, testFiles(), `$n = $_GET['x'] ?? null; $n ??= 'x'; $r = $n === null ? 1 : 2;`); a.Text != "2" {
		t.Errorf("??= of null is %v %q (%v), want 2", a.State, a.Text, a.Why)
	}
}

// TestManyReferencesAreBounded: finding the holders of a reference is charged as steps.
func TestManyReferencesAreBounded(t *testing.T) {
	for _, code := range []string{
		`for ($i = 0; $i < 3000; $i++) { $v = 'v' . $i; $$v = &$a[$i]; } while (1) { $b = array_merge($a, $b ?? []); $b = array_reverse($b); }`,
		`$a = [1]; for ($i = 0; $i < 60; $i++) { $a = [$a, $a, &$x]; } $b = rand() ? $a : 1; while (1);`,
		`$o = new stdClass; for ($i = 0; $i < 5000; $i++) { $o->{'p' . $i} = $i; } while (1) { foreach ($o as $k => &$v) { $v = $k; } }`,
	} {
		peak, took, err := measured("<?php\n" + code + "\nrequire '/site/wp-settings.php';")
		if err == nil {
			t.Errorf("%s\nended, want undecidable", code)
		}
		checkBounds(t, peak, took)
	}
}
