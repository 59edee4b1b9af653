package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// within runs f as code of a class, to evaluate its constant expressions.
func (in *interp) within(c *PHPClass, pos syntax.Pos, f func() (Value, error)) (Value, error) {
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	frame, src := in.frame, in.Src
	in.frame = in.newFrame()
	in.frame.class, in.frame.static = c, c
	if c.decl != nil {
		in.Src = c.decl.File
	}
	v, err := f()
	in.frame, in.Src = frame, src
	return v, err
}

func (in *interp) evalClassConst(x *syntax.ClassConstExpr) (Value, error) {
	if syntax.Lower(x.Name) == "class" {
		if n, ok := x.Class.(*syntax.NameExpr); ok && n.Name != "self" && n.Name != "static" && n.Name != "parent" {
			return String(n.Name), nil
		}
	}
	c, u, err := in.classOf(x.Class)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return Opaque(u), nil
	}
	if syntax.Lower(x.Name) == "class" {
		return String(c.Name), nil
	}
	return in.classConstant(c, x.Name, x.Pos)
}

func (in *interp) classConstant(c *PHPClass, name string, pos syntax.Pos) (Value, error) {
	if item, owner := c.Constant(name); owner != nil {
		if err := in.usable(owner, item.Access, pos); err != nil {
			return nil, err
		}
		return in.within(owner, pos, func() (Value, error) { return in.eval(item.Val) })
	}
	if c.opaque || c.native != nil {
		return in.unknownAt(Undecidable, pos, "depends on a class constant"), nil
	}
	return nil, in.Throw("Error", "Undefined constant "+c.Name+"::"+name, pos)
}

// Constant finds a class constant, and the class that declares it; nil if none does.
func (c *PHPClass) Constant(name string) (syntax.ConstItem, *PHPClass) {
	for k := c; k != nil; k = k.parent {
		if item, ok := k.consts[name]; ok {
			return item, k
		}
		for _, i := range k.ifaces {
			if item, owner := i.Constant(name); owner != nil {
				return item, owner
			}
		}
	}
	return syntax.ConstItem{}, nil
}

// initial is what a property of a class begins with: absentVal if that is nothing.
func (in *interp) initial(c *PHPClass, p *syntax.PropItem, pos syntax.Pos) (Value, error) {
	switch {
	case p.Default == nil && p.Type != nil:
		return AbsentValue{}, nil
	case p.Default == nil:
		return Null, nil
	}
	v, err := in.within(c, pos, func() (Value, error) { return in.eval(p.Default) })
	if n, ok := v.(Int); ok && p.Type != nil && !p.Type.Accepts("int", "mixed") && p.Type.Accepts("float") {
		v = Float(n)
	}
	return v, err
}

// readStatic evaluates A::$b.
func (in *interp) readStatic(x *syntax.StaticPropExpr) (Value, error) {
	p, err := in.staticPlace(x)
	if err != nil {
		return nil, err
	}
	if v, _ := in.raw(p); p.typ != nil && v != nil && v.Kind() == KindAbsent {
		return nil, in.Throw("Error", "Typed static property must not be accessed before initialization", x.Pos)
	}
	v, err := in.Load(p)
	return Share(v), err
}

// staticPlace is where A::$b lies.
func (in *interp) staticPlace(x *syntax.StaticPropExpr) (*place, error) {
	c, u, err := in.classOf(x.Class)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return &place{wild: u, at: x.Pos}, nil
	}
	v, err := in.eval(x.Name)
	if err != nil {
		return nil, err
	}
	if u := in.UnknownIn(v, 0); u != nil {
		return &place{wild: u, at: x.Pos}, nil
	}
	name := ToString(v)
	for k := c; k != nil; k = k.parent {
		p, ok := k.statics[name]
		if !ok {
			continue
		}
		if err := in.usable(k, p.Access, x.Pos); err != nil {
			return nil, err
		}
		slot := in.slot('s', k.ID+"::$"+name)
		if in.st.Get(slot) == nil {
			v, err := in.initial(k, &p, x.Pos)
			if err != nil {
				return nil, err
			}
			in.st.Set(slot, Share(v))
		}
		return &place{slot: slot, at: x.Pos, typ: p.Type, typOwner: k}, nil
	}
	if c.opaque || c.native != nil {
		return &place{wild: in.unknownAt(Undecidable, x.Pos, "depends on a static property"), at: x.Pos}, nil
	}
	return nil, in.Throw("Error", "Access to undeclared static property "+c.Name+"::$"+name, x.Pos)
}
