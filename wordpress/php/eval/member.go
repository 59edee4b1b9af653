package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// descends reports whether c is or extends another class.
func (c *PHPClass) descends(other *PHPClass) bool {
	for ; c != nil; c = c.parent {
		if c == other {
			return true
		}
	}
	return false
}

// mayAccess reports whether code of class scope (nil: no class) may use a member of owner
// with this access.
func mayAccess(scope, owner *PHPClass, a syntax.Access) bool {
	switch a {
	case syntax.Private:
		return scope == owner
	case syntax.Protected:
		return scope != nil && (scope.descends(owner) || owner.descends(scope))
	default:
		return true
	}
}

// checkAccess panics if the running code may not use a member of class owner. PHP would
// throw an error, or call __get, __set or __call.
func (in *interp) checkAccess(owner *PHPClass, a syntax.Access) {
	if owner == nil || mayAccess(in.frame.class, owner, a) {
		return
	}
	panic(in.Unsupported("a private or protected member outside its class"))
}

// property returns the declaration of a property, and the class that declares it.
func (c *PHPClass) property(name string) (*syntax.PropItem, *PHPClass) {
	for ; c != nil; c = c.parent {
		for i := range c.props {
			if c.props[i].Name == name {
				return &c.props[i], c
			}
		}
	}
	return nil, nil
}

func propKey(name string) Key { return Key{S: name, Str: true} }

// declaredProperty returns the declaration of an object's property, and the class that
// declares it. It is nil if no class declares the property. It panics if the running code
// may not use the property.
func (in *interp) declaredProperty(o *Object, name string) (*syntax.PropItem, *PHPClass) {
	p, owner := o.Class.property(name)
	if p == nil {
		return nil, nil
	}
	in.checkAccess(owner, p.Access)
	return p, owner
}

// visible returns the properties of an object that code of class scope may read: the ones
// that foreach and get_object_vars see.
func (in *interp) visible(o *Object, scope *PHPClass) *Array {
	props := in.Props(o)
	out := NewArray()
	out.Why = props.Why
	for k, v := range props.Each {
		if p, owner := o.Class.property(k.S); p == nil || mayAccess(scope, owner, p.Access) {
			out.Set(StrKey(k.S), v)
		}
	}
	return out
}

// shadowed reports whether a class declares a member that is private in one of its
// parents. An object would then have both members.
func (c *PHPClass) shadowed() bool {
	if c.parent == nil || c.decl == nil {
		return false
	}
	for _, p := range c.decl.Props {
		if old, _ := c.parent.property(p.Name); old != nil && old.Access == syntax.Private {
			return true
		}
	}
	for _, m := range c.decl.Methods {
		low := syntax.Lower(m.Name)
		if old, _ := c.parent.Method(low); old != nil && old.access == syntax.Private && low != "__construct" {
			return true
		}
	}
	return false
}

// accessibleMethod returns a method that the running code is permitted to call, and the
// class that has it; nil if there is none.
func (in *interp) accessibleMethod(c *PHPClass, low string) (*ClassMethod, *PHPClass) {
	m, owner := c.Method(low)
	if m == nil {
		return nil, nil
	}
	in.checkAccess(owner, m.access)
	return m, owner
}

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
