package php

import (
	"fmt"
	"strconv"
	"strings"
)

// show prints a syntax tree as one line of nested parentheses, so that a table
// of tests can hold it against what is expected.
func show(body []stmt) string {
	var out []string
	for _, s := range body {
		out = append(out, showStmt(s))
	}
	return strings.Join(out, " ")
}

func sexp(name string, parts ...any) string {
	out := []string{name}
	for _, part := range parts {
		switch part := part.(type) {
		case nil:
			out = append(out, "_")
		case string:
			if part != "" {
				out = append(out, part)
			}
		case bool:
		case []stmt:
			out = append(out, "{"+show(part)+"}")
		case []expr:
			for _, x := range part {
				out = append(out, showExpr(x))
			}
		case expr:
			out = append(out, showExpr(part))
		}
	}
	return "(" + strings.Join(out, " ") + ")"
}

func flag(on bool, name string) string {
	if on {
		return name
	}
	return ""
}

func showStmt(s stmt) string {
	switch s := s.(type) {
	case *exprStmt:
		return showExpr(s.x)
	case *echoStmt:
		return sexp("echo", s.xs)
	case *ifStmt:
		return sexp("if", s.cond, s.then, s.els)
	case *whileStmt:
		return sexp("while", s.cond, s.body)
	case *doStmt:
		return sexp("do", s.body, s.cond)
	case *forStmt:
		return sexp("for", sexp("", s.init), sexp("", s.cond), sexp("", s.step), s.body)
	case *foreachStmt:
		return sexp("foreach", s.subject, s.key, flag(s.ref, "&"), s.val, s.body)
	case *switchStmt:
		return showSwitch(s)
	case *breakStmt:
		if s.cont {
			return sexp("continue", strconv.Itoa(s.depth))
		}
		return sexp("break", strconv.Itoa(s.depth))
	case *returnStmt:
		return sexp("return", s.x)
	case *globalStmt:
		return sexp("global", s.vars)
	case *staticStmt:
		return sexp("static", showConsts(s.vars))
	case *unsetStmt:
		return sexp("unset", s.vars)
	case *tryStmt:
		return showTry(s)
	case *funcStmt:
		return showFunc(flag(s.hoisted, "hoisted "), s.fn)
	case *classStmt:
		return flag(s.hoisted, "hoisted ") + showClass(s.decl)
	case *constStmt:
		return sexp("const", showConsts(s.items))
	case *blockStmt:
		return sexp("block", s.body)
	case *gotoStmt:
		return sexp("goto", s.label)
	case *labelStmt:
		return sexp("label", s.label)
	case *haltStmt:
		return "(halt)"
	}
	return fmt.Sprintf("(unknown %T)", s)
}

func showSwitch(s *switchStmt) string {
	out := "(switch " + showExpr(s.subject)
	for _, c := range s.cases {
		if c.cond == nil {
			out += " " + sexp("default", c.body)
		} else {
			out += " " + sexp("case", c.cond, c.body)
		}
	}
	return out + ")"
}

func showTry(s *tryStmt) string {
	parts := []any{s.body}
	for _, c := range s.catches {
		parts = append(parts, sexp("catch", strings.Join(c.classes, "|"), "$"+c.name, c.body))
	}
	if s.hasFinally {
		parts = append(parts, sexp("finally", s.finally))
	}
	return sexp("try", parts...)
}

func showConsts(items []constItem) string {
	var out []string
	for _, item := range items {
		if item.val == nil {
			out = append(out, item.name)
		} else {
			out = append(out, item.name+"="+showExpr(item.val))
		}
	}
	return strings.Join(out, " ")
}

func showFunc(prefix string, fn *funcDecl) string {
	head := prefix + "function " + flag(fn.static, "static ") + flag(fn.abstract, "abstract ") +
		flag(fn.generator, "generator ") + flag(fn.refReturn, "&") + fn.name
	out := head + showParams(fn)
	if fn.arrow != nil {
		return sexp(out, fn.arrow)
	}
	return sexp(out, fn.body)
}

func showParams(fn *funcDecl) string {
	var params []string
	for _, p := range fn.params {
		text := flag(p.promote, "promote ") + showType(p.typ) + flag(p.ref, "&") + flag(p.variadic, "...") + "$" + p.name
		if p.def != nil {
			text += "=" + showExpr(p.def)
		}
		params = append(params, text)
	}
	out := "(" + strings.Join(params, ", ") + ")"
	if fn.result != nil {
		out += ":" + strings.TrimSpace(showType(fn.result))
	}
	return out
}

func showType(t *typeHint) string {
	if t == nil {
		return ""
	}
	sep := "|"
	if t.inter {
		sep = "&"
	}
	return flag(t.nullable, "?") + strings.Join(t.names, sep) + " "
}

func showClass(d *classDecl) string {
	out := []string{flag(d.abstract, "abstract ") + d.kind, d.name}
	if d.parent != "" {
		out = append(out, "extends "+d.parent)
	}
	if len(d.interfaces) > 0 {
		out = append(out, "implements "+strings.Join(d.interfaces, ","))
	}
	for _, t := range d.traits {
		out = append(out, "use "+t)
	}
	for _, r := range d.rules {
		out = append(out, fmt.Sprintf("rule %s::%s as %q insteadof %v", r.trait, r.method, r.alias, r.insteadof))
	}
	if len(d.consts) > 0 {
		out = append(out, "const "+showConsts(d.consts))
	}
	if len(d.cases) > 0 {
		out = append(out, "case "+showConsts(d.cases))
	}
	for _, p := range d.props {
		text := flag(p.static, "static ") + "$" + p.name
		if p.def != nil {
			text += "=" + showExpr(p.def)
		}
		out = append(out, text)
	}
	for _, m := range d.methods {
		out = append(out, showFunc("", m))
	}
	return "(" + strings.Join(out, " ") + ")"
}
