package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// refine adds to the current world what follows from a condition that holds in it: an
// element equals a literal, or a constant is defined or not. It only makes answers more
// precise; without it they would still be correct.
func (in *interp) refine(cond syntax.Expr, truth bool) {
	switch x := cond.(type) {
	case *syntax.UnaryExpr:
		if x.Op == "!" {
			in.refine(x.X, !truth)
		}
	case *syntax.BinaryExpr:
		in.refineBinary(x, truth)
	case *syntax.CallExpr:
		in.refineDefined(x, truth)
	}
}

func (in *interp) refineBinary(x *syntax.BinaryExpr, truth bool) {
	switch x.Op {
	case "&&", "||":
		if (x.Op == "&&") == truth {
			in.refine(x.L, truth)
			in.refine(x.R, truth)
		}
	case "===", "!==", "==", "!=":
		lit, ok := x.R.(*syntax.LitExpr)
		subject := x.L
		if !ok {
			lit, ok = x.L.(*syntax.LitExpr)
			subject = x.R
		}
		place, isElement := subject.(*syntax.IndexExpr)
		if ok && isElement && (x.Op[0] == '=') == truth {
			in.refineElement(place, literalValue(lit), len(x.Op) == 3)
		}
	}
}

// refineElement handles $_SERVER['NAME'] === 'literal' and the like: an unknown element
// has the value of the literal in this world. A loose comparison proves the same if the
// literal does not look like a number and the element can only be text.
func (in *interp) refineElement(x *syntax.IndexExpr, lit Value, strict bool) {
	base, ok := x.Base.(*syntax.VarExpr)
	text, isText := lit.(String)
	if !ok || base.Dyn != nil || !isText || x.Idx == nil {
		return
	}
	if name, ok := x.Idx.(*syntax.LitExpr); !ok || literalValue(name).Kind() != KindString {
		return
	}
	if !strict && (base.Name != "_SERVER" && base.Name != "_ENV" || text == "" || leadsNumber(string(text))) {
		return
	}
	p := in.place(x)
	v := in.load(p)
	if v.Kind() == KindUnknown {
		in.assign(p, lit)
	}
}

// refineDefined handles defined('NAME').
func (in *interp) refineDefined(x *syntax.CallExpr, truth bool) {
	name, ok := x.Fn.(*syntax.NameExpr)
	if !ok || syntax.Lower(name.Name) != "defined" && syntax.Lower(name.Fallback) != "defined" || len(x.Args) != 1 {
		return
	}
	lit, ok := x.Args[0].X.(*syntax.LitExpr)
	if !ok || literalValue(lit).Kind() != KindString {
		return
	}
	slot := in.slot('c', constName(ToString(literalValue(lit))))
	d, ok := in.st.Get(slot).(*definition)
	if !ok || d.maybe == nil {
		return
	}
	if !truth {
		in.st.Set(slot, nil)
		return
	}
	c := *d
	c.maybe = nil
	in.st.Set(slot, &c)
}
