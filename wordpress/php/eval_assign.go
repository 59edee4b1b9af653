package php

func (in *interp) evalAssignment(x expr) (Value, error) {
	switch x := x.(type) {
	case *assignExpr:
		if list, ok := x.target.(*arrayExpr); ok {
			return in.destructure(list, x.val)
		}
		if x.ref {
			return in.assignRef(x)
		}
		return in.assignTo(x.target, x.val)
	case *assignOp:
		return in.assignOp(x)
	case *incExpr:
		return in.increment(x)
	}
	return null, nil
}

func (in *interp) assignTo(target, val expr) (Value, error) {
	if _, simple := target.(*varExpr); simple {
		// $a = … looks for $a after its value is known.
		v, err := in.eval(val)
		if err != nil {
			return nil, err
		}
		p, err := in.place(target)
		if err != nil {
			return nil, err
		}
		return v, in.assign(p, v)
	}
	p, err := in.place(target)
	if err != nil {
		return nil, err
	}
	v, err := in.eval(val)
	if err != nil {
		return nil, err
	}
	if in.ofAlias(p, target, val) {
		return nil, in.unsupported(p.at, "an assignment of an array to its own element through a reference")
	}
	return v, in.assign(p, v)
}

// ofAlias reports that the value of an assignment to an element is a reference to
// the array, which PHP would read after it made room for the element.
func (in *interp) ofAlias(p *place, target, val expr) bool {
	if len(p.path) == 0 || p.slot == 0 {
		return false
	}
	switch x := val.(type) {
	case *assignExpr:
		return x.ref
	case *varExpr:
		if x.dyn != nil {
			return true
		}
		_, own := in.raw(p)
		_, other := in.raw(in.varPlace(in.frame, x.name, x.at))
		return own == other && x.name != baseName(target)
	}
	return false
}

// baseName is the variable that an element or property is of.
func baseName(x expr) string {
	for {
		switch y := x.(type) {
		case *indexExpr:
			x = y.base
		case *propExpr:
			x = y.obj
		case *varExpr:
			return y.name
		default:
			return ""
		}
	}
}

// assignRef makes the target an alias of a variable.
func (in *interp) assignRef(x *assignExpr) (Value, error) {
	if !isPlace(x.val) {
		return nil, in.unsupported(x.at, "a reference to the result of a call")
	}
	from, err := in.place(x.val)
	if err != nil {
		return nil, err
	}
	to, err := in.place(x.target)
	if err != nil {
		return nil, err
	}
	ref, err := in.reference(from)
	if err != nil {
		return nil, err
	}
	if ref.kind() != kRef {
		return ref, in.assign(to, ref)
	}
	return in.deref(ref), in.bind(to, ref)
}

func (in *interp) assignOp(x *assignOp) (Value, error) {
	if x.op == "??" {
		return in.evalCoalesce(x.target, func() (Value, error) { return in.assignTo(x.target, x.val) })
	}
	p, err := in.wholePlace(x.target)
	if err != nil {
		return nil, err
	}
	r, err := in.eval(x.val)
	if err != nil {
		return nil, err
	}
	l, err := in.loadForWrite(p)
	if err != nil {
		return nil, err
	}
	v, err := in.operate(x.op, l, r, x.at)
	if err != nil {
		return nil, err
	}
	return v, in.assign(p, v)
}

// wholePlace is the place of what is read and written as a whole.
func (in *interp) wholePlace(x expr) (*place, error) {
	p, err := in.place(x)
	if err == nil && p.magic != nil {
		err = in.unsupported(p.at, "a combined assignment to a property with __get or __set")
	}
	return p, err
}

// loadForWrite reads a place that may end in a property with __get.
func (in *interp) loadForWrite(p *place) (Value, error) {
	v, err := in.load(p)
	if err != nil {
		return nil, err
	}
	return share(v), nil
}

func (in *interp) increment(x *incExpr) (Value, error) {
	p, err := in.wholePlace(x.x)
	if err != nil {
		return nil, err
	}
	old, err := in.loadForWrite(p)
	if err != nil {
		return nil, err
	}
	v, err := in.lift([]Value{old}, x.at, func(vals []Value) (Value, error) {
		return in.incremented(vals[0], x.delta, x.at)
	})
	if err != nil {
		return nil, err
	}
	if err := in.assign(p, v); err != nil {
		return nil, err
	}
	if x.prefix {
		return v, nil
	}
	return old, nil
}

func (in *interp) incremented(v Value, delta int, pos at) (Value, error) {
	switch v := v.(type) {
	case nullVal:
		if delta < 0 {
			return null, nil
		}
		return intVal(1), nil
	case boolVal:
		return v, nil
	case intVal, floatVal:
		return addMul("+", v, intVal(int64(delta))), nil
	case strVal:
		if n, ok := isNumeric(string(v)); ok {
			return addMul("+", n, intVal(int64(delta))), nil
		}
		if v == "" && delta < 0 {
			return intVal(-1), nil
		}
		if delta < 0 {
			return v, nil
		}
		return nil, in.unsupported(pos, "++ of a string that is not a number")
	}
	return nil, in.throw("TypeError", "Cannot increment "+typeWord(v), pos)
}

// destructure evaluates [$a, $b] = value.
func (in *interp) destructure(list *arrayExpr, val expr) (Value, error) {
	v, err := in.eval(val)
	if err != nil {
		return nil, err
	}
	return v, in.unpack(list, share(v))
}

func (in *interp) unpack(list *arrayExpr, v Value) error {
	next := int64(0)
	for _, item := range list.items {
		s := step{k: intKey(next)}
		next++
		if item.val == nil {
			continue
		}
		if item.ref {
			return in.unsupported(list.at, "a reference in list()")
		}
		if item.key != nil {
			k, err := in.eval(item.key)
			if err != nil {
				return err
			}
			ky, ok := toKey(k)
			if u := in.unknownIn(k, 0); u != nil {
				s.wild = u
			} else if !ok {
				return in.throw("TypeError", "Illegal offset type", item.key.where())
			}
			s.k = ky
		}
		elem := null
		if v.kind() >= kArray {
			e, err := in.element(v, s, item.val.where())
			if err != nil {
				return err
			}
			elem = share(e)
		}
		if err := in.unpackInto(item.val, elem); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) unpackInto(to expr, v Value) error {
	if inner, ok := to.(*arrayExpr); ok {
		return in.unpack(inner, v)
	}
	p, err := in.place(to)
	if err != nil {
		return err
	}
	return in.assign(p, v)
}

func (in *interp) evalCast(x *castExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	switch x.typ {
	case "array":
		return in.castArray(v, x.at)
	case "object":
		return in.castObject(v, x.at)
	case "string":
		if v, err = in.convertString(v, x.at); err != nil {
			return nil, err
		}
	case "bool":
		b, u := in.truth(v)
		if u != nil {
			return maybe(u), nil
		}
		return boolVal(b), nil
	}
	return in.lift([]Value{v}, x.at, func(vals []Value) (Value, error) {
		return castScalar(vals[0], x.typ), nil
	})
}

func castScalar(v Value, typ string) Value {
	switch typ {
	case "int":
		return intVal(toInt(v))
	case "float":
		return floatVal(toFloat(v))
	}
	return strVal(toString(v))
}

func (in *interp) castObject(v Value, pos at) (Value, error) {
	props := newArray()
	switch v := v.(type) {
	case *Object:
		return v, nil
	case *Array:
		if !v.certain() {
			return opaque(in.unknownIn(v, 0)), nil
		}
		if err := in.alloc(v.size(), pos); err != nil {
			return nil, err
		}
		v.each(func(k key, v Value) bool {
			props.set(key{s: k.text(), str: true}, share(v))
			return true
		})
		return in.newObject("stdClass", props, pos)
	case *Unknown:
		return opaque(v), nil
	case nullVal:
	default:
		props.put("scalar", v)
	}
	return in.newObject("stdClass", props, pos)
}
