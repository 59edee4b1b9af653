package php

func (in *interp) evalIsset(x *issetExpr) (Value, error) {
	var result Value = boolVal(true)
	for _, v := range x.vars {
		b, err := in.isSet(v)
		if err != nil {
			return nil, err
		}
		if b == Value(boolVal(false)) {
			return b, nil
		}
		if b.kind() == kUnknown {
			result = b
		}
	}
	return result, nil
}

// isSet is isset of one expression.
func (in *interp) isSet(x expr) (Value, error) {
	v, err := in.quiet(x, true)
	if err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if !ok {
		return boolVal(v.kind() != kNull), nil
	}
	var out Value
	for _, alt := range u.alts {
		b := boolVal(alt.kind() != kNull && alt.kind() != kAbsent)
		if out == nil {
			out = b
		} else if out != Value(b) {
			return maybe(u), nil
		}
	}
	if out == nil {
		return maybe(u), nil
	}
	return out, nil
}

// quiet evaluates an expression as isset, empty and ?? do: what is missing on the
// way is null.
func (in *interp) quiet(x expr, isset bool) (Value, error) {
	switch x := x.(type) {
	case *indexExpr:
		if name, ok := globalsKey(x); ok {
			p, err := in.globalPlace(name, x.at)
			if err != nil {
				return nil, err
			}
			return in.load(p)
		}
		return in.quietIndex(x, isset)
	case *propExpr:
		return in.quietProp(x)
	case *sPropExpr:
		p, err := in.staticPlace(x)
		if _, ok := err.(*thrown); ok {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		return in.load(p)
	}
	return in.eval(x)
}

func (in *interp) quietIndex(x *indexExpr, isset bool) (Value, error) {
	base, err := in.quiet(x.base, isset)
	if err != nil {
		return nil, err
	}
	if x.idx == nil {
		return nil, in.throw("Error", "Cannot use [] for reading", x.at)
	}
	idx, err := in.eval(x.idx)
	if err != nil {
		return nil, err
	}
	s := step{}
	k, ok := toKey(idx)
	if u := in.unknownIn(idx, 0); u != nil {
		s.wild = u
	} else if !ok {
		return nil, in.throw("TypeError", "Illegal offset type in isset or empty", x.at)
	}
	s.k, s.null = k, idx.kind() == kNull
	switch b := base.(type) {
	case strVal:
		if n := len(b); s.wild == nil && !s.k.str && (s.k.n >= int64(n) || s.k.n < -int64(n)) {
			return null, nil
		}
		if s.k.str && s.wild == nil {
			return null, nil
		}
	case *Object:
		if m, class := b.class.method("offsetexists"); m != nil && s.wild == nil {
			v, err := in.callMethod(b, class, m, []Value{s.k.value()}, x.at)
			if t, u := in.truth(v); err != nil || u == nil && !t {
				return null, err
			}
		}
	}
	v, err := in.element(base, s, x.at)
	return share2(v), err
}

func share2(v Value) Value {
	if v == nil {
		return null
	}
	return share(v)
}

func (in *interp) quietProp(x *propExpr) (Value, error) {
	obj, err := in.quiet(x.obj, true)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	if o, ok := obj.(*Object); ok {
		if m, class := o.class.method("__isset"); m != nil {
			if _, has := in.propsOf(o).get(propStep(toString(name)).k); !has {
				v, err := in.callMethod(o, class, m, []Value{name}, x.at)
				if t, u := in.truth(share2(v)); err != nil || u == nil && !t {
					return null, err
				}
			}
		} else if _, has := in.propsOf(o).get(propStep(toString(name)).k); !has && o.fn == nil && !o.class.opaque && in.propsOf(o).why == nil {
			return null, nil
		}
	}
	return in.propOf(obj, name, x.at)
}

func (in *interp) evalEmpty(x *emptyExpr) (Value, error) {
	v, err := in.quiet(x.x, false)
	if err != nil {
		return nil, err
	}
	b, u := in.truth(v)
	if u != nil {
		return maybe(u), nil
	}
	return boolVal(!b), nil
}

// evalCoalesce is $x ?? right, and the reading half of ??=.
func (in *interp) evalCoalesce(x expr, right func() (Value, error)) (Value, error) {
	v, err := in.quiet(x, true)
	if err != nil {
		return nil, err
	}
	set := func(v Value) bool { return v.kind() != kNull && v.kind() != kAbsent }
	u, ok := v.(*Unknown)
	if !ok {
		if set(v) {
			return v, nil
		}
		return right()
	}
	if u.alts != nil {
		all := true
		for _, alt := range u.alts {
			all = all && set(alt)
		}
		if all {
			return v, nil
		}
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		if i == 0 {
			return narrow(v, set), nil
		}
		if err := in.refineTo(x, func(v Value) bool { return !set(v) }); err != nil {
			return nil, err
		}
		return right()
	})
}
