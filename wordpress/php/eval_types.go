package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"math"
)

// A typing says by whose rules a value becomes one of a declared type.
type typing struct {
	what     string // whose parameter, result or property it is
	strict   bool   // the file declares strict_types
	internal bool   // of a function of PHP's own: null becomes any scalar
	self     *class
	static   *class
	pos      syntax.Pos
}

// coerce makes a value one of a declared type, as PHP does or refuses to do.
func (in *interp) coerce(v Value, t *syntax.TypeHint, by typing) (Value, error) {
	if t == nil || t.Intersection {
		return v, nil
	}
	if u, ok := v.(*Unknown); ok {
		if u.alts == nil {
			return u, in.mayFail(u, true, by.pos)
		}
		return in.lift([]Value{u}, by.pos, func(vals []Value) (Value, error) { return in.coerce(vals[0], t, by) })
	}
	ok, u := in.fits(v, t, by)
	switch {
	case u != nil:
		return v, in.mayFail(u, true, by.pos)
	case ok:
		return v, nil
	}
	o, isObject := v.(*Object)
	switch {
	case by.strict:
		if n, ok := v.(intVal); ok && t.Accepts("float") {
			return floatVal(n), nil
		}
	case isObject && t.Accepts("string") && o.class.stringable():
		return in.convertString(o, by.pos)
	case v.kind() == kNull && !by.internal:
	default:
		if c := weaken(v, t); c != nil {
			return c, nil
		}
	}
	return nil, in.throw("TypeError", by.what+" is given the type "+typeWord(v), by.pos)
}

func (c *class) stringable() bool {
	m, _ := c.method("__tostring")
	return m != nil
}

func isNullLiteral(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.LitExpr:
		return literalValue(x).kind() == kNull
	case *syntax.ConstExpr:
		return x.Name == "null"
	}
	return false
}

// fits reports whether a value is of the type without conversion; u is not nil
// where that is not known.
func (in *interp) fits(v Value, t *syntax.TypeHint, by typing) (ok bool, u *Unknown) {
	if t.Accepts("mixed") {
		return true, nil
	}
	switch v := v.(type) {
	case nullVal:
		return t.Nullable || t.Accepts("null", "void"), nil
	case boolVal:
		return t.Accepts("bool") || bool(v) && t.Accepts("true") || !bool(v) && t.Accepts("false"), nil
	case intVal:
		return t.Accepts("int"), nil
	case floatVal:
		return t.Accepts("float"), nil
	case strVal:
		return t.Accepts("string") || t.Accepts("callable") && in.calls1(v, by), nil
	case *Array:
		return t.Accepts("array", "iterable") || t.Accepts("callable") && in.calls1(v, by), nil
	case *Object:
		return in.fitsObject(v, t, by)
	}
	return true, nil
}

func (in *interp) fitsObject(o *Object, t *syntax.TypeHint, by typing) (bool, *Unknown) {
	switch invoke, _ := o.class.method("__invoke"); {
	case t.Accepts("object"), t.Accepts("callable") && (o.fn != nil || invoke != nil):
		return true, nil
	case t.Accepts("iterable") && o.class.isA("traversable"), t.Accepts("stringable") && o.class.stringable():
		return true, nil
	case t.Accepts("self") && by.self != nil && o.class.isA(by.self.id):
		return true, nil
	case t.Accepts("static") && by.static != nil && o.class.isA(by.static.id):
		return true, nil
	case t.Accepts("parent") && by.self != nil && by.self.parent != nil && o.class.isA(by.self.parent.id):
		return true, nil
	}
	for _, n := range t.Names {
		if o.class.isA(n) {
			return true, nil
		}
	}
	for c := o.class; c != nil; c = c.parent {
		if c.opaque {
			return false, in.unknownAt(Undecidable, by.pos, "depends on a parent class, which is not evaluated")
		}
	}
	return false, nil
}

// calls1 reports that a value can be called.
func (in *interp) calls1(v Value, by typing) bool {
	to, err := in.callable(v, by.pos)
	return err == nil && to != nil
}

// weaken converts between scalars as PHP does without strict types; nil if it
// would not. Null is one where PHP's own functions take it for one.
func weaken(v Value, t *syntax.TypeHint) Value {
	if v.kind() >= kArray {
		return nil
	}
	number, numeric := v, v.kind() != kString
	if s, ok := v.(strVal); ok {
		number, numeric = isNumeric(string(s))
	}
	f, isFloat := number.(floatVal)
	whole := !isFloat || math.Abs(float64(f)) < 1<<63
	if v.kind() == kString && isFloat && t.Accepts("float") {
		whole = false // of a string, is_numeric decides between the two
	}
	switch {
	case t.Accepts("int") && numeric && whole:
		return intVal(toInt(number))
	case t.Accepts("float") && numeric:
		return floatVal(toFloat(number))
	case t.Accepts("string"):
		return strVal(toString(v))
	case t.Accepts("bool"):
		return boolVal(toBool(v))
	}
	return nil
}

// coerceResult converts what a function returns, by the rules of its own file.
func (in *interp) coerceResult(to *callee, v Value, pos syntax.Pos) (Value, error) {
	if to.fn.Result == nil {
		return v, nil
	}
	if u, ok := v.(*Unknown); ok && u.alts == nil {
		return v, nil
	}
	if to.fn.Result.Accepts("never") {
		return nil, in.throw("TypeError", to.fn.Name+"(): never-returning function must not implicitly return", pos)
	}
	strict := to.fn.File != nil && to.fn.File.Strict
	return in.coerce(v, to.fn.Result, typing{what: to.fn.Name + "(): Return value", strict: strict, self: to.class, static: to.static, pos: pos})
}
