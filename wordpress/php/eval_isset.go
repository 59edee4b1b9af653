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
	v, err := in.quiet(x, askIsset)
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
// way is null. Of strings, isset and empty take offsets that are all number.
func (in *interp) quiet(x expr, who asking) (Value, error) {
	switch x := x.(type) {
	case *varExpr:
		if x.name == "this" && x.dyn == nil && in.frame.this == nil {
			return null, nil
		}
	case *indexExpr:
		if name, ok := globalsKey(x); ok {
			p, err := in.globalPlace(name, x.at)
			if err != nil {
				return nil, err
			}
			return in.load(p)
		}
		return in.quietIndex(x, who)
	case *propExpr:
		return in.quietProp(x, who)
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

// An asking is who wants to know: ?? and what is not the last step of a path, isset
// or empty.
type asking uint8

const (
	askValue asking = iota
	askIsset
	askEmpty
)

func (in *interp) quietIndex(x *indexExpr, who asking) (Value, error) {
	base, err := in.quiet(x.base, askValue)
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
		switch base.kind() {
		case kString:
			if who != askValue {
				return null, nil
			}
		case kArray, kUnknown, kObject:
		default:
			return null, nil
		}
		return nil, in.throw("TypeError", "Illegal offset type in isset or empty", x.at)
	}
	s.k, s.null = k, idx.kind() == kNull
	return in.quietElement(base, s, who, x.at)
}

// quietElement is $v[key] where what is not there is null.
func (in *interp) quietElement(v Value, s step, who asking, pos at) (Value, error) {
	switch v := v.(type) {
	case strVal:
		if s.wild != nil {
			break
		}
		n, all, ok := s.offset()
		if size := int64(len(v)); !ok || !all && who != askValue || n >= size || n < -size {
			return null, nil
		}
	case *Unknown:
		return in.quietUnknown(v, s, who, pos)
	}
	e, err := in.element(v, s, pos)
	return share2(e), err
}

// quietUnknown is quietElement of each of the values that an unknown may be.
func (in *interp) quietUnknown(u *Unknown, s step, who asking, pos at) (Value, error) {
	var out Value
	for _, alt := range u.alts {
		if alt.kind() == kObject {
			return opaque(u), nil
		}
		e, err := in.quietElement(alt, s, who, pos)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = e
		} else {
			out = in.joinedHere(out, e, u)
		}
	}
	if out == nil {
		return opaque(u), nil
	}
	return out, nil
}

// issetAnswer is something that is set or not, as __isset and offsetExists said.
func (in *interp) issetAnswer(set bool, u *Unknown) Value {
	switch {
	case u != nil:
		c := *u
		c.alts, c.sticky = []Value{boolVal(true), null}, false
		return &c
	case set:
		return boolVal(true)
	}
	return null
}

func share2(v Value) Value {
	if v == nil {
		return null
	}
	return share(v)
}

func (in *interp) quietProp(x *propExpr, who asking) (Value, error) {
	obj, err := in.quiet(x.obj, askValue)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	o, ok := obj.(*Object)
	if !ok || name.kind() == kUnknown {
		return in.propOf(obj, name, x.at, true)
	}
	m := in.memberOf(o, toString(name))
	if _, has := in.propsOf(o).get(m.key); has && !m.hidden || in.propsOf(o).why != nil {
		return in.propOf(obj, name, x.at, true)
	}
	isset, class := o.class.method("__isset")
	if m.item != nil && m.item.typed && !m.hidden {
		return null, nil
	}
	if (isset == nil || !in.magicFor(o, "__isset", toString(name))) && in.magicFor(o, "__get", toString(name)) && who == askValue {
		return in.propOf(obj, name, x.at, true)
	}
	if isset == nil {
		if o.class.opaque {
			return in.unknownAt(Undecidable, x.at, "depends on a parent class, which is not evaluated"), nil
		}
		return null, nil
	}
	release, ok := in.guard(o, "__isset", toString(name))
	if !ok {
		return null, nil
	}
	v, err := in.callMethod(o, class, isset, []Value{name}, x.at)
	release()
	if err != nil {
		return nil, err
	}
	t, u := in.truth(v)
	if u == nil && !t || who == askIsset {
		return in.issetAnswer(t, u), nil
	}
	if u != nil {
		return in.orUnset(u)(in.propOf(obj, name, x.at, true))
	}
	return in.propOf(obj, name, x.at, true)
}

// orUnset is a value that is there in some of the worlds, and null in the others.
func (in *interp) orUnset(u *Unknown) func(Value, error) (Value, error) {
	return func(v Value, err error) (Value, error) {
		if err != nil {
			return nil, err
		}
		return in.joinedHere(share2(v), null, u), nil
	}
}

func (in *interp) evalEmpty(x *emptyExpr) (Value, error) {
	v, err := in.quiet(x.x, askEmpty)
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
	v, err := in.quiet(x, askValue)
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
			return narrow(v, set), in.refineSet(x, u, set)
		}
		if err := in.refineTo(x, func(v Value) bool { return !set(v) }); err != nil {
			return nil, err
		}
		return right()
	})
}
