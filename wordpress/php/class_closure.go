package php

import "reflect"

// closureClass is Closure, whose objects are functions.
var closureClass = nativeClass{
	name: "Closure",
	static: map[string]function{
		"bind":         {fn: func(c *call) (Value, error) { return bindClosure(c, c.arg(0), 1) }, min: 2, max: 3},
		"fromCallable": {fn: closureFrom, min: 1, max: 1},
	},
}

// closureMethod supports __invoke, call and bindTo of closures.
func (in *interp) closureMethod(o *Object, low string, pos at) (*callee, error) {
	switch low {
	case "__invoke":
		return in.callable(o, pos)
	case "bindto":
		return &callee{name: "Closure::bindTo", this: o, builtin: &function{fn: func(c *call) (Value, error) { return bindClosure(c, c.this, 0) }, min: 1, max: 2}}, nil
	case "call":
		return &callee{name: "Closure::call", this: o, builtin: &function{fn: callClosure, min: 1, max: -1}}, nil
	}
	return &callee{unknown: in.unknownAt(Undecidable, pos, "depends on a closure's "+low)}, nil
}

// bindClosure gives a closure another $this and another class: arguments i and i+1.
func bindClosure(c *call, f Value, i int) (Value, error) {
	o, ok := f.(*Object)
	if !ok || o.fn == nil {
		return nil, c.typeError(0, "Closure")
	}
	scope := o.fn.class
	switch v := c.arg(i + 1).(type) {
	case *Object:
		scope = v.class
	case strVal:
		if lower(string(v)) == "static" {
			break
		}
		k, u, err := c.in.classNamed(string(v), c.pos)
		if err != nil || u != nil {
			return orUnknown(u), err
		}
		scope = k
	}
	return rebound(c, o.fn, c.arg(i), scope)
}

func rebound(c *call, f *closure, this Value, scope *class) (Value, error) {
	fn := f.fn
	switch _, isObject := this.(*Object); {
	case fn == nil || fn.name != "{closure}" || scope != nil && scope.native != nil:
		return c.unknown("such a closure is not bound as modelled"), nil
	case hasNode(reflect.ValueOf(fn.body), 0, isStatic), hasNode(reflect.ValueOf(fn.arrow), 0, isStatic):
		return c.unknown("a closure with static variables that is bound is not modelled"), nil
	case !isObject && this.kind() != kNull:
		return nil, c.typeError(0, "?object")
	case isObject && fn.static:
		return null, nil // a warning
	case !isObject && f.this != nil:
		return c.unknown("a closure that loses its object is not modelled"), nil
	}
	if err := c.alloc(256 + 64*len(f.names)); err != nil {
		return nil, err
	}
	c.in.serial++
	bound := *f
	bound.id = c.in.serial
	bound.this, bound.class, bound.static = nil, scope, scope
	if o, ok := this.(*Object); ok {
		bound.this, bound.static = o, o.class
		if scope == nil {
			bound.class = c.in.natives["closure"]
		}
	}
	return &Object{class: c.in.natives["closure"], fn: &bound}, nil
}

func callClosure(c *call) (Value, error) {
	o, ok := c.arg(0).(*Object)
	if !ok {
		return nil, c.typeError(0, "object")
	}
	v, err := rebound(c, c.this.fn, o, o.class)
	if err != nil || v.kind() != kObject {
		return v, err
	}
	return c.invoke(v, c.args[1:]...)
}

func closureFrom(c *call) (Value, error) {
	if o, ok := c.arg(0).(*Object); ok && o.fn != nil {
		return o, nil
	}
	to, err := c.in.callable(c.arg(0), c.pos)
	if err != nil {
		if _, ok := err.(*thrown); ok {
			return nil, c.typeError(0, "callable")
		}
		return nil, err
	}
	if to.unknown != nil {
		return opaque(to.unknown), nil
	}
	return &Object{class: c.in.natives["closure"], fn: &closure{callee: *to}}, c.alloc(256)
}

func isStatic(v reflect.Value) bool { return v.Type() == reflect.TypeFor[*staticStmt]() }

// hasNode looks for a node in a function's own code. It finds one in code that is
// too deep to be looked at.
func hasNode(v reflect.Value, depth int, node func(reflect.Value) bool) bool {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*source]() || v.Type() == reflect.TypeFor[*closureExpr]() {
			return false
		}
		return depth > 300 || node(v) || hasNode(v.Elem(), depth+1, node)
	case reflect.Slice:
		for i := range v.Len() {
			if hasNode(v.Index(i), depth+1, node) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if hasNode(v.Field(i), depth+1, node) {
				return true
			}
		}
	}
	return false
}
