package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// Props returns an object's properties by name. The caller must not write to the array.
func (in *interp) Props(o *Object) *Array {
	if a, ok := in.st.Get(o.cell).(*Array); ok {
		return a
	}
	a := NewArray()
	if u, ok := in.st.Get(o.cell).(*Unknown); ok {
		a.Why, a.open = u, Opaque(u)
	}
	return a
}

// SetProp writes a property of an object.
func (in *interp) SetProp(o *Object, name string, v Value) {
	in.assign(&place{slot: o.cell, path: []step{{k: propKey(name)}}}, v)
}

// newCell stores a value in a new slot, and returns the slot.
func (in *interp) newCell(v Value) int {
	cell := in.newSlot(slotCell)
	in.st.Set(cell, v)
	return cell
}

// Object returns a new object of a class, without calling its constructor. The class is
// given by its resolved name; props holds the properties by name.
func (in *interp) Object(name string, props *Array) *Object {
	c, _ := in.classNamed(name)
	return in.instantiate(c, props)
}

func (in *interp) instantiate(c *PHPClass, props *Array) *Object {
	in.Alloc(256)
	if props == nil {
		props = NewArray()
	}
	if c.hidden != "" {
		panic(in.Unsupported(c.hidden))
	}
	return &Object{Class: c, cell: in.newCell(Share(props))}
}

func (in *interp) evalNew(x *syntax.NewExpr) Value {
	if x.Decl != nil {
		panic(in.Unsupported("an anonymous class"))
	}
	c, u := in.classOf(x.Class)
	if u != nil {
		if in.isUnmodelledClass(x.Class) {
			vals := in.callUnmodelled(u, x.Args)
			if n, _ := x.Class.(*syntax.NameExpr); syntax.Lower(n.Name) == "splfileobject" && len(vals) > 1 {
				in.Store(writtenSlot, Opaque(u))
			}
			return u
		}
		return in.callUnknown(u, x.Args)
	}
	if c.decl != nil && (c.decl.Abstract || c.decl.Kind != "class") {
		panic(in.Throw("Error", "Cannot instantiate "+c.Name))
	}
	return in.construct(c, x)
}

func (in *interp) construct(c *PHPClass, x *syntax.NewExpr) Value {
	props := NewArray()
	in.initProps(c, c, props)
	o := in.instantiate(c, props)
	m, owner := in.accessibleMethod(c, "__construct")
	if m == nil {
		for _, a := range x.Args {
			in.eval(a.X)
		}
		return o
	}
	in.callWith(m.callee(o, owner, c), x.Args, false)
	return o
}

// initProps sets the properties that c and its parents declare, for an object of class
// of, which may declare them again.
func (in *interp) initProps(of, c *PHPClass, props *Array) {
	if c.parent != nil {
		in.initProps(of, c.parent, props)
	}
	for i := range c.props {
		p, owner := of.property(c.props[i].Name)
		in.Steps(1 + len(of.props)/16)
		k := propKey(p.Name)
		if _, done := props.Get(k); done {
			continue
		}
		v := in.initial(owner, p)
		if v.Kind() != KindAbsent {
			props.Set(k, Share(v))
		}
	}
}

// evalMethod evaluates $o->name().
func (in *interp) evalMethod(x *syntax.MethodExpr) Value {
	v := in.eval(x.Obj)
	name := in.eval(x.Name)
	if c, ok := name.(*Object); ok {
		to := in.callable(c)
		return in.callWith(to, x.Args, x.First)
	}
	if v.Kind() == KindNull && x.Nullsafe {
		return Null
	}
	u := FirstUnknown(in.asUnknown(v), in.asUnknown(name))
	if u != nil {
		low := syntax.Lower(ToString(name))
		if in.methods[low] || in.methods["__call"] || name.Kind() == KindUnknown {
			return in.callUnknown(u, x.Args)
		}
		if bindingMethods[low] {
			panic(in.Unsupported(low + "(), which changes a variable later"))
		}
		in.callUnmodelled(u, x.Args)
		if writingMethods[low] {
			in.Store(writtenSlot, Opaque(u))
		}
		return Opaque(u)
	}
	o, ok := v.(*Object)
	if !ok {
		panic(in.Throw("Error", "Call to a member function "+ToString(name)+"() on "+TypeWord(v)))
	}
	to := in.methodCallee(o, ToString(name))
	return in.callWith(to, x.Args, x.First)
}

func (in *interp) asUnknown(v Value) *Unknown {
	u, _ := v.(*Unknown)
	return u
}

func (in *interp) methodCallee(o *Object, name string) *callee {
	low := syntax.Lower(name)
	if o.fn != nil {
		if low != "__invoke" {
			panic(in.Unsupported(nativeMethod("Closure", name)))
		}
		return in.callable(o)
	}
	m, class := in.accessibleMethod(o.Class, low)
	if m != nil {
		return m.callee(o, class, o.Class)
	}
	if m, class := o.Class.Method("__call"); m != nil {
		to := m.callee(o, class, o.Class)
		to.calledName = name
		return to
	}
	panic(in.Throw("Error", "Call to undefined method "+o.Class.Name+"::"+name+"()"))
}

// evalStaticCall evaluates A::name(), parent::name() and self::name().
func (in *interp) evalStaticCall(x *syntax.StaticCallExpr) Value {
	c, u := in.classOf(x.Class)
	name := in.eval(x.Name)
	if u = FirstUnknown(u, in.asUnknown(name)); u != nil {
		if in.isUnmodelledClass(x.Class) && name.Kind() != KindUnknown {
			in.callUnmodelled(u, x.Args)
			return Opaque(u)
		}
		return in.callUnknown(u, x.Args)
	}
	to := in.staticMethod(c, ToString(name))
	if n, ok := x.Class.(*syntax.NameExpr); ok && (n.Name == "parent" || n.Name == "self" || n.Name == "static") && in.frame.static != nil {
		to.static = in.frame.static
	}
	return in.callWith(to, x.Args, x.First)
}

func (in *interp) staticCallee(class, name string) *callee {
	c, u := in.classNamed(class)
	if u != nil {
		return &callee{unknown: u}
	}
	return in.staticMethod(c, name)
}

func (in *interp) staticMethod(c *PHPClass, name string) *callee {
	m, owner := in.accessibleMethod(c, syntax.Lower(name))
	if m != nil {
		to := m.callee(nil, owner, c)
		if !m.static {
			if in.frame.this == nil || !in.frame.this.Class.IsA(syntax.Lower(owner.Name)) {
				panic(in.Throw("Error", "Non-static method "+c.Name+"::"+name+"() cannot be called statically"))
			}
			to.this = in.frame.this
		}
		return to
	}
	for _, through := range []string{"__callStatic", "__call"} {
		if m, _ := c.Method(syntax.Lower(through)); m != nil {
			return &callee{unknown: in.unsupportedValue("a static call through " + through)}
		}
	}
	if c.native != nil && !c.native.Vendor {
		panic(in.Unsupported(nativeMethod(c.Name, name)))
	}
	if c.native != nil {
		return &callee{unknown: in.UnknownOf(Unsafe, "needs code of a class that is not evaluated")}
	}
	panic(in.Throw("Error", "Call to undefined method "+c.Name+"::"+name+"()"))
}

func (in *interp) evalInstanceof(x *syntax.InstanceExpr) Value {
	v := in.eval(x.X)
	if v.Kind() == KindUnknown {
		return Opaque(v.(*Unknown))
	}
	o, ok := v.(*Object)
	n, isName := x.Class.(*syntax.NameExpr)
	switch {
	case !isName || n.Name == "self" || n.Name == "static" || n.Name == "parent":
		panic(in.Unsupported("instanceof without the name of a class"))
	}
	return Bool(ok && o.Class.IsA(syntax.Lower(n.Name)))
}

// propPlace returns the place of $o->name, for a write. Null and scalars have no
// properties.
func (in *interp) propPlace(x *syntax.PropExpr) *place {
	v := in.eval(x.Obj)
	name := in.eval(x.Name)
	o, ok := v.(*Object)
	if u := FirstUnknown(in.asUnknown(v), in.asUnknown(name)); u != nil {
		return &place{unknown: u}
	}
	if !ok {
		if x.Nullsafe && v.Kind() == KindNull {
			return &place{temp: Null}
		}
		panic(in.Throw("Error", `Attempt to assign property on `+TypeWord(v)))
	}
	s := in.StringOf(name)
	return in.memberPlace(o, s)
}

// memberPlace returns the place of an object's property, for a write.
func (in *interp) memberPlace(o *Object, name string) *place {
	item, owner := in.declaredProperty(o, name)
	p := &place{slot: o.cell, path: []step{{k: propKey(name)}}}
	_, there := in.Props(o).Get(propKey(name))
	if !there && item == nil && (o.fn != nil || o.Class.decl != nil && o.Class.decl.Readonly) {
		panic(in.Throw("Error", "Cannot create dynamic property"))
	}
	if item != nil && item.Readonly && (there || in.frame.class != owner) {
		panic(in.Unsupported("a write to a readonly property"))
	}
	if item != nil && item.Type != nil {
		p.typ, p.typOwner, p.typAt = item.Type, owner, 1
	}
	return p
}

// typed converts a value that is written to a property with a type.
func (in *interp) typed(p *place, v Value) Value {
	if p.typ == nil || len(p.path) != p.typAt || v == nil {
		return v
	}
	return in.coerce(v, p.typ, in.propertyRules(p))
}

func (in *interp) propertyRules(p *place) coercionRules {
	return coercionRules{what: "a property of " + p.typOwner.Name, strict: in.strict(), self: p.typOwner, static: p.typOwner}
}

// readProp evaluates $o->name.
func (in *interp) readProp(x *syntax.PropExpr) Value {
	v := in.eval(x.Obj)
	if v.Kind() == KindNull && x.Nullsafe {
		return Null
	}
	name := in.eval(x.Name)
	return in.propOf(v, name, false)
}

// propOf reads a property. If quiet is set, a typed property without a value is null.
func (in *interp) propOf(v, name Value, quiet bool) Value {
	if u := FirstUnknown(in.asUnknown(v), in.asUnknown(name)); u != nil {
		return Opaque(u)
	}
	o, ok := v.(*Object)
	if !ok {
		return Null // PHP warns
	}
	s := in.StringOf(name)
	item, _ := in.declaredProperty(o, s)
	props := in.Props(o)
	if v, ok := props.Get(propKey(s)); ok {
		return Share(Present(v))
	}
	switch {
	case props.Why != nil:
		return Opaque(props.Why)
	case item != nil && item.Type != nil && !quiet:
		panic(in.Throw("Error", "Typed property must not be accessed before initialization"))
	}
	return Null
}

// indexedObject returns the error for $o[key].
func (in *interp) indexedObject(o *Object) error {
	return in.Throw("Error", "Cannot use object of type "+o.Class.Name+" as array")
}
