package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// show formats a syntax tree as one line of nested parentheses, for comparison with the
// expected text in tests.
func show(body []Stmt) string {
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
		case []Stmt:
			out = append(out, "{"+show(part)+"}")
		case []Expr:
			for _, x := range part {
				out = append(out, showExpr(x))
			}
		case Expr:
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

func showStmt(s Stmt) string {
	switch s := s.(type) {
	case *ExprStmt:
		return showExpr(s.X)
	case *EchoStmt:
		return sexp("echo", s.Xs)
	case *IfStmt:
		return sexp("if", s.Cond, s.Then, s.Else)
	case *LoopStmt:
		switch {
		case s.After:
			return sexp("do", s.Body, s.Cond[0])
		case len(s.Cond) == 1 && s.Init == nil && s.Step == nil:
			return sexp("while", s.Cond[0], s.Body)
		}
		return sexp("for", sexp("", s.Init), sexp("", s.Cond), sexp("", s.Step), s.Body)
	case *ForeachStmt:
		return sexp("foreach", s.Subject, s.Key, flag(s.Ref, "&"), s.Val, s.Body)
	case *SwitchStmt:
		return showSwitch(s)
	case *BreakStmt:
		if s.Cont {
			return sexp("continue", strconv.Itoa(s.Depth))
		}
		return sexp("break", strconv.Itoa(s.Depth))
	case *ReturnStmt:
		return sexp("return", s.X)
	case *GlobalStmt:
		return sexp("global", s.Vars)
	case *StaticStmt:
		return sexp("static", showConsts(s.Vars))
	case *UnsetStmt:
		return sexp("unset", s.Vars)
	case *TryStmt:
		return showTry(s)
	case *FuncStmt:
		return showFunc(flag(s.Hoisted, "hoisted "), s.Fn)
	case *ClassStmt:
		return flag(s.Hoisted, "hoisted ") + showClass(s.Decl)
	case *ConstStmt:
		return sexp("const", showConsts(s.Items))
	case *BlockStmt:
		return sexp("block", s.Body)
	case *gotoStmt:
		return "(goto)"
	case *LabelStmt:
		return "(label)"
	case *HaltStmt:
		return "(halt)"
	}
	return fmt.Sprintf("(unknown %T)", s)
}

func showSwitch(s *SwitchStmt) string {
	out := "(switch " + showExpr(s.Subject)
	for _, c := range s.Cases {
		if c.Cond == nil {
			out += " " + sexp("default", c.Body)
		} else {
			out += " " + sexp("case", c.Cond, c.Body)
		}
	}
	return out + ")"
}

func showTry(s *TryStmt) string {
	parts := []any{s.Body}
	for _, c := range s.Catches {
		parts = append(parts, sexp("catch", strings.Join(c.Classes, "|"), "$"+c.Name, c.Body))
	}
	if s.HasFinally {
		parts = append(parts, sexp("finally", s.Finally))
	}
	return sexp("try", parts...)
}

func showConsts(items []ConstItem) string {
	var out []string
	for _, item := range items {
		if item.Val == nil {
			out = append(out, item.Name)
		} else {
			out = append(out, item.Name+"="+showExpr(item.Val))
		}
	}
	return strings.Join(out, " ")
}

func showFunc(prefix string, fn *FuncDecl) string {
	head := prefix + "function " + flag(fn.Static, "static ") +
		flag(fn.Generator, "generator ") + flag(fn.RefReturn, "&") + fn.Name
	out := head + showParams(fn)
	if fn.Arrow != nil {
		return sexp(out, fn.Arrow)
	}
	return sexp(out, fn.Body)
}

func showParams(fn *FuncDecl) string {
	var params []string
	for _, p := range fn.Params {
		text := flag(p.Promote, "promote ") + showType(p.Type) + flag(p.Ref, "&") + flag(p.Variadic, "...") + "$" + p.Name
		if p.Default != nil {
			text += "=" + showExpr(p.Default)
		}
		params = append(params, text)
	}
	out := "(" + strings.Join(params, ", ") + ")"
	if fn.Result != nil {
		out += ":" + strings.TrimSpace(showType(fn.Result))
	}
	return out
}

func showType(t *TypeHint) string {
	if t == nil {
		return ""
	}
	sep := "|"
	if t.Intersection {
		sep = "&"
	}
	return flag(t.Nullable, "?") + strings.Join(t.Names, sep) + " "
}

func showClass(d *ClassDecl) string {
	out := []string{flag(d.Abstract, "abstract ") + d.Kind, d.Name}
	if d.Parent != "" {
		out = append(out, "extends "+d.Parent)
	}
	if len(d.Interfaces) > 0 {
		out = append(out, "implements "+strings.Join(d.Interfaces, ","))
	}
	for _, t := range d.Traits {
		out = append(out, "use "+t)
	}
	if len(d.Consts) > 0 {
		out = append(out, "const "+showConsts(d.Consts))
	}
	for _, p := range d.Props {
		text := flag(p.Static, "static ") + "$" + p.Name
		if p.Default != nil {
			text += "=" + showExpr(p.Default)
		}
		out = append(out, text)
	}
	for _, m := range d.Methods {
		out = append(out, showFunc("", m))
	}
	return "(" + strings.Join(out, " ") + ")"
}
