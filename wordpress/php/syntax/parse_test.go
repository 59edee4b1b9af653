package syntax

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func mustParse(t *testing.T, code string) *Source {
	t.Helper()
	src, err := Parse("t.php", code)
	if err != nil {
		t.Fatalf("parse %s: %v", code, err)
	}
	return src
}

// TestShapes compares syntax trees with the expected ones in testdata. There, each line
// of code, with ¶ for its line ends, is followed by its tree.
func TestShapes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "shapes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines)%2 != 0 || len(lines) < 200 {
		t.Fatalf("%d lines", len(lines))
	}
	for i := 0; i < len(lines); i += 2 {
		code, want := strings.ReplaceAll(lines[i], "¶", "\n"), strings.TrimPrefix(lines[i+1], "\t")
		src, err := Parse("t.php", "<?php "+code)
		if err != nil {
			t.Errorf("%s: %v", lines[i], err)
			continue
		}
		if got := show(src.Body); got != want {
			t.Errorf("%s\n got %s\nwant %s", lines[i], got, want)
		}
	}
}

func TestParseError(t *testing.T) {
	tests := []struct {
		code string
		line int
		msg  string
	}{
		{"<?php\n\n$a = ;", 3, `unexpected ";"`},
		{"<?php\ndefine('A', 'it's');\n", 2, `unexpected identifier, expecting ")"`},
		{"<?php\n$a = 'x\n\n", 2, "unterminated string"},
		{"<?php\n$a = \"x\n\n", 2, "unterminated string"},
		{"<?php\n/* x\n\n", 2, "unterminated comment"},
		{"<?php\n$a = <<<A\nx\n", 2, "unterminated heredoc"},
		{"<?php\nif ($a) {\n\n", 4, `unexpected end of file`},
		{"<html>\n<?php\n$a = 1\n$b = 2;", 4, `unexpected variable "$b", expecting ";"`},
		{"<?php // x\r\n$a = 1;\r$b = = 2;", 3, `unexpected "="`},
		{"<?php\n$a = $b ? 1 : $c ? 2 : 3;", 2, "a ?: within a ?: needs parentheses"},
		{"<?php \x01", 1, "unexpected character 0x01"},
		{"<?php \"\n$a['x']\";", 2, "unexpected text after \"[\" of a variable in a string; write {$name[…]}"},
	}
	for _, test := range tests {
		_, err := Parse("dir/t.php", test.code)
		var syntax *Error
		if !errors.As(err, &syntax) {
			t.Errorf("%q: %v, want a syntax error", test.code, err)
			continue
		}
		if syntax.File != "dir/t.php" || syntax.Line != test.line || syntax.Msg != test.msg {
			t.Errorf("%q: got %v, want line %d: %s", test.code, err, test.line, test.msg)
		}
	}
}

// TestParseWhere checks the source text at the positions of expressions.
func TestParseWhere(t *testing.T) {
	code := "<?php\ndefine( 'A',\n  $x . f( 1 ) [2] ->b . \"c {$d['e']} $f[0]\" . (3 + 4) );\n"
	src := mustParse(t, code)
	call := src.Body[0].(*ExprStmt).X.(*CallExpr)
	concat := call.Args[1].X.(*ConcatExpr)
	check := func(x Expr, line int32, want string) {
		t.Helper()
		a := x.Where()
		if got := code[a.From:a.To]; a.Line != line || got != want {
			t.Errorf("got line %d %q, want line %d %q", a.Line, got, line, want)
		}
	}
	check(call.Fn, 2, "define")
	check(call.Args[0].X, 2, "'A'")
	check(concat, 3, "$x . f( 1 ) [2] ->b . \"c {$d['e']} $f[0]\" . (3 + 4)")
	check(concat.Parts[1], 3, "f( 1 ) [2] ->b")
	template := concat.Parts[2].(*ConcatExpr)
	check(template, 3, "\"c {$d['e']} $f[0]\"")
	check(template.Parts[1], 3, "$d['e']")
	check(template.Parts[3], 3, "$f[0]")
	check(concat.Parts[3], 3, "3 + 4")
	if got := src.Body[0].Where(); code[got.From:got.To] != code[6:len(code)-1] {
		t.Errorf("statement: %q", code[got.From:got.To])
	}
}

func TestStrictTypes(t *testing.T) {
	for code, want := range map[string]bool{
		"<?php declare(strict_types=1); f();":          true,
		"<?php declare(strict_types=0); f();":          false,
		"<?php declare(ticks=1); f();":                 false,
		"<?php declare(ticks=1, strict_types=1); f();": true,
		"<?php f();": false,
	} {
		if got := mustParse(t, code).Strict; got != want {
			t.Errorf("%s: strict is %v", code, got)
		}
	}
}

// TestParseDeep: the parser gives up on code that is nested too deeply, with an error
// that is not a syntax error. It accepts long code without deep nesting.
func TestParseDeep(t *testing.T) {
	const n = 200_000
	deep := map[string]string{
		"parentheses": strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"arrays":      strings.Repeat("[", n) + strings.Repeat("]", n),
		"calls":       strings.Repeat("f(", n) + strings.Repeat(")", n),
		"not":         strings.Repeat("!", n) + "1",
		"cast":        strings.Repeat("(int)", n) + "1",
		"variables":   strings.Repeat("$", n) + "a",
		"indexes":     strings.Repeat("$a[", n) + "1" + strings.Repeat("]", n),
		"assignments": strings.Repeat("$a = ", n) + "1",
		"ternary":     strings.Repeat("1 ? ", n) + "1" + strings.Repeat(" : 2", n),
		"coalesce":    strings.Repeat("$a ?? ", n) + "1",
		"power":       strings.Repeat("1 ** ", n) + "1",
		"sum":         strings.Repeat("1 + ", n) + "1",
		"and":         strings.Repeat("1 && ", n) + "1",
		"dims":        "$a" + strings.Repeat("[0]", n),
		"methods":     "$a" + strings.Repeat("->b()", n),
		"statics":     "$a" + strings.Repeat("::b()", n),
		"new":         "new $a" + strings.Repeat("->b", n),
		"arrows":      strings.Repeat("fn() => ", n) + "1",
		"closures":    strings.Repeat("function() {", n) + strings.Repeat("}", n),
		"blocks":      strings.Repeat("{", n) + strings.Repeat("}", n),
		"ifs":         strings.Repeat("if (1) ", n) + "f()",
		"elses":       strings.Repeat("if (1) {} else ", n) + "f()",
		"elseifs":     "if (1) {}" + strings.Repeat(" elseif (1) {}", n),
		"strings":     strings.Repeat(`"{$a[`, n) + "1" + strings.Repeat(`]}"`, n),
		"heredocs":    strings.Repeat("<<<A\n{$a[", n),
		"classes":     strings.Repeat("new class { function f() { return ", n),
		"lists":       strings.Repeat("[", n) + "$a" + strings.Repeat("]", n) + " = $b",
		"match":       strings.Repeat("match(1) { 1 => ", n) + "1" + strings.Repeat(" }", n),
		"new classes": strings.Repeat("new (", n) + "A" + strings.Repeat(")", n),
		"types":       "function f(" + strings.Repeat("(", n),
		"attributes":  strings.Repeat("#[A(fn() => ", n),
	}
	for name, code := range deep {
		watch := processorWatch()
		_, err := Parse("t.php", "<?php "+code+";")
		var giveUp *NestingError
		if name == "types" {
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
		} else if !errors.As(err, &giveUp) {
			t.Errorf("%s: %v, want to give up", name, err)
		} else if giveUp.Line < 1 || giveUp.File != "t.php" || !strings.HasPrefix(err.Error(), "t.php:") {
			t.Errorf("%s: %v", name, err)
		}
		if took := watch(); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestParseLong: for long files, the time grows in proportion to the length.
func TestParseLong(t *testing.T) {
	flat := map[string]string{
		"concat":     "'a' . ",
		"template":   `"$a[0]{$b->c}${d}" . `,
		"heredoc":    "<<<A\n  x $y\n  A . ",
		"nowdoc":     "<<<'A'\n  x\n  A . ",
		"array":      "[1, 'a' => $b] . ",
		"enum":       "enum . ",
		"arguments":  "f(a, b: c) . ",
		"closures":   "(static fn() => 1) . ",
		"comments":   "/* x */ 'a' . // y\n",
		"backslash":  `'\\' . "\\" . `,
		"statements": "1; f(); if ($a) { $b = [$c]; } else { } function() use ($d) {}; a ? b : c; ",
		"html":       "1 ?>< ?<?<?php ",
		"labels":     "1; goto x; ",
		"loose":      "$a[] = 1; [, $b] = $c; ",
	}
	for name, unit := range flat {
		took := func(n int) time.Duration {
			code := "<?php x: " + strings.Repeat(unit, n) + "1;"
			watch := processorWatch()
			src, err := Parse("t.php", code)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(src.Body) < 2 {
				t.Errorf("%s: %d statements", name, len(src.Body))
			}
			return watch()
		}
		if short, long := took(1200), took(12_000); long > 2*time.Second && long > 40*short {
			t.Errorf("%s: %v, ten times as much takes %v", name, short, long)
		}
	}
	for name, code := range map[string]string{
		"comment": "/*" + strings.Repeat("* ", 2<<20) + "*/ 1;",
		"string":  "'" + strings.Repeat("a\n", 2<<20) + "';",
		"quotes":  `"` + strings.Repeat("$ ", 2<<20) + `";`,
		"heredoc": "<<<A\n" + strings.Repeat("B\n", 2<<20) + "A;",
		"indent":  "<<<A\n" + strings.Repeat(" a\n", 1<<20) + " A;",
		"text":    "?>" + strings.Repeat("<?", 2<<20),
		"number":  strings.Repeat("1", 4<<20) + ";",
		"blanks":  strings.Repeat("\r\n", 2<<20),
	} {
		watch := processorWatch()
		if _, err := Parse("t.php", "<?php "+code); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := watch(); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestParseMany: the parser gives up on files whose tree would need too much memory.
func TestParseMany(t *testing.T) {
	for _, unit := range []string{
		"1;", "[],", "$a[]=1;", "fn()=>1;", "new class{};", "function a(){}", "if(1);", "'a'.", "f(a:1);", "\"$a$a$a$a$a$a$a\";",
		"class A{}", "1?><?php ", "try{}finally{}", "static$a;", "list(,$a)=1;", "namespace A;", "namespace A;use A\\B;",
	} {
		code := unit
		if unit == "[]," {
			code = "["
		}
		code = "<?php " + code + strings.Repeat(unit, 4<<20/len(unit))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		src, err := Parse("t.php", code)
		runtime.ReadMemStats(&after)
		var giveUp *NestingError
		if !errors.As(err, &giveUp) || src != nil {
			t.Errorf("%s: %v, want to give up", unit, err)
		}
		allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d MiB", unit, allocated)
		if allocated > 200 {
			t.Errorf("%s: took %d MiB", unit, allocated)
		}
	}
}

// processorWatch starts to measure the processor time that this process uses.
func processorWatch() (took func() time.Duration) {
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := now()
	return func() time.Duration { return now() - start }
}
