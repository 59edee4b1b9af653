package php

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// These programs depend on an environment that the evaluator does not know. PHP runs them
// in several environments. A value that the evaluator calls known must be right in each
// of them.

// A worldGenerator generates such programs. They write to $a … $d, and define K0 … K2.
type worldGenerator struct {
	*rand.Rand
	depth         int
	loops         int
	count         int // number of loops, for the names of their variables
	deepest, most int
}

func (g *worldGenerator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g *worldGenerator) source() string {
	n := strconv.Itoa(g.IntN(3))
	return g.pick("getenv('U"+n+"')", "$_SERVER['U"+n+"']", "($_ENV['U"+n+"'] ?? 'none')", "getenv('U"+n+"')")
}

func (g *worldGenerator) variable() string { return g.pick("$a", "$b", "$c", "$d") }

func (g *worldGenerator) Value() string {
	return g.pick("'x'", "'y'", "'z'", "1", "0", "null", "true", "''", "'0'", "[1, 'k' => 'v']", "['k' => 'w']", "[]")
}

func (g *worldGenerator) expr() string {
	if g.depth > g.deepest {
		return g.Value()
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.IntN(24) {
	case 0, 1, 2:
		return g.Value()
	case 3, 4:
		return g.variable()
	case 5:
		return g.source()
	case 6:
		return "(" + g.cond() + " ? " + g.expr() + " : " + g.expr() + ")"
	case 7:
		return "(" + g.variable() + " ?? " + g.expr() + ")"
	case 8:
		return "(" + g.variable() + "['k'] ?? " + g.expr() + ")"
	case 9:
		return "(" + g.expr() + " ?: " + g.expr() + ")"
	case 10:
		return "match (" + g.expr() + ") { " + g.Value() + " => " + g.expr() + ", " + g.Value() + ", " + g.variable() + " => " + g.expr() + ", default => " + g.expr() + " }"
	case 11:
		return "@serialize(" + g.expr() + ")"
	case 12:
		return "(" + g.variable() + " = " + g.expr() + ")"
	case 13:
		return "(function ($p, &$q) { " + g.pick("$q = $p;", "if ($p) { return 'early'; } $q = 'late';", "static $n = 0; $n++; $q = $n;") + " return $p; })(" + g.expr() + ", " + g.variable() + ")"
	case 14:
		return "[" + g.expr() + ", 'k' => " + g.expr() + "]"
	case 15:
		return "fn0(" + g.expr() + ")"
	case 16:
		return "(is_array(" + g.variable() + ") ? 'arr' : strtoupper((string) (is_array($a) ? 'A' : $a)))"
	case 17:
		return "count((array) " + g.expr() + ")"
	case 18:
		return "(" + g.cond() + " && " + g.cond() + ")"
	case 19:
		return "(defined('K" + strconv.Itoa(g.IntN(3)) + "') ? K" + strconv.Itoa(g.IntN(3)) + " : 'undef')"
	case 20, 21:
		return g.moreExpr()
	case 22:
		return "implode(',', array_map('serialize', array_filter((array) " + g.expr() + ")))"
	}
	return "[..." + g.pick("[1]", "(array) $a", "[$b]") + ", 'k' => " + g.expr() + "]"
}

func (g *worldGenerator) cond() string {
	switch g.IntN(8) {
	case 0, 1:
		return "(" + g.source() + " " + g.pick("==", "===", "!=", "!==") + " " + g.pick("'a'", "'1'", "''", "false") + ")"
	case 2:
		return g.source()
	case 3:
		return "isset(" + g.variable() + g.pick("", "['k']", "[0]") + ")"
	case 4:
		return "empty(" + g.variable() + ")"
	case 5:
		return "(" + g.variable() + " " + g.pick("==", "===", "!=") + " " + g.Value() + ")"
	case 6:
		return "!" + g.cond()
	}
	return "defined('K" + strconv.Itoa(g.IntN(3)) + "')"
}

func (g *worldGenerator) block() string {
	var b strings.Builder
	for range 1 + g.IntN(2) {
		b.WriteString(g.stmt() + " ")
	}
	return "{ " + b.String() + "}"
}

func (g *worldGenerator) stmt() string {
	if g.depth > g.deepest {
		return g.variable() + " = " + g.Value() + ";"
	}
	g.depth++
	defer func() { g.depth-- }()
	v := g.variable()
	switch g.IntN(32) {
	case 0, 1, 2:
		return v + " = " + g.expr() + ";"
	case 3, 4, 5, 6:
		return "if (" + g.cond() + ") " + g.block() + g.pick("", " else "+g.block(), " elseif ("+g.cond()+") "+g.block()+" else "+g.block())
	case 7:
		return "switch (" + g.expr() + ") { case " + g.Value() + ": " + g.stmt() + g.pick(" break;", "") + " case " + g.Value() + ": " + g.stmt() + g.pick(" break;", "") + " default: " + g.stmt() + " }"
	case 8:
		return "if (!is_array(" + v + ")) { " + v + " = []; } " + v + "[" + g.pick("", "'k'", "0", "'l'") + "] = " + g.expr() + ";"
	case 9:
		return "unset(" + v + g.pick("", "") + ");"
	case 10:
		return v + " = &" + g.pick("$a", "$b", "$c") + ";"
	case 11:
		return "defined('K" + strconv.Itoa(g.IntN(3)) + "') || define('K" + strconv.Itoa(g.IntN(3)) + "', " + g.Value() + ");"
	case 12:
		return "@define('K" + strconv.Itoa(g.IntN(3)) + "', " + g.expr() + ");"
	case 13:
		return g.loop("foreach ([" + g.Value() + ", " + g.expr() + ", 'e'] as $k => " + v + ") ")
	case 14:
		g.count++
		i := "$i" + strconv.Itoa(g.count)
		return i + " = 0; " + g.loop("while ("+i+"++ < 2 "+g.pick("", "&& "+g.cond())+") ")
	case 15, 16:
		return "try " + g.throwing() + " catch (" + g.pick("Exception", "RuntimeException", "Throwable", "LogicException | Error") + " $e) " + g.block() + g.pick("", " finally "+g.block())
	case 17:
		return v + " ??= " + g.expr() + ";"
	case 18:
		return "if (" + g.cond() + ") { " + g.pick("exit;", "die('no');", g.pick("break;", "continue;", "break;")) + " }"
	case 19:
		return "fn1(" + g.expr() + ");"
	case 20:
		return "$o->p = " + g.expr() + "; " + v + " = $o->" + g.pick("p", "q", "none") + " ?? 'no';"
	case 21:
		return "S::$s = " + g.expr() + "; " + v + " = S::$s;"
	case 22:
		return "foreach ((array) " + v + " as $k => $x) { " + g.pick("$a", "$b") + " = $k; }"
	case 23:
		return "putenv('P=" + g.pick("1", "2") + "'); " + v + " = getenv('P');"
	case 24:
		return "[" + v + ", $b] = [" + g.expr() + ", " + g.expr() + "];"
	case 25:
		return g.many(v)
	case 26, 27, 28, 29, 30:
		return g.moreStmt()
	}
	return v + " = " + "fn0(" + g.expr() + ");"
}

// many returns statements that give a variable one of many values (more than the
// alternatives that an unknown keeps), and then test which it is.
func (g *worldGenerator) many(v string) string {
	var b strings.Builder
	n := 6 + g.IntN(6)
	for i := range n {
		fmt.Fprintf(&b, "if (%s) { %s = %s; } ", g.cond(), v, g.pick("'m"+strconv.Itoa(i)+"'", strconv.Itoa(i), "['m"+strconv.Itoa(i)+"' => "+g.Value()+"]"))
	}
	return b.String() + g.variable() + " = " + g.pick("is_array("+v+")", "("+v+" === 'm"+strconv.Itoa(n-1)+"')", "("+v+" == "+strconv.Itoa(n-1)+")", "@serialize("+v+")") + ";"
}

func (g *worldGenerator) loop(head string) string {
	g.loops++
	defer func() { g.loops-- }()
	return head + g.block()
}

func (g *worldGenerator) throwing() string {
	return "{ " + g.stmt() + g.pick("", " if ("+g.cond()+") { throw new "+g.pick("RuntimeException('t')", "LogicException('l')", "TypeError('e')")+"; }", " $t = "+g.expr()+" + 1;") + " " + g.stmt() + " }"
}

const worldPrelude = `function fn0($p) { if (getenv('U0') == 'a') { return $p; } $GLOBALS['d'] = 'fn0'; return ` + "'f'" + `; }
function fn1($p) { global $c; static $n = 0; $c = [$n++, 'k' => $p]; if (!$p) { return; } $c = 'fn1'; }
function fn2(&$p) { if (is_array($p)) { $p[] = 'fn2'; } else { $p = 'fn2'; } return $p; }
function fn3(&$p, $q) { global $b; $b = &$p; $b = $q; static $last; $last = $q; }
class S { public static $s = 's'; } $o = new stdClass; $o->p = 'p'; $o->q = 'q';
`

// program returns the program that the evaluator gets.
func (g *worldGenerator) program() string {
	var b strings.Builder
	b.WriteString(worldPrelude)
	for range 2 + g.IntN(g.most) {
		b.WriteString(g.stmt() + "\n")
	}
	return b.String()
}

// worldAnswers returns the known values of $a … $d and K0 … K2; "" for one that is not
// known.
func worldAnswers(t *testing.T, dir, code string) []string {
	t.Helper()
	file := filepath.Join(dir, "w.php")
	if err := os.WriteFile(file, []byte("<?php "+code+"\nrequire __DIR__ . '/stop.php';"), 0o600); err != nil {
		t.Fatal(err)
	}
	answers := make([]string, 7)
	disk := diskFiles{dir}
	r, err := Eval(context.Background(), eval.Options{Files: disk, Errors: disk, File: file, DocRoot: dir, Stop: []string{dir + "/stop.php"}})
	var refusal *eval.Refusal
	var badSyntax *syntax.Error
	if errors.As(err, &refusal) || errors.As(err, &badSyntax) {
		return answers
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, code)
	}
	for i := range answers {
		var a eval.Answer
		if i < 4 {
			a = r.Variable(string("abcd"[i]))
		} else {
			a = r.Constant("K" + strconv.Itoa(i-4))
		}
		switch {
		case a.State == eval.Known:
			answers[i] = dumped(a.Value, 0)
		case a.State == eval.Absent && i < 4:
			answers[i] = "null"
		case a.State == eval.Absent:
			answers[i] = `"undefined"`
		}
	}
	return answers
}

func inside(quoted string) string { return quoted[1 : len(quoted)-1] }

const worldResult = `
$r = implode("\1", array_map('__show', [$a ?? null, $b ?? null, $c ?? null, $d ?? null, defined('K0') ? K0 : 'undefined', defined('K1') ? K1 : 'undefined', defined('K2') ? K2 : 'undefined']));`

func TestKnownIsSoInEveryWorld(t *testing.T) {
	const worlds = 5
	g := &worldGenerator{Rand: rand.New(rand.NewPCG(seedOf(t, 3), 3)), deepest: numberOf(t, "PHP_DEPTH", 3), most: numberOf(t, "PHP_STATEMENTS", 6)}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/agree/site")); err != nil {
		t.Fatal(err)
	}
	var runs []testRun
	programs := make([]string, programsOf(t, 400))
	for i := range programs {
		programs[i] = g.program()
		file := filepath.Join(dir, fmt.Sprintf("p%d.php", i))
		if err := os.WriteFile(file, []byte("<?php "+programs[i]+worldResult), 0o600); err != nil {
			t.Fatal(err)
		}
		for w := range worlds {
			env := url.Values{}
			for u := range 3 {
				if v := g.pick("a", "1", "", "0", "b", "unset"); v != "unset" && w > 0 {
					env.Set("U"+strconv.Itoa(u), v)
				}
			}
			runs = append(runs, testRun{file, env})
		}
	}
	wrong, known, all, told := 0, 0, 0, map[int]bool{}
	want := askedPHP(t, runs)
	for i, code := range programs {
		answers := worldAnswers(t, dir, code)
		for w := range worlds {
			php := want[i*worlds+w]
			if endsEarly(php) {
				continue
			}
			for j, part := range strings.Split(inside(php), `\001`) {
				all++
				if answers[j] == "" {
					continue
				}
				known++
				if got := inside(dumpedString(answers[j])); got != part {
					if wrong++; !told[i] && len(told) < 12 {
						told[i] = true
						t.Errorf("%s\n answer %d in %v\n got %s\nwant %s", strings.TrimPrefix(code, worldPrelude), j, runs[i*worlds+w].env, got, part)
					}
				}
			}
		}
	}
	t.Logf("%d of %d answers are known, %d of them wrong", known, all, wrong)
	if known < all/5 {
		t.Errorf("%d of %d answers are known", known, all)
	}
}
