package php

import (
	"fmt"
	"strings"
)

func showExpr(x expr) string {
	switch x := x.(type) {
	case nil:
		return "_"
	case *litExpr:
		return showValue(x.v)
	case *templateExpr:
		return sexp("template", x.parts)
	case *concatExpr:
		return sexp(".", x.parts)
	case *varExpr:
		if x.dyn != nil {
			return sexp("$", x.dyn)
		}
		return "$" + x.name
	case *arrayExpr:
		return showArray(x)
	case *indexExpr:
		return sexp("[]", x.base, x.idx)
	case *propExpr:
		return sexp(flag(x.nullsafe, "?")+"->", x.obj, x.name)
	case *sPropExpr:
		return sexp("::$", x.class, x.name)
	case *classConst:
		return sexp("::", x.class, x.name)
	case *constExpr:
		return showName(x.name, x.fallback)
	case *nameExpr:
		return "@" + showName(x.name, x.fallback)
	case *callExpr:
		return sexp("call", x.fn, showArgs(x.args, x.first))
	case *newExpr:
		if x.decl != nil {
			return sexp("new", showClass(x.decl), showArgs(x.args, false))
		}
		return sexp("new", x.class, showArgs(x.args, false))
	case *methodExpr:
		return sexp(flag(x.nullsafe, "?")+"->call", x.obj, x.name, showArgs(x.args, x.first))
	case *sCallExpr:
		return sexp("::call", x.class, x.name, showArgs(x.args, x.first))
	case *closureExpr:
		return showClosure(x)
	case *matchExpr:
		return showMatch(x)
	}
	return showOperator(x)
}

func showOperator(x expr) string {
	switch x := x.(type) {
	case *unaryExpr:
		return sexp(x.op, x.x)
	case *castExpr:
		return sexp("cast-"+x.typ, x.x)
	case *incExpr:
		op := map[int]string{1: "++", -1: "--"}[x.delta]
		if x.prefix {
			return sexp(op, x.x)
		}
		return sexp("post"+op, x.x)
	case *binaryExpr:
		return sexp(x.op, x.l, x.r)
	case *assignExpr:
		return sexp(flag(x.ref, "&")+"=", x.target, x.val)
	case *assignOp:
		return sexp(x.op+"=", x.target, x.val)
	case *ternaryExpr:
		return sexp("?", x.cond, x.then, x.els)
	case *issetExpr:
		return sexp("isset", x.vars)
	case *emptyExpr:
		return sexp("empty", x.x)
	case *includeExpr:
		return sexp(x.kind, x.x)
	case *exitExpr:
		return sexp("exit", x.x)
	case *evalExpr:
		return sexp("eval", x.x)
	case *printExpr:
		return sexp("print", x.x)
	case *throwExpr:
		return sexp("throw", x.x)
	case *cloneExpr:
		return sexp("clone", x.x)
	case *yieldExpr:
		return sexp("yield"+flag(x.from, "-from"), x.key, x.x)
	case *shellExpr:
		return sexp("shell", x.x)
	case *instanceExpr:
		return sexp("instanceof", x.x, x.class)
	case *magicExpr:
		return x.name
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

func showArray(x *arrayExpr) string {
	out := []string{"array"}
	if x.list {
		out[0] = "list"
	}
	for _, item := range x.items {
		text := flag(item.spread, "...") + flag(item.ref, "&") + showExpr(item.val)
		if item.key != nil {
			text = showExpr(item.key) + "=>" + text
		}
		out = append(out, text)
	}
	return "(" + strings.Join(out, " ") + ")"
}

func showArgs(args []arg, first bool) string {
	if first {
		return "..."
	}
	var out []string
	for _, a := range args {
		text := flag(a.spread, "...") + showExpr(a.x)
		if a.name != "" {
			text = a.name + ":" + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func showClosure(x *closureExpr) string {
	out := showFunc("", x.fn)
	for _, use := range x.uses {
		out += " use " + flag(use.ref, "&") + "$" + use.name
	}
	return out
}

func showMatch(x *matchExpr) string {
	out := "(match " + showExpr(x.subject)
	for _, arm := range x.arms {
		if arm.conds == nil {
			out += " " + sexp("default", arm.body)
		} else {
			out += " " + sexp("arm", arm.conds, arm.body)
		}
	}
	return out + ")"
}
