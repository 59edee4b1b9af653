package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

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

// touchProp sets a missing property to null, as unset($o->name['key']) does.
func (in *interp) touchProp(x syntax.Expr, p *place) {
	e, ok := x.(*syntax.IndexExpr)
	props, _ := in.dereference(p)
	a, isArray := props.(*Array)
	if !ok || !underProperty(e) || p.slot == 0 || p.unknown != nil || p.typ != nil || !isArray || !a.certain() {
		return
	}
	if _, there := a.Get(p.path[0].k); there {
		return
	}
	first := *p
	first.path = p.path[:1]
	in.assign(&first, Null)
}

// typed converts a value that is written to a property with a type.
func (in *interp) typed(p *place, v Value) Value {
	if p.typ == nil || len(p.path) != p.typAt || v == nil {
		return v
	}
	return in.coerce(v, p.typ, in.propertyRules(p))
}

func (in *interp) propertyRules(p *place) coercionRules {
	return coercionRules{what: "a property of " + p.typOwner.Name, strict: in.Src != nil && in.Src.Strict, self: p.typOwner, static: p.typOwner}
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
