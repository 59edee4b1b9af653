package php

// propPlace is where $o->name lies. Null and scalars have no properties to write.
func (in *interp) propPlace(x *propExpr) (*place, error) {
	v, err := in.eval(x.obj)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*Object)
	if u := firstUnknown(in.asUnknown(v), in.asUnknown(name)); u != nil {
		return &place{wild: u, at: x.at}, nil
	}
	if !ok {
		if x.nullsafe && v.kind() == kNull {
			return &place{temp: null, at: x.at}, nil
		}
		return nil, in.throw("Error", `Attempt to assign property on `+typeWord(v), x.at)
	}
	s, err := in.stringOf(name, x.at)
	if err != nil {
		return nil, err
	}
	if _, ok := in.propsOf(o).get(propStep(s).k); !ok && !o.declares(s) {
		if m, _ := o.class.method("__set"); m != nil {
			return &place{wild: in.unknownAt(Undecidable, x.at, "depends on __set"), at: x.at}, nil
		}
	}
	return &place{slot: o.cell, path: []step{propStep(s)}, at: x.at}, nil
}

func (o *Object) declares(name string) bool {
	for c := o.class; c != nil; c = c.parent {
		for _, p := range c.props {
			if p.name == name {
				return true
			}
		}
	}
	return false
}

// readProp evaluates $o->name.
func (in *interp) readProp(x *propExpr) (Value, error) {
	v, err := in.eval(x.obj)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	return in.propOf(v, name, x.at)
}

func (in *interp) propOf(v, name Value, pos at) (Value, error) {
	if u := firstUnknown(in.asUnknown(v), in.asUnknown(name)); u != nil {
		return opaque(u), nil
	}
	o, ok := v.(*Object)
	if !ok {
		return null, nil // a warning
	}
	s, err := in.stringOf(name, pos)
	if err != nil {
		return nil, err
	}
	props := in.propsOf(o)
	if _, ok := props.get(propStep(s).k); ok || props.why != nil {
		v, err := in.arrayElement(props, propStep(s), pos)
		if props.why != nil && !ok {
			return opaque(props.why), nil
		}
		return share(v), err
	}
	if m, class := o.class.method("__get"); m != nil {
		return in.callMethod(o, class, m, []Value{strVal(s)}, pos)
	}
	if o.class.opaque {
		return in.unknownAt(Undecidable, pos, "depends on a parent class"), nil
	}
	return null, nil
}

// offsetGet reads $o[key] of an object with ArrayAccess.
func (in *interp) offsetGet(o *Object, s step, pos at) (Value, error) {
	m, class := o.class.method("offsetget")
	if m == nil {
		return nil, in.throw("Error", "Cannot use object of type "+o.class.name+" as array", pos)
	}
	if s.wild != nil {
		return in.callMethod(o, class, m, []Value{opaque(s.wild)}, pos)
	}
	return in.callMethod(o, class, m, []Value{s.k.value()}, pos)
}

func (in *interp) offsetSet(o *Object, path []step, pos at, change func(Value) (Value, error)) error {
	m, class := o.class.method("offsetset")
	if m == nil {
		return in.throw("Error", "Cannot use object of type "+o.class.name+" as array", pos)
	}
	if len(path) > 1 {
		v, err := in.offsetGet(o, path[0], pos)
		if err != nil {
			return err
		}
		_, err = in.changed(v, path[1:], pos, change)
		return err
	}
	v, err := change(null)
	if err != nil {
		return err
	}
	var k Value = null
	switch {
	case path[0].wild != nil:
		k = opaque(path[0].wild)
	case !path[0].push:
		k = path[0].k.value()
	}
	if v == nil {
		if m, class := o.class.method("offsetunset"); m != nil {
			_, err = in.callMethod(o, class, m, []Value{k}, pos)
		}
		return err
	}
	_, err = in.callMethod(o, class, m, []Value{k, v}, pos)
	return err
}
