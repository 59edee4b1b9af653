package php

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// bombs are programs that use all the time or memory they can get. Each must be refused
// as undecidable, unless a comment says that it may end normally.
var bombs = map[string]string{
	"loop":              `while (true) { $i = 1; }`,
	"for":               `for (;;) ;`,
	"doubling":          `$s = 'a'; while (true) { $s .= $s; }`,
	"doubling template": `$s = 'a'; while (true) { $s = "$s$s"; }`,
	"str_repeat":        `define('X', strlen(str_repeat('a', 1 << 40))); while (true) ;`,
	"str_repeat twice":  `$s = str_repeat('a', 60000000); $t = str_repeat($s, 60000000);`,
	"str_pad":           `$s = str_pad('a', 1 << 40); while (1);`,
	"list":              `foreach (explode(',', str_repeat(',', 1 << 40)) as $x) { $y = $x; } while (1);`,
	"array_fill":        `$a = array_fill(0, 1 << 28, 'a'); while (1);`,
	"long list":         `$a = explode(',', str_repeat('1,', 1000000)); foreach ($a as $x) foreach ($a as $y) ;`,
	"append":            `while (true) { $a[] = 1; }`,
	"append self":       `$a = []; while (true) { $a[] = $a; }`,
	"array doubling":    `$a = [1]; while (true) { $a = array_merge($a, $a); }`,
	"spread doubling":   `$a = [1]; while (true) { $a = [...$a, ...$a]; }`,
	"recursion":         `function f() { return f(); } f();`,
	"recursion twice":   `function f($n) { return f($n + 1) . f($n + 1); } f(0);`,
	"fibonacci":         `function f($n) { return $n < 2 ? 1 : f($n - 1) + f($n - 2); } f(60);`,
	"closure recursion": `$f = function () use (&$f) { return $f(); }; $f();`,
	"method recursion":  `class A { function __toString() { return "$this"; } } $s = "" . new A;`,
	"include itself":    `include __FILE__;`,
	"eval itself":       `$c = 'eval($c);'; eval($c);`,
	"eval doubling":     `$c = 'eval($c); eval($c);'; eval($c);`,
	"regex":             `$x = preg_match('/^(a+)+$/', str_repeat('a', 60) . 'b'); while (1);`,
	"regex nested":      `$x = preg_replace('/((a*)*)*b/', 'x', str_repeat('a', 5000)); while (1);`,
	"replace growth":    `$a = str_repeat('a', 1000000); $s = str_replace('a', $a, $a); while (1);`,
	"preg growth":       `$a = str_repeat('a', 1000000); $s = preg_replace('/a/', $a, $a); while (1);`,
	"strtr growth":      `$a = str_repeat('a', 1000000); $s = strtr($a, ['a' => $a]); while (1);`,
	"implode growth":    `$a = str_repeat('a', 1000000); $s = implode($a, str_split($a)); while (1);`,
	"sprintf width":     `$s = sprintf('%1000000000d', 1); while (1);`,
	"number_format":     `$s = number_format(1.5, 2000000000); while (1);`,
	"wordwrap":          `$s = wordwrap(str_repeat('a ', 1000000), 1, str_repeat('b', 1000000), true); while (1);`,
	"unknown loop":      `while (rand()) { $a[] = rand(); $s .= 'x'; } while (1);`,
	"unknown recursion": `function f() { return rand() ? f() . f() : f(); } f();`,
	"power":             `$x = 2; while (true) { $x = $x ** 2; $y = $x . ''; }`,
	"variables":         `for ($i = 0;; $i++) { ${'v' . $i} = $i; }`,
	"constants":         `for ($i = 0;; $i++) { define('C' . $i, str_repeat('a', 100)); }`,
	"objects":           `class A { public $n; } $a = null; while (true) { $b = new A; $b->n = $a; $a = $b; }`,
	"exceptions":        `while (true) { try { throw new Exception('a', 0, $e ?? null); } catch (Exception $e) { } }`,
	"json":              `$j = str_repeat('[', 100000); json_decode($j . str_repeat(']', 100000)); while (1);`,
	"array walk":        `$a = []; for ($i = 0; $i < 100000; $i++) $a[] = $i; while (true) { array_map(fn($x) => $x, $a); }`,
	"sort":              `$a = explode(',', str_repeat('1,', 100000)); while (true) { usort($a, fn($x, $y) => $y <=> $x); }`,
	"goto":              "a: goto a;",
	"joined arrays":     `$a = ['x']; $b = ['x']; for ($i = 0; $i < 100; $i++) { $a = [$a, $a, $a]; $b = [$b, $b, $b]; } $c = $_SERVER['HTTP_A'] ? $a : $b; while (1);`,
	"joined branches":   `$a = ['x']; $b = ['y']; for ($i = 0; $i < 30; $i++) { $a = [$a, $a, $a]; $b = [$b, $b, $b]; } if ($_SERVER['HTTP_A']) { $c = $a; } else { $c = $b; } while (1);`,
	"traits":            `trait T0 { public $a = 1; } trait T1 { use T0; }` + declared(40, "trait T%d { use T%d, T%d; }") + ` class X { use T39; } while (1);`,
	"interfaces":        `interface I0 { } interface I1 { }` + declared(60, "interface I%d extends I%d, I%d { }") + ` class X implements I59 { } $x = new X instanceof Countable; while (1);`,
	"properties":        `class A { public $x` + declared(30_000, ", $a%d") + `; } while (true) { $x[] = new A; }`,
	"query":             `$s = http_build_query(['a' => str_repeat("'", 30000000)]); while (1);`,
	"slashes":           `$s = addcslashes(str_repeat("\x01", 20000000), "\0..\xff"); while (1);`,
	"sprintf growth":    `$s = sprintf('%1$s%1$s%1$s%1$s%1$s%1$s', str_repeat('a', 18000000)); while (1);`,
	"references":        `for ($i = 0; $i < 3000; $i++) { $v = 'v' . $i; $$v = &$a[$i]; } for ($i = 0; $i < 3000; $i++) { if ($_SERVER['HTTP_C' . $i]) { $a[$i] = 1; } }`,
	"static":            `function f() { static $n = 0; $n++; return f(); } f();`,
}

// declared returns n declarations, each of which uses the two before it.
func declared(n int, format string) string {
	var b strings.Builder
	verbs := strings.Count(format, "%d")
	for i := 2; i < n; i++ {
		fmt.Fprintf(&b, format, []any{i, i - 1, i - 2}[:verbs]...)
	}
	return b.String()
}

func TestHostileProgramsAreRefused(t *testing.T) {
	for name, code := range bombs {
		t.Run(name, func(t *testing.T) {
			text := "<?php\n" + code + "\nrequire '/site/wp-settings.php';"
			peak, took, err := measured(text)
			var refusal *eval.Refusal
			if !errors.As(err, &refusal) || refusal.Class != eval.Undecidable {
				t.Errorf("got %v, want undecidable", err)
			}
			checkBounds(t, peak, took)
		})
	}
}

// towers are sources with deep nesting, great length, or both.
var towers = map[string]string{
	"parentheses": "$a = " + strings.Repeat("(", 200000) + "1" + strings.Repeat(")", 200000) + ";",
	"arrays":      "$a = " + strings.Repeat("[", 200000) + "1" + strings.Repeat("]", 200000) + ";",
	"not":         "$a = " + strings.Repeat("!", 1000000) + "1;",
	"minus":       "$a = " + strings.Repeat("- ", 1000000) + "1;",
	"casts":       "$a = " + strings.Repeat("(int)", 400000) + "1;",
	"concat":      "$a = 'a'" + strings.Repeat(" . 'a'", 300000) + ";",
	"plus":        "$a = 1" + strings.Repeat(" + 1", 300000) + ";",
	"or":          "$a = 0" + strings.Repeat(" || 0", 300000) + ";",
	"coalesce":    "$a = $b" + strings.Repeat(" ?? $b", 300000) + ";",
	"ternary":     "$a = " + strings.Repeat("1 ? (", 100000) + "1" + strings.Repeat(") : 0", 100000) + ";",
	"indexes":     "$a = $b" + strings.Repeat("[0]", 300000) + ";",
	"nested":      strings.Repeat("$a[", 200000) + "0" + strings.Repeat("]", 200000) + ";",
	"calls":       "$a = " + strings.Repeat("f(", 200000) + strings.Repeat(")", 200000) + ";",
	"chain":       "$a" + strings.Repeat("->b()", 200000) + ";",
	"ifs":         strings.Repeat("if ($a) ", 200000) + ";",
	"elseifs":     "if (0) ;" + strings.Repeat(" elseif (0) ;", 200000),
	"blocks":      strings.Repeat("{", 400000) + strings.Repeat("}", 400000),
	"functions":   strings.Repeat("function f() {", 100000) + strings.Repeat("}", 100000),
	"closures":    "$a = " + strings.Repeat("fn() => ", 200000) + "1;",
	"assigns":     strings.Repeat("$a = ", 300000) + "1;",
	"variables":   strings.Repeat("$", 400000) + "a;",
	"templates":   strings.Repeat(`"{$a[`, 100000) + "0" + strings.Repeat(`]}"`, 100000) + ";",
	"statements":  strings.Repeat("$a=1;", 500000),
	"unknown ifs": strings.Repeat("if(rand())$a.='b';", 30000),
}

func TestTallSourcesAreBounded(t *testing.T) {
	for name, code := range towers {
		t.Run(name, func(t *testing.T) {
			peak, took, err := measured("<?php\n" + code + "\nrequire '/site/wp-settings.php';")
			var refusal *eval.Refusal
			var badSyntax *syntax.Error
			if err != nil && !errors.As(err, &refusal) && !errors.As(err, &badSyntax) {
				t.Errorf("got %v, want an answer, a refusal or a syntax error", err)
			}
			checkBounds(t, peak, took)
		})
	}
}

func checkBounds(t *testing.T, peak uint64, took time.Duration) {
	t.Helper()
	t.Logf("%v, %d MiB", took.Round(time.Millisecond), peak>>20)
	if peak > 256<<20 {
		t.Errorf("took %d MiB, want 256 at most", peak>>20)
	}
	if took > 5*time.Second {
		t.Errorf("took %v, want 5 s at most", took)
	}
}

// stopwatch starts to measure a time. took returns the smaller of the wall-clock time and
// the processor time: the first includes waiting for other processes, the second includes
// Go's garbage collector on other processors.
func stopwatch() (took func() time.Duration) {
	start, processors := time.Now(), processorTime()
	return func() time.Duration { return min(time.Since(start), processorTime()-processors) }
}

// processorTime returns the processor time that this process has used. Unlike the clock,
// it does not include the time of other processes.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured evaluates a configuration and returns the largest heap size during the
// evaluation, in bytes.
func measured(text string) (peak uint64, took time.Duration, err error) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			if n := now.HeapAlloc + now.StackInuse; n > before.HeapAlloc+most.Load() {
				most.Store(n - before.HeapAlloc)
			}
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	watch := stopwatch()
	_, err = Eval(ctx, eval.Options{
		Files: oneFile{text}, File: "/site/wp-config.php", Stop: []string{"/site/wp-settings.php"},
		Env: map[string]string{}, EnvKnown: true, DocRoot: "/site",
	})
	took = watch()
	close(done)
	<-stopped
	return most.Load(), took, err
}
