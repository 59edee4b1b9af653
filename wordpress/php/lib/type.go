package lib

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// typeFuncs are functions that test the type of a value, or convert it.
var typeFuncs = map[string]eval.Function{
	"is_array":    isKind(eval.KindArray),
	"is_string":   isKind(eval.KindString),
	"is_int":      isKind(eval.KindInt),
	"is_integer":  isKind(eval.KindInt),
	"is_float":    isKind(eval.KindFloat),
	"is_bool":     isKind(eval.KindBool),
	"is_null":     isKind(eval.KindNull),
	"is_object":   isKind(eval.KindObject),
	"is_scalar":   isKind(eval.KindBool, eval.KindInt, eval.KindFloat, eval.KindString),
	"is_numeric":  isType(isNumericValue),
	"ctype_digit": {Run: ctypeDigit, Min: 1, Max: 1},
	"gettype":     {Run: gettypeFunc, Min: 1, Max: 1, Lazy: true},
	"boolval":     {Run: boolvalFunc, Min: 1, Max: 1, Lazy: true},
	"intval":      {Run: intvalFunc, Min: 1, Max: 2},
	"strval":      {Run: strvalFunc, Min: 1, Max: 1},
	"floatval":    {Run: floatvalFunc, Min: 1, Max: 1},
}

func isKind(kinds ...eval.Kind) eval.Function {
	return isType(func(v eval.Value) bool { return slices.Contains(kinds, v.Kind()) })
}

// isType returns a function that tests the type of a value. An array may contain
// unknowns.
func isType(test func(eval.Value) bool) eval.Function {
	return eval.Function{Min: 1, Max: 1, Lazy: true, Run: func(c *eval.Call) eval.Value {
		if u, ok := c.Arg(0).(*eval.Unknown); ok {
			return eval.Opaque(u)
		}
		return eval.Bool(test(c.Arg(0)))
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

func gettypeFunc(c *eval.Call) eval.Value {
	if u, ok := c.Arg(0).(*eval.Unknown); ok {
		return eval.Opaque(u)
	}
	return eval.String(eval.TypeName(c.Arg(0)))
}

func boolvalFunc(c *eval.Call) eval.Value {
	b, u := c.Truth(c.Arg(0))
	if u != nil {
		return eval.Opaque(u)
	}
	return eval.Bool(b)
}

func strvalFunc(c *eval.Call) eval.Value {
	return eval.String(c.StringOf(c.Arg(0)))
}

func floatvalFunc(c *eval.Call) eval.Value { return eval.Float(eval.ToFloat(c.Arg(0))) }

// ctypeDigit implements ctype_digit for strings. An integer is not evaluated: PHP takes
// it as a character or as text, depending on its size.
func ctypeDigit(c *eval.Call) eval.Value {
	if c.Arg(0).Kind() == eval.KindInt {
		return c.RefusedFor("with an integer")
	}
	s, ok := c.Arg(0).(eval.String)
	c.Steps(len(s) / 16)
	return eval.Bool(ok && s != "" && strings.Trim(string(s), "0123456789") == "")
}

func intvalFunc(c *eval.Call) eval.Value {
	if c.Arg(0).Kind() == eval.KindObject || c.Int(1, 10) != 10 {
		return c.RefusedFor("with a base other than 10, or for an object")
	}
	return eval.Int(eval.ToInt(c.Arg(0)))
}
