package php

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestLimits: hostile programs end soon, without much memory, as undecidable.
func TestLimits(t *testing.T) {
	for name, code := range map[string]string{
		"endless loop":            `$i = 0; while (true) { $i = ($i + 1) % 7; }`,
		"endless for":             `for (;;);`,
		"endless recursion":       `function f($n) { return f($n + 1); } f(1);`,
		"mutual recursion":        `function f() { g(); } function g() { f(); } f();`,
		"recursive closure":       `$f = function () use (&$f) { $f(); }; $f();`,
		"recursive __get":         `class C { function __get($n) { return $this->x . $n . (new C)->y; } } echo (new C)->z;`,
		"recursive constant":      `class C { const A = C::B; const B = C::A; } echo C::A;`,
		"doubling string":         `$s = 'x'; while (true) { $s .= $s; }`,
		"doubling array":          `$a = [1]; while (true) { $a = [$a, $a]; }`,
		"array in itself":         `$a = []; $a['a'] = &$a; $a['b'] = &$a; $b = ($a == $a); define('X', $a); while (1) { $b = [$b, $a == [$b]]; }`,
		"growing array":           `$a = []; while (true) { $a[] = str_repeat('x', 1000); }`,
		"repeat":                  `$s = str_repeat('x', 1 << 40);`,
		"huge offset":             `$s = 'x'; $s[1 << 40] = 'y';`,
		"includes itself":         `include __FILE__;`,
		"evals itself":            `$c = 'eval($c);'; eval($c);`,
		"unknown loop that calls": `function f() { while (time()) { f(); } } f();`,
		"ways through":            `function f($n) { if (time() > $n) { return f($n + 1); } return f($n + 2); } f(1);`,
		"unknown nested loops":    strings.Repeat(`while (time()) { $a = [$a, time()]; `, 40) + strings.Repeat(`}`, 40) + `for (;;);`,
		"catch everything":        `function f() { try { f(); } catch (Throwable $e) { f(); } finally { f(); } } f();`,
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			watch := stopwatch()
			_, err := evalText(t, t.TempDir(), "<?php "+code+stop, nil)
			took := watch()
			runtime.ReadMemStats(&after)
			var r *eval.Refusal
			if !errors.As(err, &r) || r.Class != eval.Undecidable {
				t.Errorf("%s: got %v", code, err)
			}
			t.Logf("%v %d MiB: %v", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, err)
			if took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestJoinedNotMultiplied: fifty unknown branches cost about fifty times as much as one.
func TestJoinedNotMultiplied(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		n := eval.ToString(eval.Int(int64(i)))
		b.WriteString("if ($_SERVER['HTTP_" + n + "']) { $v" + n + " = 1; define('C" + n + "', 1); } else { $w = $_GET['x'] ?? " + n + "; }\n")
		b.WriteString("$p = isset($_SERVER['HTTP_P" + n + "']) && time() ? 'a' : 'b';\n")
	}
	watch := stopwatch()
	r, err := evalText(t, t.TempDir(), "<?php "+b.String()+"define('A', 'x');"+stop, nil)
	if got := shown(r, err); got != "string x" {
		t.Errorf("got %s", got)
	}
	if took := watch(); took > 200*time.Millisecond {
		t.Errorf("took %v", took)
	}
}
