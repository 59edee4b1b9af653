package php

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A grammar writes random PHP of the supported subset.
type grammar struct {
	*rand.Rand
	depth int
}

func (g *grammar) pick(list ...string) string { return list[g.IntN(len(list))] }

var leaves = strings.Split(`0|1|-1|7|42|9223372036854775807|-9223372036854775807|3.5|0.1|1e3|-0.0|1.5e-7|1e25|2.5|''|'0'|'1'|'abc'|'ABC'|' 12'|'12 '|'12abc'|'1e3'|'0x1A'|'.5'|'-7'|"a\tb"|'z'|'Az'|null|true|false|[]|[1,2,3]|['a'=>1,'b'=>'x']|[3=>'c','5'=>'d',1.7=>'e',true=>'f']|[[1],[2,[3]]]|$x|$y|$s|$l|$m|$n|K`, "|")

func (g *grammar) expr() string {
	if g.depth >= 4 || g.IntN(5) == 0 {
		return g.pick(leaves...)
	}
	g.depth++
	defer func() { g.depth-- }()
	e := g.expr
	switch g.IntN(16) {
	case 0, 1, 2:
		return "(" + e() + " " + g.pick("+", "-", "*", "/", "%", "**", ".", ".", "<<", ">>", "&", "|", "^") + " " + e() + ")"
	case 3, 4, 5:
		return "(" + e() + " " + g.pick("==", "!=", "===", "!==", "<", "<=", ">", ">=", "<=>") + " " + e() + ")"
	case 6:
		return "(" + e() + " " + g.pick("&&", "||", "and", "or", "xor", "??", "?:") + " " + e() + ")"
	case 7:
		return "(" + g.pick("!", "- ", "+ ", "(int)", "(string)", "(bool)", "(float)", "(array)") + e() + ")"
	case 8:
		return "(" + e() + " ? " + e() + " : " + e() + ")"
	case 9:
		return "[" + e() + ", " + g.pick("'k' => ", "", "...") + g.pick("[1, 'q' => 2]", "$m", "$l") + "]"
	case 10:
		return g.pick("$l", "$m", "$s", "$n", "'hello'") + "[" + g.pick("0", "1", "'a'", "'b'", "-1", "'1'", "null", "true") + "]"
	case 11:
		return "isset(" + g.pick("$x", "$zz", "$l[1]", "$m['a']", "$m['q']['r']", "$s[2]", "$n[0][1]") + ")"
	case 12:
		return "empty(" + e() + ")"
	case 13:
		return "match(" + g.pick("true", "$x", e()) + ") { " + e() + " => 1, " + e() + ", 5 => 'two', default => " + e() + " }"
	case 14:
		return `"<$x {$m['a']} $l[1] $y>"`
	}
	return "(fn($p = 3) => " + e() + " . $p)(" + g.pick("", "4", "'v'") + ")"
}

// snippet is a few statements that leave their result in $r.
func (g *grammar) snippet() string {
	e := g.expr
	v := g.pick("$x", "$y", "$r", "$l[]", "$m['a']", "$m['new']['deep']", "$n[0][]", "$q", "$l[1]")
	switch g.IntN(12) {
	case 0:
		return "$r = " + e() + ";"
	case 1:
		return v + " = " + e() + "; $r = [$x, $y, $l, $m, $n, $r ?? 0, $q ?? 1];"
	case 2:
		return g.pick("$x", "$y", "$s", "$m['a']", "$q") + " " + g.pick("+=", "-=", "*=", ".=", "??=", "|=", "%=", "**=") + " " + e() + "; $r = [$x, $y, $s, $m, $q ?? 0];"
	case 3:
		return "foreach (" + g.pick("$l", "$m", "$n", "[5,6]", e()) + " as $k => $w) { if ($k === " + e() + ") continue; $r[] = [$k, $w, " + e() + "]; if (count($r) > 2) break; }"
	case 4:
		return "if (" + e() + ") { $r = 1; } elseif (" + e() + ") { $r = 2; } else { $r = " + e() + "; }"
	case 5:
		return "switch (" + e() + ") { case " + e() + ": $r = 'a'; case " + e() + ": $r .= 'b'; break; default: $r = 'd'; case 9: $r .= 'n'; }"
	case 6:
		return "for ($i = 0; $i < 5; $i++) { if ($i == " + g.pick("1", "2", e()) + ") " + g.pick("continue", "break") + "; $r[] = $i . " + e() + "; }"
	case 7:
		return "try { $r = " + e() + "; throw new " + g.pick("RuntimeException", "TypeError", "LogicException") + "('m'); } catch (" + g.pick("RuntimeException", "Exception", "Error", "LogicException | TypeError") + " $e) { $r = [get_class($e), $e->getMessage() == 'm', $r]; } finally { $f = 1; } "
	case 8:
		return g.pick("[$a, $b]", "[, $a, $b]", "['x' => $a, 0 => $b]", "list($a, list($b))") + " = " + g.pick("$l", "[1,'x'=>2]", "$n") + "; $r = [$a ?? 0, $b ?? null];"
	case 9:
		return "$z = &" + g.pick("$x", "$l[0]", "$m['new']", "$n[1][0]") + "; $c = $l; $z = " + e() + "; " + g.pick("unset($z);", "$z = 3;", "") + " $r = [$x, $l, $m, $n, $c];"
	case 10:
		return "unset(" + g.pick("$x", "$l[1]", "$m['a']", "$m['q']['z']", "$l[9]", "$n[0][0]") + "); $l[] = 7; $r = [$x ?? 'u', $l, $m, $n];"
	}
	return "$h = function ($p, &$o, ...$v) use ($x, &$y) { static $t = 1; $o = $p . ++$t; $y = " + e() + "; return [$x, $v, $t]; }; $r = [$h(" + g.pick("1", "$s", "'q'") + ", $x), $h(2, $m['n'], 5, 6), $x, $y, $m];"
}

const diffPrelude = `<?php
error_reporting(85);
const K = 'const';
function show($v, $d = 0) {
	if ($d > 6) { return '...'; }
	if (is_array($v)) { $s = 'a('; foreach ($v as $k => $w) { $s .= show($k) . '>' . show($w, $d + 1) . ','; } return $s . ')'; }
	if (is_object($v)) { return 'o' . get_class($v); }
	return gettype($v) . ':' . $v;
}
function vars() { return [5, 'yy', 'str0', [10, 20, 'x' => 30], ['a' => 'aa', 'b' => null], [[1, 2], [3]]]; }
`

// diffProgram wraps snippets so that each leaves its result in a variable.
func diffProgram(snippets []string) string {
	var b strings.Builder
	b.WriteString(diffPrelude)
	for i, s := range snippets {
		fmt.Fprintf(&b, "function s%d() { [$x, $y, $s, $l, $m, $n] = vars(); $r = null; try { %s } catch (Throwable $e) { return 'throws ' . get_class($e); } return show($r); }\n$r%d = s%d();\n", i, s, i, i)
	}
	return b.String()
}

// What PHP's own interpreter answers is what the evaluator answers.
func TestDifferential(t *testing.T) {
	const batches, size = 8, 500
	open, wrong := 0, 0
	for batch := range batches {
		g := &grammar{Rand: rand.New(rand.NewPCG(uint64(batch), 7))}
		var snippets []string
		for range size {
			snippets = append(snippets, g.snippet())
		}
		dir := t.TempDir()
		program := diffProgram(snippets)
		want := askPHP(t, dir, program, size)
		r, err := evalText(t, dir, program+"require ABSPATH . 'wp-settings.php';", func(o *Options) {
			o.Limits = Limits{Steps: 1 << 28, Bytes: 1 << 30}
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range snippets {
			a := r.Variable(fmt.Sprintf("r%d", i))
			switch {
			case a.State == Open:
				open++
			case a.Text != want[i]:
				if wrong++; wrong <= 40 {
					t.Errorf("%s\n got %s\nwant %s", s, a.Text, want[i])
				}
			}
		}
	}
	t.Logf("%d snippets, %d wrong, %d not known", batches*size, wrong, open)
	if open > batches*size/20 {
		t.Errorf("%d of %d are not known", open, batches*size)
	}
}

// askPHP runs a program and returns the variables r0, r1, …
func askPHP(t *testing.T, dir, program string, n int) []string {
	t.Helper()
	file := filepath.Join(dir, "ask.php")
	program += fmt.Sprintf("for ($i = 0; $i < %d; $i++) { print base64_encode(${'r' . $i}) . \"\\n\"; }", n)
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd := exec.Command("php", "-n", "-d", "display_errors=stderr", "-d", "error_reporting=85", "-d", "log_errors=0", file)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		text := complaints.String()
		t.Fatalf("run php: %v: %s", err, text[max(0, len(text)-400):])
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) != n {
		t.Fatalf("php answered %d of %d", len(lines), n)
	}
	for i, l := range lines {
		b, err := base64.StdEncoding.DecodeString(l)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = string(b)
	}
	return lines
}
