package syntax

import (
	"fmt"
	"strings"
)

func showExpr(x Expr) string {
	switch x := x.(type) {
	case nil:
		return "_"
	case *LitExpr:
		return showValue(x.Value)
	case *ConcatExpr:
		return sexp(".", x.Parts)
	case *VarExpr:
		if x.Dyn != nil {
			return sexp("$", x.Dyn)
		}
		return "$" + x.Name
	case *ArrayExpr:
		return showArray(x)
	case *IndexExpr:
		return sexp("[]", x.Base, x.Idx)
	case *PropExpr:
		return sexp(flag(x.Nullsafe, "?")+"->", x.Obj, x.Name)
	case *StaticPropExpr:
		return sexp("::$", x.Class, x.Name)
	case *ClassConstExpr:
		return sexp("::", x.Class, x.Name)
	case *ConstExpr:
		return showName(x.Name, x.Fallback)
	case *NameExpr:
		return "@" + showName(x.Name, x.Fallback)
	case *CallExpr:
		return sexp("call", x.Fn, showArgs(x.Args, x.First))
	case *NewExpr:
		if x.Decl != nil {
			return sexp("new", showClass(x.Decl), showArgs(x.Args, false))
		}
		return sexp("new", x.Class, showArgs(x.Args, false))
	case *MethodExpr:
		return sexp(flag(x.Nullsafe, "?")+"->call", x.Obj, x.Name, showArgs(x.Args, x.First))
	case *StaticCallExpr:
		return sexp("::call", x.Class, x.Name, showArgs(x.Args, x.First))
	case *ClosureExpr:
		return showClosure(x)
	case *MatchExpr:
		return showMatch(x)
	}
	return showOperator(x)
}

func showOperator(x Expr) string {
	switch x := x.(type) {
	case *UnaryExpr:
		return sexp(x.Op, x.X)
	case *CastExpr:
		return sexp("cast-"+x.Type, x.X)
	case *IncExpr:
		op := map[int]string{1: "++", -1: "--"}[x.Delta]
		if x.Prefix {
			return sexp(op, x.X)
		}
		return sexp("post"+op, x.X)
	case *BinaryExpr:
		return sexp(x.Op, x.L, x.R)
	case *AssignExpr:
		return sexp(flag(x.Ref, "&")+"=", x.Target, x.Val)
	case *AssignOpExpr:
		return sexp(x.Op+"=", x.Target, x.Val)
	case *TernaryExpr:
		return sexp("?", x.Cond, x.Then, x.Else)
	case *IssetExpr:
		return sexp("isset", x.Vars)
	case *WordExpr:
		return sexp(x.Word, x.X)
	case *InstanceExpr:
		return sexp("instanceof", x.X, x.Class)
	case *MagicExpr:
		return x.Name
	}
	return fmt.Sprintf("(unknown %T)", x)
}

func showValue(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case int64:
		return fmt.Sprint(v)
	case float64:
		return fmt.Sprintf("%gf", v)
	}
	return fmt.Sprintf("(unknown %T)", v)
}

func showName(name, fallback string) string {
	if fallback != "" {
		return name + "/" + fallback
	}
	return name
}

func showArray(x *ArrayExpr) string {
	out := []string{"array"}
	for _, item := range x.Items {
		text := flag(item.Spread, "...") + flag(item.Ref, "&") + showExpr(item.Val)
		if item.Key != nil {
			text = showExpr(item.Key) + "=>" + text
		}
		out = append(out, text)
	}
	return "(" + strings.Join(out, " ") + ")"
}

func showArgs(args []Arg, first bool) string {
	if first {
		return "..."
	}
	var out []string
	for _, a := range args {
		text := flag(a.Spread, "...") + showExpr(a.X)
		if a.Name != "" {
			text = a.Name + ":" + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func showClosure(x *ClosureExpr) string {
	out := showFunc("", x.Fn)
	for _, use := range x.Uses {
		out += " use " + flag(use.Ref, "&") + "$" + use.Name
	}
	return out
}

func showMatch(x *MatchExpr) string {
	out := "(match " + showExpr(x.Subject)
	for _, arm := range x.Arms {
		if arm.Conds == nil {
			out += " " + sexp("default", arm.Body)
		} else {
			out += " " + sexp("arm", arm.Conds, arm.Body)
		}
	}
	return out + ")"
}
