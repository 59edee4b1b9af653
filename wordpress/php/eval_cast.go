package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// castArray is (array) $v.
func (in *interp) castArray(v Value, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case *Array:
		return v, nil
	case nullVal:
		return newArray(), nil
	case *Object:
		if v.fn == nil {
			return share(rekeyed(in.propsOf(v))), nil
		}
	case *Unknown:
		return in.lift([]Value{v}, pos, func(vals []Value) (Value, error) {
			if vals[0].kind() == kUnknown {
				return vals[0], nil
			}
			return in.castArray(vals[0], pos)
		})
	}
	return listOf(v), nil
}

// rekeyed has the keys that an array has: "7" is 7.
func rekeyed(a *Array) *Array {
	odd := false
	a.each(func(k key, _ Value) bool {
		odd = k.str && strKey(k.s) != k
		return !odd
	})
	if !odd {
		return a
	}
	out := newArray()
	out.why = a.why
	a.each(func(k key, v Value) bool {
		if k.str {
			k = strKey(k.s)
		}
		out.set(k, v)
		return true
	})
	return out
}
