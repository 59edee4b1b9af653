package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// castArray is (array) $v.
func (in *interp) castArray(v Value, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case *Array:
		return v, nil
	case NullType:
		return NewArray(), nil
	case *Object:
		if v.fn == nil {
			return Share(rekeyed(in.propsOf(v))), nil
		}
	case *Unknown:
		return in.Lift([]Value{v}, pos, func(vals []Value) (Value, error) {
			if vals[0].Kind() == KindUnknown {
				return vals[0], nil
			}
			return in.castArray(vals[0], pos)
		})
	}
	return ListOf(v), nil
}

// rekeyed has the keys that an array has: "7" is 7.
func rekeyed(a *Array) *Array {
	odd := false
	a.Each(func(k Key, _ Value) bool {
		odd = k.Str && StrKey(k.S) != k
		return !odd
	})
	if !odd {
		return a
	}
	out := NewArray()
	out.Why = a.Why
	a.Each(func(k Key, v Value) bool {
		if k.Str {
			k = StrKey(k.S)
		}
		out.Set(k, v)
		return true
	})
	return out
}
