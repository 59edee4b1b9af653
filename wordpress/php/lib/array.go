package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// arrayFuncs: functions that use only the keys of an array also take arrays with unknown
// values.
var arrayFuncs = map[string]eval.Function{
	"count":            {Run: count, Min: 1, Max: 2, Lazy: true},
	"sizeof":           {Run: count, Min: 1, Max: 2, Lazy: true},
	"array_keys":       {Run: arrayKeys, Min: 1, Max: 3, Lazy: true},
	"array_values":     {Run: arrayValues, Min: 1, Max: 1, Lazy: true},
	"array_merge":      {Run: arrayMerge, Max: -1, Lazy: true},
	"array_key_exists": {Run: arrayKeyExists, Min: 2, Max: 2, Lazy: true},
	"key_exists":       {Run: arrayKeyExists, Min: 2, Max: 2, Lazy: true},
	"array_key_first":  {Run: edgeKey(false), Min: 1, Max: 1, Lazy: true},
	"array_key_last":   {Run: edgeKey(true), Min: 1, Max: 1, Lazy: true},
	"in_array":         {Run: inArray, Min: 2, Max: 3},
	"array_search":     {Run: arraySearch, Min: 2, Max: 3},
	"array_sum":        {Run: arraySum, Min: 1, Max: 1},
	"array_slice":      {Run: arraySlice, Min: 2, Max: 4},
}

// keyedArg reports that argument i is an array with known keys in a known order; its
// values may be unknown. If it is not, the result is an unknown.
func keyedArg(c *eval.Call, i int) (*eval.Array, *eval.Unknown, error) {
	if u, ok := c.Arg(i).(*eval.Unknown); ok {
		return nil, u, nil
	}
	a, err := c.Array(i)
	if err != nil {
		return nil, nil, err
	}
	return a, c.Doubt(a), nil
}

func count(c *eval.Call) (eval.Value, error) {
	if c.Arg(0).Kind() == eval.KindObject {
		return nil, c.Unsupported("count() of an object")
	}
	a, u, err := keyedArg(c, 0)
	if err != nil || u != nil {
		return eval.OrUnknown(u), err
	}
	if c.Int(1, 0) == 1 {
		return c.RefusedFor("of all levels"), nil
	}
	return eval.Int(a.Len()), nil
}

func arrayKeys(c *eval.Call) (eval.Value, error) {
	a, u, err := keyedArg(c, 0)
	if err != nil || u != nil {
		return eval.OrUnknown(u), err
	}
	if len(c.Args) > 1 {
		return c.RefusedFor("with a value to search"), nil
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	a.Each(func(k eval.Key, _ eval.Value) bool { return out.Push(k.Value()) })
	return out, nil
}

func arrayValues(c *eval.Call) (eval.Value, error) {
	a, u, err := keyedArg(c, 0)
	if err != nil || u != nil {
		return eval.OrUnknown(u), err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	a.Each(func(_ eval.Key, v eval.Value) bool { return out.Push(v) })
	return out, nil
}

func arrayMerge(c *eval.Call) (eval.Value, error) {
	out := eval.NewArray()
	for i := range c.Args {
		a, u, err := keyedArg(c, i)
		if err != nil || u != nil {
			return eval.OrUnknown(u), err
		}
		if err := c.Alloc(a.Size()); err != nil {
			return nil, err
		}
		for _, e := range a.Entries {
			if !e.Gone {
				appendPair(out, e, false)
			}
		}
	}
	return out, nil
}

func arrayKeyExists(c *eval.Call) (eval.Value, error) {
	for _, v := range c.Args[:2] {
		if u, ok := v.(*eval.Unknown); ok {
			return eval.Maybe(u), nil
		}
	}
	a, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	k, ok := eval.ToKey(c.Arg(0))
	if !ok {
		return nil, c.Throw("TypeError", "Illegal offset type")
	}
	v, found := a.Get(k)
	switch u, unknown := v.(*eval.Unknown); {
	case !found && a.Why != nil:
		return eval.Maybe(a.Why), nil
	case !found && a.Rest.Covers(k.Text()):
		return eval.Maybe(c.Unknown(a.Rest.Reason()).From(a.Rest.Origin(k.Text()))), nil
	case unknown && (a.Why != nil || u.MaybeAbsent()):
		return eval.Maybe(u), nil
	}
	return eval.Bool(found && v.Kind() != eval.KindAbsent), nil
}

func edgeKey(last bool) func(c *eval.Call) (eval.Value, error) {
	return func(c *eval.Call) (eval.Value, error) {
		a, u, err := keyedArg(c, 0)
		if err != nil || u != nil {
			return eval.OrUnknown(u), err
		}
		found := eval.Null
		a.Each(func(k eval.Key, _ eval.Value) bool { found = k.Value(); return last })
		return found, c.Steps(a.Len() / 16)
	}
}

// arraySum adds integers. Sums of anything else are not evaluated.
func arraySum(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	sum := eval.Int(0)
	for _, e := range eval.Pairs(a) {
		n, ok := e.Value.(eval.Int)
		next := sum + n
		if !ok || n != 0 && (next > sum) != (n > 0) {
			return c.RefusedFor("with values that are not small integers"), nil
		}
		sum = next
	}
	return sum, c.Steps(a.Len())
}
