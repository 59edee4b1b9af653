package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// typeFuncs ask for or change the type of a value.
var typeFuncs = map[string]eval.Function{
	"is_array":    isKind(eval.KindArray),
	"is_string":   isKind(eval.KindString),
	"is_int":      isKind(eval.KindInt),
	"is_integer":  isKind(eval.KindInt),
	"is_long":     isKind(eval.KindInt),
	"is_float":    isKind(eval.KindFloat),
	"is_double":   isKind(eval.KindFloat),
	"is_bool":     isKind(eval.KindBool),
	"is_null":     isKind(eval.KindNull),
	"is_object":   isKind(eval.KindObject),
	"is_scalar":   isKind(eval.KindBool, eval.KindInt, eval.KindFloat, eval.KindString),
	"is_numeric":  isType(isNumericValue),
	"ctype_digit": {Run: ctypeDigit, Min: 1, Max: 1},
	"gettype":     {Run: gettypeFunc, Min: 1, Max: 1, Lazy: true},
	"boolval":     {Run: boolvalFunc, Min: 1, Max: 1, Lazy: true},
	"strval":      {Run: strvalFunc, Min: 1, Max: 1},
	"floatval":    {Run: floatvalFunc, Min: 1, Max: 1},
	"doubleval":   {Run: floatvalFunc, Min: 1, Max: 1},
}

func isKind(kinds ...eval.Kind) eval.Function {
	return isType(func(v eval.Value) bool {
		for _, k := range kinds {
			if v.Kind() == k {
				return true
			}
		}
		return false
	})
}

// isType makes a test of a value's type. What an array holds does not matter to it.
func isType(test func(eval.Value) bool) eval.Function {
	return eval.Function{Min: 1, Max: 1, Lazy: true, Run: func(c *eval.Call) (eval.Value, error) {
		u, ok := c.Arg(0).(*eval.Unknown)
		if !ok {
			return eval.Bool(test(c.Arg(0))), nil
		}
		if u.Alts == nil {
			return eval.Maybe(u), nil
		}
		return c.Lift(c.Args[:1], func(vals []eval.Value) (eval.Value, error) { return eval.Bool(test(vals[0])), nil })
	}}
}

func isNumericValue(v eval.Value) bool {
	s, ok := v.(eval.String)
	if !ok {
		return v.Kind() == eval.KindInt || v.Kind() == eval.KindFloat
	}
	_, ok = eval.IsNumeric(string(s))
	return ok
}

func gettypeFunc(c *eval.Call) (eval.Value, error) {
	if u, ok := c.Arg(0).(*eval.Unknown); ok && u.Alts == nil {
		return u, nil
	}
	if c.Arg(0).Kind() != eval.KindUnknown {
		return eval.String(eval.TypeName(c.Arg(0))), nil
	}
	return c.Lift(c.Args[:1], func(vals []eval.Value) (eval.Value, error) { return eval.String(eval.TypeName(vals[0])), nil })
}

func boolvalFunc(c *eval.Call) (eval.Value, error) {
	b, u := c.Truth(c.Arg(0))
	if u != nil {
		return eval.Maybe(u), nil
	}
	return eval.Bool(b), nil
}

func strvalFunc(c *eval.Call) (eval.Value, error) {
	s, err := c.StringOf(c.Arg(0))
	return eval.String(s), err
}

func floatvalFunc(c *eval.Call) (eval.Value, error) { return eval.Float(eval.ToFloat(c.Arg(0))), nil }

// ctypeDigit reports whether a string is digits only. An integer is a character's
// number, or a text, by its size: that is not evaluated.
func ctypeDigit(c *eval.Call) (eval.Value, error) {
	if c.Arg(0).Kind() == eval.KindInt {
		return c.RefusedFor("with an integer"), nil
	}
	s, ok := c.Arg(0).(eval.String)
	return eval.Bool(ok && s != "" && strings.Trim(string(s), "0123456789") == ""), c.Steps(len(s) / 16)
}
