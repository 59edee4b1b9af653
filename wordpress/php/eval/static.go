package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalClassConst(x *syntax.ClassConstExpr) Value {
	if syntax.Lower(x.Name) == "class" {
		if n, ok := x.Class.(*syntax.NameExpr); ok && n.Name != "self" && n.Name != "static" && n.Name != "parent" {
			return String(n.Name)
		}
	}
	c, u := in.classOf(x.Class)
	if u != nil {
		return Opaque(u)
	}
	if syntax.Lower(x.Name) == "class" {
		return String(c.Name)
	}
	return in.classConstant(c, x.Name)
}

func (in *interp) classConstant(c *PHPClass, name string) Value {
	if item, owner := c.Constant(name); owner != nil {
		in.checkAccess(owner, item.Access)
		return in.evalInClass(owner, item.Val)
	}
	if c.native != nil {
		return in.UnknownOf(Undecidable, "depends on a class constant that is not known")
	}
	panic(in.Throw("Error", "Undefined constant "+c.Name+"::"+name))
}

// Constant returns a class constant, and the class that declares it; nil if none does.
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

// initial returns the initial value of a property: AbsentValue if it has none.
func (in *interp) initial(c *PHPClass, p *syntax.PropItem) Value {
	switch {
	case p.Default == nil && p.Type != nil:
		return AbsentValue{}
	case p.Default == nil:
		return Null
	}
	v := in.evalInClass(c, p.Default)
	if n, ok := v.(Int); ok && p.Type != nil && !p.Type.Accepts("int", "mixed") && p.Type.Accepts("float") {
		v = Float(n)
	}
	return v
}

// readStatic evaluates A::$b.
func (in *interp) readStatic(x *syntax.StaticPropExpr) Value {
	p := in.staticPlace(x, false)
	if v, _ := in.dereference(p); p.typ != nil && v != nil && v.Kind() == KindAbsent {
		panic(in.Throw("Error", "Typed static property must not be accessed before initialization"))
	}
	v := in.load(p)
	return Share(v)
}

// staticPlace returns the place of A::$b. If quiet is set, a missing property is null.
func (in *interp) staticPlace(x *syntax.StaticPropExpr, quiet bool) *place {
	c, u := in.classOf(x.Class)
	if u != nil {
		return &place{unknown: u}
	}
	v := in.eval(x.Name)
	if u := in.UnknownIn(v); u != nil {
		return &place{unknown: u}
	}
	name := ToString(v)
	for k := c; k != nil; k = k.parent {
		p, ok := k.statics[name]
		if !ok {
			continue
		}
		in.checkAccess(k, p.Access)
		slot := in.slot('s', k.ID+"::$"+name)
		if in.st.Get(slot) == nil {
			v := in.initial(k, &p)
			in.st.Set(slot, Share(v))
		}
		return &place{slot: slot, typ: p.Type, typOwner: k}
	}
	if c.native != nil {
		return &place{unknown: in.UnknownOf(Undecidable, "depends on a static property that is not known")}
	}
	if quiet {
		return &place{temp: Null}
	}
	panic(in.Throw("Error", "Access to undeclared static property "+c.Name+"::$"+name))
}

// evalInClass evaluates a constant expression of a class.
func (in *interp) evalInClass(c *PHPClass, x syntax.Expr) Value {
	f, src := in.newFrame(), in.Src
	f.class, f.static = c, c
	if c.decl != nil {
		src = c.decl.File
	}
	return in.withFrame(f, src, func() Value { return in.eval(x) })
}
