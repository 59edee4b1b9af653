package php

import "reflect"

// propsOf is an object's properties by name. They must not be written to.
func (in *interp) propsOf(o *Object) *Array {
	if a, ok := in.st.get(o.cell).(*Array); ok {
		return a
	}
	a := newArray()
	if u, ok := in.st.get(o.cell).(*Unknown); ok {
		a.why, a.open = u, opaque(u)
	}
	return a
}

func (in *interp) setProp(o *Object, name string, v Value, pos at) error {
	return in.assign(&place{slot: o.cell, path: []step{{k: nativeKey(o, name)}}, at: pos}, v)
}

// newObject makes an object without calling its constructor.
func (in *interp) newObject(name string, props *Array, pos at) (*Object, error) {
	c, _, err := in.classNamed(name, pos)
	if err != nil {
		return nil, err
	}
	return in.instantiate(c, props, pos)
}

func (in *interp) instantiate(c *class, props *Array, pos at) (*Object, error) {
	if err := in.alloc(256, pos); err != nil {
		return nil, err
	}
	if props == nil {
		props = newArray()
	}
	if m, _ := c.method("__destruct"); m != nil && m.decl != nil && !onlyQuiet(reflect.ValueOf(m.decl.body), 0) {
		return nil, in.refuse(Undecidable, pos, "evaluate: nobody knows when %s::__destruct() runs", c.name)
	}
	return &Object{class: c, cell: in.newCell(share(props)).cell}, nil
}

func (in *interp) evalNew(x *newExpr) (Value, error) {
	var c *class
	var u *Unknown
	var err error
	if x.decl != nil {
		c, err = in.makeClass(x.decl, x.at)
	} else {
		c, u, err = in.classOf(x.class)
	}
	if err != nil {
		return nil, err
	}
	if u != nil {
		if u.Class == Undecidable && u.alts == nil && in.st.poison == nil {
			vals, _, err := in.evalArgs(&callee{}, x.args, x.at)
			if err != nil {
				return nil, err
			}
			if n, ok := x.class.(*nameExpr); ok && lower(n.name) == "splfileobject" && len(vals) > 1 {
				in.storeSlot(writtenSlot, opaque(u))
			}
			return u, in.mayFail(u, false, x.at) // a class of PHP's that nobody modelled
		}
		return in.callUnknown(u, x.args)
	}
	if c.decl != nil && (c.decl.abstract || c.decl.kind != "class") {
		return nil, in.throw("Error", "Cannot instantiate "+c.name, x.at)
	}
	return in.construct(c, x)
}

func (in *interp) construct(c *class, x *newExpr) (Value, error) {
	props := newArray()
	if err := in.initProps(c, c, props, x.at); err != nil {
		return nil, err
	}
	o, err := in.instantiate(c, props, x.at)
	if err != nil {
		return nil, err
	}
	m, owner := c.method("__construct")
	if m != nil && !mayUse(in.frame.class, owner, m.access) {
		return nil, in.throw("Error", "Call to "+c.name+"::__construct() from another scope", x.at)
	}
	if m == nil {
		if c.opaque {
			return in.callUnknown(in.unknownAt(Undecidable, x.at, "depends on a parent class"), x.args)
		}
		for _, a := range x.args {
			if _, err := in.eval(a.x); err != nil {
				return nil, err
			}
		}
		return o, nil
	}
	_, err = in.callWith(m.callee(o, owner, c), x.args, false, x.at)
	return o, err
}

// initProps sets the properties that c and its parents declare, of an object of a
// class that may declare them anew.
func (in *interp) initProps(of, c *class, props *Array, pos at) error {
	if c.parent != nil {
		if err := in.initProps(of, c.parent, props, pos); err != nil {
			return err
		}
	}
	for i := range c.props {
		p, owner := &c.props[i], c
		if err := in.steps(1+len(of.props)/16, pos); err != nil {
			return err
		}
		if p.access != accPrivate {
			p, owner = of.property(p.name)
		}
		k := p.key(owner)
		if _, done := props.get(k); done {
			continue
		}
		v, err := in.initial(owner, p, pos)
		if err != nil {
			return err
		}
		if v.kind() != kAbsent {
			props.set(k, share(v))
		}
	}
	return nil
}

// evalMethod calls $o->name().
func (in *interp) evalMethod(x *methodExpr) (Value, error) {
	v, err := in.eval(x.obj)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	if c, ok := name.(*Object); ok {
		to, err := in.callable(c, x.at)
		if err != nil {
			return nil, err
		}
		return in.callWith(to, x.args, x.first, x.at)
	}
	if v.kind() == kNull && x.nullsafe {
		return null, nil
	}
	u := firstUnknown(in.asUnknown(v), in.asUnknown(name))
	if u != nil {
		if in.methods[lower(toString(name))] || name.kind() == kUnknown {
			return in.callUnknown(u, x.args)
		}
		for _, a := range x.args {
			if _, err := in.eval(a.x); err != nil {
				return nil, err
			}
		}
		if writingMethods[lower(toString(name))] {
			in.storeSlot(writtenSlot, opaque(u))
		}
		return opaque(u), in.mayFail(u, false, x.at)
	}
	o, ok := v.(*Object)
	if !ok {
		return nil, in.throw("Error", "Call to a member function "+toString(name)+"() on "+typeWord(v), x.at)
	}
	to, err := in.methodCallee(o, toString(name), x.at)
	if err != nil {
		return nil, err
	}
	if to.name == "__call" && !x.first {
		return in.magicCall(to, toString(name), x.args, x.at)
	}
	return in.callWith(to.through(toString(name)), x.args, x.first, x.at)
}

func (in *interp) asUnknown(v Value) *Unknown {
	u, _ := v.(*Unknown)
	return u
}

func (in *interp) methodCallee(o *Object, name string, pos at) (*callee, error) {
	low := lower(name)
	if o.fn != nil {
		return in.closureMethod(o, low, pos)
	}
	m, class, hidden := in.methodFor(o.class, low)
	if m != nil {
		return m.callee(o, class, o.class), nil
	}
	if m, class := o.class.method("__call"); m != nil {
		c := m.callee(o, class, o.class)
		c.name = "__call"
		return c, nil
	}
	if o.class.written() && !hidden {
		return &callee{unknown: in.unknownAt(Undecidable, pos, "depends on a method of PHP's that is not modelled")}, nil
	}
	if o.class.opaque && !hidden {
		return &callee{unknown: in.unknownAt(Undecidable, pos, "depends on a parent class")}, nil
	}
	return nil, in.throw("Error", "Call to undefined method "+o.class.name+"::"+name+"()", pos)
}

func (in *interp) magicCall(to *callee, name string, args []arg, pos at) (Value, error) {
	vals, _, err := in.evalArgs(to, args, pos)
	if err != nil {
		return nil, err
	}
	return in.run1(to, []Value{strVal(name), listOf(vals...)}, nil, pos)
}

// evalStaticCall calls A::name(), parent::name() and self::name().
func (in *interp) evalStaticCall(x *sCallExpr) (Value, error) {
	c, u, err := in.classOf(x.class)
	if err != nil {
		return nil, err
	}
	name, err := in.eval(x.name)
	if err != nil {
		return nil, err
	}
	if u = firstUnknown(u, in.asUnknown(name)); u != nil {
		if builtin, ok := x.class.(*nameExpr); ok && allClasses()[lower(builtin.name)] {
			return opaque(u), in.mayFail(u, false, x.at)
		}
		return in.callUnknown(u, x.args)
	}
	to, err := in.staticMethod(c, toString(name), x.at)
	if err != nil {
		return nil, err
	}
	if n, ok := x.class.(*nameExpr); ok && (n.name == "parent" || n.name == "self" || n.name == "static") && in.frame.static != nil {
		to.static = in.frame.static
	}
	if (to.name == "__callStatic" || to.name == "__call") && !x.first {
		return in.magicCall(to, toString(name), x.args, x.at)
	}
	return in.callWith(to.through(toString(name)), x.args, x.first, x.at)
}

func (in *interp) staticCallee(class, name string, pos at) (*callee, error) {
	c, u, err := in.classNamed(class, pos)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return &callee{unknown: u}, nil
	}
	return in.staticMethod(c, name, pos)
}

func (in *interp) staticMethod(c *class, name string, pos at) (*callee, error) {
	m, owner, hidden := in.methodFor(c, lower(name))
	if m != nil {
		to := m.callee(nil, owner, c)
		if !m.static {
			if in.frame.this == nil || !in.frame.this.class.isA(lower(owner.name)) {
				return nil, in.throw("Error", "Non-static method "+c.name+"::"+name+"() cannot be called statically", pos)
			}
			to.this = in.frame.this
		}
		return to, nil
	}
	if this := in.frame.this; this != nil && this.class.descends(c) {
		if m, owner := c.method("__call"); m != nil {
			to := m.callee(this, owner, this.class)
			to.name = "__call"
			return to, nil
		}
	}
	if m, owner := c.method("__callstatic"); m != nil {
		to := m.callee(nil, owner, c)
		to.name = "__callStatic"
		return to, nil
	}
	if (c.opaque || c.native != nil) && !hidden {
		return &callee{unknown: in.unknownAt(Unsafe, pos, "needs code that is not known")}, nil
	}
	return nil, in.throw("Error", "Call to undefined method "+c.name+"::"+name+"()", pos)
}

func (in *interp) evalClone(x *cloneExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil || v.kind() == kUnknown {
		return v, err
	}
	o, ok := v.(*Object)
	if !ok {
		return nil, in.throw("Error", "__clone method called on non-object", x.at)
	}
	if o.fn != nil {
		return o, nil
	}
	c, err := in.instantiate(o.class, in.propsOf(o), x.at)
	if err != nil {
		return nil, err
	}
	if m, class := o.class.method("__clone"); m != nil {
		_, err = in.callMethod(c, class, m, nil, x.at)
	}
	return c, err
}

func (in *interp) evalInstanceof(x *instanceExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	if v.kind() == kUnknown {
		return maybe(v.(*Unknown)), nil
	}
	o, ok := v.(*Object)
	if n, isName := x.class.(*nameExpr); isName && n.name != "self" && n.name != "static" && n.name != "parent" {
		if !ok {
			return boolVal(false), nil
		}
		if !o.class.isA(lower(n.name)) && o.class.opaque {
			return maybe(in.unknownAt(Undecidable, x.at, "depends on a parent class")), nil
		}
		return boolVal(o.class.isA(lower(n.name))), nil
	}
	c, u, err := in.classOf(x.class)
	if err != nil || u != nil {
		if u != nil {
			return maybe(u), err
		}
		return nil, err
	}
	return boolVal(ok && o.class.isA(lower(c.name))), nil
}

// throw returns the error that throws an exception of a native class.
func (in *interp) throw(name, message string, pos at) error {
	why := &Refusal{
		Class: Undecidable, File: in.file(), Line: int(pos.line),
		Message: "stops with " + name + ": " + message, Origin: OriginStop, Expr: in.src.snippet(pos),
	}
	if err := in.alloc(len(message)+512, pos); err != nil {
		return err
	}
	c := in.natives[lower(name)]
	if c == nil {
		c = in.natives["exception"]
	}
	props := newArray()
	if err := in.initProps(c, c, props, pos); err != nil {
		return err
	}
	o := &Object{class: c, cell: in.newCell(props).cell}
	for _, name := range []string{"message", "code", "line"} { // not worded or placed as PHP would
		props.set(nativeKey(o, name), in.unknownAt(Undecidable, pos, "depends on the text of an error"))
	}
	props.set(nativeKey(o, "file"), strVal(in.file()))
	return &thrown{o, why}
}

func (in *interp) evalThrow(x *throwExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*Object)
	if v.kind() != kUnknown && (!ok || !o.class.isA("throwable")) {
		return nil, in.throw("Error", "Can only throw objects", x.at)
	}
	return nil, &thrown{v, &Refusal{
		Class: Undecidable, File: in.file(), Line: int(x.line), Message: "stops with an exception", Origin: OriginStop, Expr: in.src.snippet(x.at),
	}}
}
