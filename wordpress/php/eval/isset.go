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
