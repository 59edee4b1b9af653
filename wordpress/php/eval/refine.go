package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// refine narrows the current world by a condition that holds in it: an unknown keeps the
// alternatives that agree with the condition, and a constant that may be defined is
// defined or not. It only makes answers more precise: doing nothing is always right.
func (in *interp) refine(cond syntax.Expr, truth bool) {
	switch x := cond.(type) {
	case *syntax.UnaryExpr:
		if x.Op == "!" {
			in.refine(x.X, !truth)
			return
		}
		if x.Op == "@" {
			in.refine(x.X, truth)
			return
		}
	case *syntax.BinaryExpr:
		in.refineBinary(x, truth)
		return
	case *syntax.VarExpr, *syntax.ConstExpr:
		in.refineTo(x, func(v Value) bool { return ToBool(v) == truth })
		return
	case *syntax.WordExpr:
		if x.Word == "empty" {
			in.refineTo(x.X, func(v Value) bool { return ToBool(v) != truth })
		}
	case *syntax.IssetExpr:
		if len(x.Vars) == 1 {
			in.refineTo(x.Vars[0], func(v Value) bool { return (v.Kind() != KindNull && v.Kind() != KindAbsent) == truth })
			return
		}
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
			return
		}
	case "===", "!==", "==", "!=":
		equal := (x.Op[0] == '=') == truth
		lit, ok := x.R.(*syntax.LitExpr)
		subject := x.L
		if !ok {
			lit, ok = x.L.(*syntax.LitExpr)
			subject = x.R
		}
		if !ok {
			return
		}
		strict := len(x.Op) == 3
		if place, ok := subject.(*syntax.IndexExpr); ok && equal {
			in.refineElement(place, literalValue(lit), strict)
			return
		}
		in.refineTo(subject, func(v Value) bool {
			if v.Kind() >= KindArray {
				return true
			}
			if strict {
				return Identical(v, literalValue(lit)) == equal
			}
			return LooseEqual(v, literalValue(lit)) == equal
		})
		return
	}
}

// refineTo narrows what a variable or constant may be.
func (in *interp) refineTo(x syntax.Expr, holds func(Value) bool) {
	agrees := func(v Value) bool {
		if v.Kind() == KindAbsent {
			v = Null
		}
		return holds(v)
	}
	switch x := x.(type) {
	case *syntax.VarExpr:
		if x.Dyn != nil || x.Name == "this" || x.Name == "GLOBALS" {
			return
		}
		p := in.varPlace(in.frame, x.Name, x.Pos)
		v, slot := in.raw(p)
		if u, ok := v.(*Unknown); ok && u.Alts != nil {
			in.st.Set(slot, narrow(u, agrees))
		}
	case *syntax.ConstExpr:
		slot := in.slot('c', x.Name)
		d, ok := in.st.Get(slot).(*definition)
		if !ok {
			return
		}
		if u, isUnknown := d.v.(*Unknown); isUnknown && u.Alts != nil {
			c := *d
			c.v = narrow(u, agrees)
			in.st.Set(slot, &c)
		}
	}
}

// refineElement knows $_SERVER['NAME'] === 'literal', and the like: what is not
// known is the literal in this world. A loose comparison says as much of text that
// looks like no number, where only text can lie.
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
	v := in.Load(p)
	if v.Kind() == KindUnknown {
		in.assign(p, lit)
	}
}

// refineDefined knows defined('NAME').
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
