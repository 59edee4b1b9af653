package eval

import (
	"math"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

func (in *interp) evalCast(x *syntax.CastExpr) Value {
	v := in.eval(x.X)
	switch x.Type {
	case "array":
		return in.castArray(v)
	case "object":
		return in.castObject(v)
	case "string":
		v = in.ConvertString(v)
	case "bool":
		return in.truthOf(v)
	}
	return in.Lift([]Value{v}, func(vals []Value) Value {
		return castScalar(vals[0], x.Type)
	})
}

// castArray is (array) $v.
func (in *interp) castArray(v Value) Value {
	switch v := v.(type) {
	case *Array:
		return v
	case NullType:
		return NewArray()
	case *Object:
		if v.fn != nil || in.visible(v, nil).Len() != in.Props(v).Len() {
			panic(in.Unsupported("a cast of an object with private or protected properties to an array"))
		}
		return Share(in.visible(v, nil))
	case *Unknown:
		return Opaque(v)
	}
	return ListOf(v)
}

func castScalar(v Value, typ string) Value {
	switch typ {
	case "int":
		return Int(ToInt(v))
	case "float":
		return Float(ToFloat(v))
	}
	return String(ToString(v))
}

func (in *interp) castObject(v Value) Value {
	props := NewArray()
	switch v := v.(type) {
	case *Object:
		return v
	case *Array:
		if !v.certain() {
			return Opaque(in.UnknownIn(v))
		}
		in.Alloc(v.Size())
		for k, v := range v.Each {
			props.Set(Key{S: k.Text(), Str: true}, Share(v))
		}
		return in.Object("stdClass", props)
	case *Unknown:
		return Opaque(v)
	case NullType:
	default:
		props.Put("scalar", v)
	}
	return in.Object("stdClass", props)
}

// coercionRules are the rules for converting a value to a declared type.
type coercionRules struct {
	what     string // the function or property, for error messages
	strict   bool   // the file declares strict_types
	internal bool   // for PHP's own functions: null becomes any scalar
	self     *PHPClass
	static   *PHPClass
}

// strict reports whether the file that runs declares strict_types.
func (in *interp) strict() bool { return in.Src != nil && in.Src.Strict }

// coerce converts a value to a declared type, as PHP does. It panics with a TypeError
// where PHP throws one.
func (in *interp) coerce(v Value, t *syntax.TypeHint, by coercionRules) Value {
	if t == nil || t.Intersection {
		return v
	}
	if u, ok := v.(*Unknown); ok {
		in.MayThrow()
		return u
	}
	if in.matchesType(v, t, by) {
		return v
	}
	if v.Kind() != KindNull || by.internal {
		if c := coerceScalar(v, t); c != nil {
			if by.strict && (v.Kind() != KindInt || c.Kind() != KindFloat) {
				panic(in.Unsupported("a conversion to another type under strict types"))
			}
			return c
		}
	}
	panic(in.Throw("TypeError", by.what+" is given the type "+TypeWord(v)))
}

func isNullLiteral(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.LitExpr:
		return literalValue(x).Kind() == KindNull
	case *syntax.ConstExpr:
		return x.Name == "null"
	}
	return false
}

// matchesType reports whether a value has the type without conversion.
func (in *interp) matchesType(v Value, t *syntax.TypeHint, by coercionRules) bool {
	if t.Accepts("mixed") {
		return true
	}
	switch v := v.(type) {
	case NullType:
		return t.Nullable || t.Accepts("null", "void")
	case Bool:
		return t.Accepts("bool") || bool(v) && t.Accepts("true") || !bool(v) && t.Accepts("false")
	case Int:
		return t.Accepts("int")
	case Float:
		return t.Accepts("float")
	case String:
		return t.Accepts("string") || t.Accepts("callable") && in.isCallable(v)
	case *Array:
		return t.Accepts("array", "iterable") || t.Accepts("callable") && in.isCallable(v)
	case *Object:
		return v.matchesType(t, by)
	}
	return true
}

func (o *Object) matchesType(t *syntax.TypeHint, by coercionRules) bool {
	switch {
	case t.Accepts("object"), t.Accepts("callable") && o.fn != nil:
		return true
	case t.Accepts("self") && by.self != nil && o.Class.IsA(by.self.ID):
		return true
	case t.Accepts("static") && by.static != nil && o.Class.IsA(by.static.ID):
		return true
	case t.Accepts("parent") && by.self != nil && by.self.parent != nil && o.Class.IsA(by.self.parent.ID):
		return true
	}
	return slices.ContainsFunc(t.Names, o.Class.IsA)
}

// isCallable reports whether a value can be called.
func (in *interp) isCallable(v Value) bool {
	return in.attempt(func() error { in.callable(v); return nil }) == nil
}

// coerceScalar converts a scalar as PHP does without strict types; nil if PHP would not. It
// also converts null, which PHP's own functions accept as a scalar.
func coerceScalar(v Value, t *syntax.TypeHint) Value {
	if v.Kind() >= KindArray {
		return nil
	}
	number, numeric := v, v.Kind() != KindString
	if s, ok := v.(String); ok {
		number, numeric = IsNumeric(string(s))
	}
	f, isFloat := number.(Float)
	whole := !isFloat || math.Abs(float64(f)) < 1<<63
	if v.Kind() == KindString && isFloat && t.Accepts("float") {
		whole = false // for a string, is_numeric decides between int and float
	}
	switch {
	case t.Accepts("int") && numeric && whole:
		return Int(ToInt(number))
	case t.Accepts("float") && numeric:
		return Float(ToFloat(number))
	case t.Accepts("string"):
		return String(ToString(v))
	case t.Accepts("bool"):
		return Bool(ToBool(v))
	}
	return nil
}

// coerceResult converts the result of a function, by the rules of the file that declares
// it.
func (in *interp) coerceResult(to *callee, v Value) Value {
	if to.fn.Result == nil {
		return v
	}
	if v.Kind() == KindUnknown {
		return v
	}
	if to.fn.Result.Accepts("never") {
		panic(in.Throw("TypeError", to.fn.Name+"(): never-returning function must not implicitly return"))
	}
	strict := to.fn.File != nil && to.fn.File.Strict
	return in.coerce(v, to.fn.Result, coercionRules{what: to.fn.Name + "(): Return value", strict: strict, self: to.class, static: to.static})
}
