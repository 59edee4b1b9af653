package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalIsset(x *syntax.IssetExpr) Value {
	var result Value = Bool(true)
	for _, v := range x.Vars {
		b := in.isSet(v)
		if b == Value(Bool(false)) {
			return b
		}
		if b.Kind() == KindUnknown {
			result = b
		}
	}
	return result
}

// isSet evaluates isset of one expression.
func (in *interp) isSet(x syntax.Expr) Value {
	v := in.fetchQuietly(x, fetchIsset)
	if u, ok := v.(*Unknown); ok {
		return Opaque(u)
	}
	return Bool(v.Kind() != KindNull)
}

// fetchQuietly evaluates an expression as isset, empty and ?? do: a missing variable or
// element is null. As offsets of strings, isset and empty accept only whole numbers.
func (in *interp) fetchQuietly(x syntax.Expr, mode fetchMode) Value {
	switch x := x.(type) {
	case *syntax.VarExpr:
		if x.Name == "this" && x.Dyn == nil && in.frame.this == nil {
			return Null
		}
	case *syntax.IndexExpr:
		if name, ok := globalsKey(x); ok {
			p := in.globalPlace(name)
			return in.load(p)
		}
		return in.fetchIndex(x, mode)
	case *syntax.PropExpr:
		return in.fetchProperty(x)
	case *syntax.StaticPropExpr:
		return in.load(in.staticPlace(x, true))
	}
	return in.eval(x)
}

// A fetchMode is the reason of a quiet evaluation: fetchIsset and fetchEmpty are for the
// last step of a path in isset or empty; fetchValue is for all other steps and for ??.
type fetchMode uint8

const (
	fetchValue fetchMode = iota
	fetchIsset
	fetchEmpty
)

func (in *interp) fetchIndex(x *syntax.IndexExpr, mode fetchMode) Value {
	base := in.fetchQuietly(x.Base, fetchValue)
	if x.Idx == nil {
		panic(in.Throw("Error", "Cannot use [] for reading"))
	}
	s, ok := in.stepOf(x.Idx)
	if !ok {
		panic(in.Unsupported("isset(), empty() or ?? with an array or object as index"))
	}
	return in.fetchElement(base, s, mode)
}

// fetchElement evaluates $v[key]. A missing element is null.
func (in *interp) fetchElement(v Value, s step, mode fetchMode) Value {
	switch v := v.(type) {
	case String:
		if s.unknown != nil {
			break
		}
		n, all, ok := s.offset()
		if size := int64(len(v)); !ok || !all && mode != fetchValue || n >= size || n < -size {
			return Null
		}
	}
	return Share(in.element(v, s))
}

func (in *interp) fetchProperty(x *syntax.PropExpr) Value {
	obj := in.fetchQuietly(x.Obj, fetchValue)
	name := in.eval(x.Name)
	o, ok := obj.(*Object)
	if !ok || name.Kind() == KindUnknown {
		return in.propOf(obj, name, true)
	}
	item, _ := in.declaredProperty(o, ToString(name))
	if _, has := in.Props(o).Get(propKey(ToString(name))); has || in.Props(o).Why != nil {
		return in.propOf(obj, name, true)
	}
	if item != nil && item.Type != nil {
		return Null
	}
	return Null
}

// evalCoalesce evaluates $x ?? right, and the reading half of ??=.
func (in *interp) evalCoalesce(x syntax.Expr, right func() Value) Value {
	v := in.fetchQuietly(x, fetchValue)
	if unknown, ok := v.(*Unknown); ok {
		return in.SplitValue(unknown, func(first bool) Value {
			if first {
				return v
			}
			return right()
		})
	}
	if k := v.Kind(); k == KindNull || k == KindAbsent {
		return right()
	}
	return v
}

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
