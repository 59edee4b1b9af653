package php

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A grammar generates random PHP of the supported subset.
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
		return "[" + e() + ", " + g.pick("'k' => ", "", "'l' => ") + g.pick("[1, 'q' => 2]", "$m", "$l") + "]"
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

// Snippet returns a few statements that store their result in $r.
func (g *grammar) Snippet() string {
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
		return "try { $r = " + e() + "; } catch (" + g.pick("RuntimeException", "Exception", "LogicException") + " $e) { $r = 'm'; } "
	case 8:
		return g.pick("[$a, $b]", "[, $a, $b]", "['x' => $a, 0 => $b]", "list($a, list($b))") + " = " + g.pick("$l", "[1,'x'=>2]", "$n") + "; $r = [$a ?? 0, $b ?? null];"
	case 9:
		return "$z = " + g.pick("$x", "$y", "$l", "$m", "$new", "$x", "$y", "$s", "$n", "$new", "$n[1][0]") + "; $c = $l; $z = " + e() + "; " + g.pick("unset($z);", "$z = 3;", "") + " $r = [$x, $l, $m, $n, $c];"
	case 10:
		return "unset(" + g.pick("$x", "$l[1]", "$m['a']", "$m['q']['z']", "$l[9]", "$n[0][0]") + "); $l[] = 7; $r = [$x ?? 'u', $l, $m, $n];"
	}
	return "$h = function ($p, $o, ...$v) use ($x, $y) { static $t = 1; $o = $p . ++$t; $y = " + e() + "; return [$x, $v, $t]; }; $r = [$h(" + g.pick("1", "$s", "'q'") + ", $x), $h(2, " + g.pick("$s", "$x", "$m['n']") + ", 5, 6), $x, $y, $m, $o ?? 0];"
}

const diffPrelude = `const K = 'const';
[$x, $y, $s, $l, $m, $n] = [5, 'yy', 'str0', [10, 20, 'x' => 30], ['a' => 'aa', 'b' => null], [[1, 2], [3]]];
$r = null;
`

// TestDifferential: the evaluator gives the same results as PHP itself.
func TestDifferential(t *testing.T) {
	g := &grammar{Rand: rand.New(rand.NewPCG(seedOf(t, 7), 7))}
	programs := make([]string, programsOf(t, 2000))
	for i := range programs {
		programs[i] = diffPrelude + g.Snippet()
	}
	compareAll(t, programs, 0.05)
}
