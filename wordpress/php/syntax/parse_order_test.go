package syntax

import (
	"fmt"
	"math/rand"
	"os/exec"
	"strings"
	"testing"
)

// TestOrder compares the nesting of random expressions with PHP's. It prints each
// expression again with all its parentheses. PHP prints the tree of a failed assertion,
// and this tree must be the same for both.
func TestOrder(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var script strings.Builder
	script.WriteString("<?php\n")
	var exprs []string
	for len(exprs) < 3000 {
		text := randomExpr(rnd, 3)
		src, err := Parse("t.php", "<?php "+text+";")
		if err != nil {
			continue // TestAccept checks whether PHP refuses it too
		}
		stmt, ok := src.Body[0].(*ExprStmt)
		if !ok {
			t.Fatalf("%s: a %T", text, src.Body[0])
		}
		fmt.Fprintf(&script, "try { assert(0 && fn() => %s); } catch (\\AssertionError $e) { $x = $e->getMessage(); }\n", text)
		fmt.Fprintf(&script, "try { assert(0 && fn() => %s); } catch (\\AssertionError $e) { $y = $e->getMessage(); }\n", paren(stmt.X))
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

// randomExpr returns an expression that may be invalid.
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
func paren(x Expr) string {
	list := func(xs []Expr) string {
		var out []string
		for _, x := range xs {
			out = append(out, paren(x))
		}
		return strings.Join(out, ", ")
	}
	switch x := x.(type) {
	case *UnaryExpr:
		return "(" + x.Op + " " + paren(x.X) + ")"
	case *CastExpr:
		return "((" + x.Type + ") " + paren(x.X) + ")"
	case *BinaryExpr:
		return "(" + paren(x.L) + " " + x.Op + " " + paren(x.R) + ")"
	case *ConcatExpr:
		out := paren(x.Parts[0])
		for _, part := range x.Parts[1:] {
			out = "(" + out + " . " + paren(part) + ")"
		}
		return out
	case *AssignExpr:
		return "(" + paren(x.Target) + " = " + paren(x.Val) + ")"
	case *AssignOpExpr:
		return "(" + paren(x.Target) + " " + x.Op + "= " + paren(x.Val) + ")"
	case *TernaryExpr:
		if x.Then == nil {
			return "(" + paren(x.Cond) + " ?: " + paren(x.Else) + ")"
		}
		return "(" + paren(x.Cond) + " ? " + paren(x.Then) + " : " + paren(x.Else) + ")"
	case *WordExpr:
		return "(" + x.Word + " " + paren(x.X) + ")"
	case *InstanceExpr:
		return "(" + paren(x.X) + " instanceof B)"
	case *ClosureExpr:
		return "(fn() => " + paren(x.Fn.Arrow) + ")"
	case *CallExpr:
		return "f(" + list([]Expr{x.Args[0].X}) + ")"
	case *IncExpr:
		return map[bool]string{true: "(--$b)", false: "($a++)"}[x.Prefix]
	}
	return plain(x)
}

// plain prints an operand.
func plain(x Expr) string {
	switch x := x.(type) {
	case *VarExpr:
		return "$" + x.Name
	case *LitExpr:
		if _, ok := x.Value.(int64); ok {
			return "1"
		}
		return "'x'"
	case *ConstExpr:
		return x.Name
	case *PropExpr:
		return "$a->b"
	case *StaticPropExpr:
		return "A::$b"
	}
	return fmt.Sprintf("?%T", x)
}
