package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalIsset(x *syntax.IssetExpr) (Value, error) {
	var result Value = Bool(true)
	for _, v := range x.Vars {
		b, err := in.isSet(v)
		if err != nil {
			return nil, err
		}
		if b == Value(Bool(false)) {
			return b, nil
		}
		if b.Kind() == KindUnknown {
			result = b
		}
	}
	return result, nil
}

// isSet is isset of one expression.
func (in *interp) isSet(x syntax.Expr) (Value, error) {
	v, err := in.quiet(x, askIsset)
	if err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if !ok {
		return Bool(v.Kind() != KindNull), nil
	}
	var out Value
	for _, alt := range u.Alts {
		b := Bool(alt.Kind() != KindNull && alt.Kind() != KindAbsent)
		if out == nil {
			out = b
		} else if out != Value(b) {
			return Maybe(u), nil
		}
	}
	if out == nil {
		return Maybe(u), nil
	}
	return out, nil
}

// quiet evaluates an expression as isset, empty and ?? do: what is missing on the
// way is null. Of strings, isset and empty take offsets that are all number.
func (in *interp) quiet(x syntax.Expr, who asking) (Value, error) {
	switch x := x.(type) {
	case *syntax.VarExpr:
		if x.Name == "this" && x.Dyn == nil && in.frame.this == nil {
			return Null, nil
		}
	case *syntax.IndexExpr:
		if name, ok := globalsKey(x); ok {
			p, err := in.globalPlace(name, x.Pos)
			if err != nil {
				return nil, err
			}
			return in.Load(p)
		}
		return in.quietIndex(x, who)
	case *syntax.PropExpr:
		return in.quietProp(x, who)
	case *syntax.StaticPropExpr:
		p, err := in.staticPlace(x)
		if _, ok := err.(*thrown); ok {
			return Null, nil
		}
		if err != nil {
			return nil, err
		}
		return in.Load(p)
	}
	return in.eval(x)
}

// An asking is who wants to know: ?? and what is not the last step of a path, isset
// or empty.
type asking uint8

const (
	askValue asking = iota
	askIsset
	askEmpty
)

func (in *interp) quietIndex(x *syntax.IndexExpr, who asking) (Value, error) {
	base, err := in.quiet(x.Base, askValue)
	if err != nil {
		return nil, err
	}
	if x.Idx == nil {
		return nil, in.Throw("Error", "Cannot use [] for reading", x.Pos)
	}
	idx, err := in.eval(x.Idx)
	if err != nil {
		return nil, err
	}
	s := step{}
	k, ok := ToKey(idx)
	if u := in.UnknownIn(idx, 0); u != nil {
		s.wild = u
	} else if !ok {
		switch base.Kind() {
		case KindString:
			if who != askValue {
				return Null, nil
			}
		case KindArray, KindUnknown, KindObject:
		default:
			return Null, nil
		}
		return nil, in.Throw("TypeError", "Illegal offset type in isset or empty", x.Pos)
	}
	s.k, s.null = k, idx.Kind() == KindNull
	return in.quietElement(base, s, who, x.Pos)
}

// quietElement is $v[key] where what is not there is null.
func (in *interp) quietElement(v Value, s step, who asking, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case String:
		if s.wild != nil {
			break
		}
		n, all, ok := s.offset()
		if size := int64(len(v)); !ok || !all && who != askValue || n >= size || n < -size {
			return Null, nil
		}
	case *Unknown:
		return in.quietUnknown(v, s, who, pos)
	}
	e, err := in.Element(v, s, pos)
	return share2(e), err
}

// quietUnknown is quietElement of each of the values that an unknown may be.
func (in *interp) quietUnknown(u *Unknown, s step, who asking, pos syntax.Pos) (Value, error) {
	var out Value
	for _, alt := range u.Alts {
		if alt.Kind() == KindObject {
			return Opaque(u), nil
		}
		e, err := in.quietElement(alt, s, who, pos)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = e
		} else {
			out = in.joinValues(out, e, u, 0)
		}
	}
	if out == nil {
		return Opaque(u), nil
	}
	return out, nil
}

func share2(v Value) Value {
	if v == nil {
		return Null
	}
	return Share(v)
}

func (in *interp) quietProp(x *syntax.PropExpr, who asking) (Value, error) {
	obj, err := in.quiet(x.Obj, askValue)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.Name)
	if err != nil {
		return nil, err
	}
	o, ok := obj.(*Object)
	if !ok || name.Kind() == KindUnknown {
		return in.propOf(obj, name, x.Pos, true)
	}
	item, _, err := in.declared(o, ToString(name), x.Pos)
	if err != nil {
		return nil, err
	}
	if _, has := in.propsOf(o).Get(propKey(ToString(name))); has || in.propsOf(o).Why != nil {
		return in.propOf(obj, name, x.Pos, true)
	}
	if item != nil && item.Type != nil {
		return Null, nil
	}
	if o.Class.has("__isset") {
		return nil, in.unsupported(x.Pos, "isset() through __isset")
	}
	if in.readsThroughGet(o, ToString(name)) && who == askValue {
		return in.callGet(o, ToString(name), x.Pos)
	}
	if o.Class.opaque {
		return in.unknownAt(Undecidable, x.Pos, "depends on a parent class, which is not evaluated"), nil
	}
	return Null, nil
}

func (in *interp) evalEmpty(x *syntax.EmptyExpr) (Value, error) {
	v, err := in.quiet(x.X, askEmpty)
	if err != nil {
		return nil, err
	}
	b, u := in.Truth(v)
	if u != nil {
		return Maybe(u), nil
	}
	return Bool(!b), nil
}

// evalCoalesce is $x ?? right, and the reading half of ??=.
func (in *interp) evalCoalesce(x syntax.Expr, right func() (Value, error)) (Value, error) {
	v, err := in.quiet(x, askValue)
	if err != nil {
		return nil, err
	}
	set := func(v Value) bool { return v.Kind() != KindNull && v.Kind() != KindAbsent }
	u, ok := v.(*Unknown)
	if !ok {
		if set(v) {
			return v, nil
		}
		return right()
	}
	if u.Alts != nil {
		all := true
		for _, alt := range u.Alts {
			all = all && set(alt)
		}
		if all {
			return v, nil
		}
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		if i == 0 {
			return narrow(v, set), in.refineSet(x, u, set)
		}
		if err := in.refineTo(x, func(v Value) bool { return !set(v) }); err != nil {
			return nil, err
		}
		return right()
	})
}
