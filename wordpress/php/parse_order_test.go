package php

import (
	"fmt"
	"math/rand"
	"os/exec"
	"strings"
	"testing"
)

// TestOrder compares how random expressions are nested with how PHP nests them:
// every expression is printed again with all its parentheses, and PHP, which
// prints the tree of a failed assertion, must see the same tree in both.
func TestOrder(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var script strings.Builder
	script.WriteString("<?php\n")
	var exprs []string
	for len(exprs) < 3000 {
		text := randomExpr(rnd, 3)
		src, err := parse("t.php", "<?php "+text+";")
		if err != nil {
			continue // whether PHP agrees is TestAccept's matter
		}
		stmt, ok := src.body[0].(*exprStmt)
		if !ok {
			t.Fatalf("%s: a %T", text, src.body[0])
		}
		fmt.Fprintf(&script, "try { assert(0 && fn() => %s); } catch (\\AssertionError $e) { $x = $e->getMessage(); }\n", text)
		fmt.Fprintf(&script, "try { assert(0 && fn() => %s); } catch (\\AssertionError $e) { $y = $e->getMessage(); }\n", paren(stmt.x))
		fmt.Fprintf(&script, "if ($x !== $y) { echo %d, \"\\t$x\\n\\t$y\\n\"; }\n", len(exprs))
		exprs = append(exprs, text)
	}
	cmd := exec.CommandContext(t.Context(), "php", "-n", "-d", "zend.assertions=1", "-d", "display_errors=stderr")
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("run php: %v: %.2000s", err, out)
	}
	if len(out) > 0 {
		t.Errorf("nested otherwise than by PHP:\n%.3000s", out)
	}
}

// randomExpr is an expression that may or may not be valid.
func randomExpr(rnd *rand.Rand, depth int) string {
	pick := func(words string) string {
		list := strings.Fields(words)
		return list[rnd.Intn(len(list))]
	}
	var b strings.Builder
	for {
		for rnd.Intn(4) == 0 {
			b.WriteString(pick("! - + ~ @ (int) (string) print include throw clone") + " ")
		}
		switch n := rnd.Intn(8); {
		case n < 4:
			b.WriteString(pick("$a $b $c"))
			if rnd.Intn(3) == 0 {
				b.WriteString(" " + pick("= += .= ??= **=") + " ")
				continue
			}
		case n == 4 && depth > 0:
			b.WriteString("(" + randomExpr(rnd, depth-1) + ")")
		case n == 5 && depth > 0:
			b.WriteString("f(" + randomExpr(rnd, depth-1) + ")")
		case n == 6 && depth > 0:
			b.WriteString("fn() => ")
			continue
		default:
			b.WriteString(pick("1 'x' C $a->b A::$b $a++ --$b"))
		}
		if rnd.Intn(5) == 0 {
			break
		}
		switch rnd.Intn(8) {
		case 0:
			b.WriteString(" instanceof B ")
			b.WriteString(pick("+ . && ? : **") + " ")
		case 1:
			b.WriteString(" ? " + randomExpr(rnd, depth-1) + " : ")
		default:
			b.WriteString(" " + pick("?: ?? || && | ^ & == != === <=> < <= > >= . << >> + - * / % ** or and xor") + " ")
		}
	}
	return b.String()
}

// paren prints an expression with all its parentheses.
func paren(x expr) string {
	list := func(xs []expr) string {
		var out []string
		for _, x := range xs {
			out = append(out, paren(x))
		}
		return strings.Join(out, ", ")
	}
	switch x := x.(type) {
	case *unaryExpr:
		return "(" + x.op + " " + paren(x.x) + ")"
	case *castExpr:
		return "((" + x.typ + ") " + paren(x.x) + ")"
	case *binaryExpr:
		return "(" + paren(x.l) + " " + x.op + " " + paren(x.r) + ")"
	case *concatExpr:
		out := paren(x.parts[0])
		for _, part := range x.parts[1:] {
			out = "(" + out + " . " + paren(part) + ")"
		}
		return out
	case *assignExpr:
		return "(" + paren(x.target) + " = " + paren(x.val) + ")"
	case *assignOp:
		return "(" + paren(x.target) + " " + x.op + "= " + paren(x.val) + ")"
	case *ternaryExpr:
		if x.then == nil {
			return "(" + paren(x.cond) + " ?: " + paren(x.els) + ")"
		}
		return "(" + paren(x.cond) + " ? " + paren(x.then) + " : " + paren(x.els) + ")"
	case *printExpr:
		return "(print " + paren(x.x) + ")"
	case *includeExpr:
		return "(" + x.kind + " " + paren(x.x) + ")"
	case *throwExpr:
		return "(throw " + paren(x.x) + ")"
	case *cloneExpr:
		return "(clone " + paren(x.x) + ")"
	case *instanceExpr:
		return "(" + paren(x.x) + " instanceof B)"
	case *closureExpr:
		return "(fn() => " + paren(x.fn.arrow) + ")"
	case *callExpr:
		return "f(" + list([]expr{x.args[0].x}) + ")"
	case *incExpr:
		return map[bool]string{true: "(--$b)", false: "($a++)"}[x.prefix]
	}
	return plain(x)
}

// plain prints an operand.
func plain(x expr) string {
	switch x := x.(type) {
	case *varExpr:
		return "$" + x.name
	case *litExpr:
		if _, ok := x.v.(int64); ok {
			return "1"
		}
		return "'x'"
	case *constExpr:
		return x.name
	case *propExpr:
		return "$a->b"
	case *sPropExpr:
		return "A::$b"
	}
	return fmt.Sprintf("?%T", x)
}
