package php

// within runs f as code of a class, to evaluate its constant expressions.
func (in *interp) within(c *class, pos at, f func() (Value, error)) (Value, error) {
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	frame, src := in.frame, in.src
	in.frame = in.newFrame()
	in.frame.class, in.frame.static, in.frame.caller = c, c, frame
	if c.decl != nil {
		in.src = c.decl.file
	}
	v, err := f()
	in.frame, in.src = frame, src
	return v, err
}

func (in *interp) evalClassConst(x *classConst) (Value, error) {
	if lower(x.name) == "class" {
		if n, ok := x.class.(*nameExpr); ok && n.name != "self" && n.name != "static" && n.name != "parent" {
			return strVal(n.name), nil
		}
	}
	c, u, err := in.classOf(x.class)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return opaque(u), nil
	}
	if lower(x.name) == "class" {
		return strVal(c.name), nil
	}
	return in.classConstant(c, x.name, x.at)
}

func (in *interp) classConstant(c *class, name string, pos at) (Value, error) {
	if item, owner := c.constant(name); owner != nil {
		if !mayUse(in.frame.class, owner, item.access) {
			return nil, in.throw("Error", "Cannot access constant "+c.name+"::"+name, pos)
		}
		return in.within(owner, pos, func() (Value, error) { return in.eval(item.val) })
	}
	if c.opaque || c.native != nil {
		return in.unknownAt(Undecidable, pos, "depends on a class constant"), nil
	}
	return nil, in.throw("Error", "Undefined constant "+c.name+"::"+name, pos)
}

func (c *class) constant(name string) (constItem, *class) {
	for k := c; k != nil; k = k.parent {
		if item, ok := k.consts[name]; ok {
			return item, k
		}
		for _, i := range k.ifaces {
			if item, owner := i.constant(name); owner != nil {
				return item, owner
			}
		}
	}
	return constItem{}, nil
}

// initial is what a property of a class begins with: absentVal if that is nothing.
func (in *interp) initial(c *class, p *propItem, pos at) (Value, error) {
	switch {
	case p.def == nil && p.typed:
		return absentVal{}, nil
	case p.def == nil:
		return null, nil
	}
	v, err := in.within(c, pos, func() (Value, error) { return in.eval(p.def) })
	if n, ok := v.(intVal); ok && p.typ != nil && !p.typ.accepts("int", "mixed") && p.typ.accepts("float") {
		v = floatVal(n)
	}
	return v, err
}

// readStatic evaluates A::$b.
func (in *interp) readStatic(x *sPropExpr) (Value, error) {
	p, err := in.staticPlace(x)
	if err != nil {
		return nil, err
	}
	if v, _ := in.raw(p); p.typ != nil && v != nil && v.kind() == kAbsent {
		return nil, in.throw("Error", "Typed static property must not be accessed before initialization", x.at)
	}
	v, err := in.load(p)
	return share(v), err
}

// staticPlace is where A::$b lies.
func (in *interp) staticPlace(x *sPropExpr) (*place, error) {
	c, u, err := in.classOf(x.class)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return &place{wild: u, at: x.at}, nil
	}
	v, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	if u := in.unknownIn(v, 0); u != nil {
		return &place{wild: u, at: x.at}, nil
	}
	name := toString(v)
	for k := c; k != nil; k = k.parent {
		p, ok := k.statics[name]
		if !ok || k != c && p.access == accPrivate && in.frame.class != k {
			continue
		}
		if !mayUse(in.frame.class, k, p.access) {
			return nil, in.throw("Error", "Cannot access property "+c.name+"::$"+name, x.at)
		}
		slot := in.slot('s', k.id+"::$"+name)
		if in.st.get(slot) == nil {
			v, err := in.initial(k, &p, x.at)
			if err != nil {
				return nil, err
			}
			in.st.set(slot, share(v))
		}
		return &place{slot: slot, at: x.at, typ: p.typ, typOwner: k}, nil
	}
	if c.opaque || c.native != nil {
		return &place{wild: in.unknownAt(Undecidable, x.at, "depends on a static property"), at: x.at}, nil
	}
	return nil, in.throw("Error", "Access to undeclared static property "+c.name+"::$"+name, x.at)
}
