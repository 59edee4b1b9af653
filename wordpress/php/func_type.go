package php

// typeFuncs ask for or change the type of a value.
var typeFuncs = map[string]function{
	"is_array":   isKind(kArray),
	"is_string":  isKind(kString),
	"is_int":     isKind(kInt),
	"is_integer": isKind(kInt),
	"is_long":    isKind(kInt),
	"is_float":   isKind(kFloat),
	"is_double":  isKind(kFloat),
	"is_bool":    isKind(kBool),
	"is_null":    isKind(kNull),
	"is_object":  isKind(kObject),
	"is_scalar":  isKind(kBool, kInt, kFloat, kString),
	"is_numeric": isType(isNumericValue),
	"gettype":    {fn: gettypeFunc, min: 1, max: 1, lazy: true},
	"boolval":    {fn: boolvalFunc, min: 1, max: 1, lazy: true},
	"strval":     {fn: strvalFunc, min: 1, max: 1},
	"floatval":   {fn: floatvalFunc, min: 1, max: 1},
	"doubleval":  {fn: floatvalFunc, min: 1, max: 1},
}

func isKind(kinds ...kind) function {
	return isType(func(v Value) bool {
		for _, k := range kinds {
			if v.kind() == k {
				return true
			}
		}
		return false
	})
}

// isType makes a test of a value's type. What an array holds does not matter to it.
func isType(test func(Value) bool) function {
	return function{min: 1, max: 1, lazy: true, fn: func(c *call) (Value, error) {
		u, ok := c.arg(0).(*Unknown)
		if !ok {
			return boolVal(test(c.arg(0))), nil
		}
		if u.alts == nil {
			return maybe(u), nil
		}
		return c.lift(c.args[:1], func(vals []Value) (Value, error) { return boolVal(test(vals[0])), nil })
	}}
}

func isNumericValue(v Value) bool {
	s, ok := v.(strVal)
	if !ok {
		return v.kind() == kInt || v.kind() == kFloat
	}
	_, ok = isNumeric(string(s))
	return ok
}

func gettypeFunc(c *call) (Value, error) {
	if u, ok := c.arg(0).(*Unknown); ok && u.alts == nil {
		return u, nil
	}
	if c.arg(0).kind() != kUnknown {
		return strVal(typeName(c.arg(0))), nil
	}
	return c.lift(c.args[:1], func(vals []Value) (Value, error) { return strVal(typeName(vals[0])), nil })
}

func boolvalFunc(c *call) (Value, error) {
	b, u := c.truth(c.arg(0))
	if u != nil {
		return maybe(u), nil
	}
	return boolVal(b), nil
}

func strvalFunc(c *call) (Value, error) {
	s, err := c.stringOf(c.arg(0))
	return strVal(s), err
}

func floatvalFunc(c *call) (Value, error) { return floatVal(toFloat(c.arg(0))), nil }
