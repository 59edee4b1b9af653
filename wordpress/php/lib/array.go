package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// arrayFuncs are functions of arrays. Functions that use only the keys of an array also
// accept arrays with unknown values.
var arrayFuncs = map[string]eval.Function{
	"count":            {Run: count, Min: 1, Max: 2, Lazy: true},
	"sizeof":           {Run: count, Min: 1, Max: 2, Lazy: true},
	"array_keys":       {Run: arrayKeys, Min: 1, Max: 3, Lazy: true},
	"array_values":     {Run: arrayValues, Min: 1, Max: 1, Lazy: true},
	"array_merge":      {Run: arrayMerge, Max: -1, Lazy: true},
	"array_key_exists": {Run: arrayKeyExists, Min: 2, Max: 2, Lazy: true},
	"in_array":         {Run: inArray, Min: 2, Max: 3},
	"array_search":     {Run: arraySearch, Min: 2, Max: 3},
}

// arrayWithKnownKeys returns argument i, an array with known keys in a known order. Its values may
// be unknown. It ends the builtin if the argument is not such an array.
func arrayWithKnownKeys(c *eval.Call, i int) *eval.Array {
	if u, ok := c.Arg(i).(*eval.Unknown); ok {
		c.Return(eval.Opaque(u))
	}
	a := c.Array(i)
	if u := c.Doubt(a); u != nil {
		c.Return(u)
	}
	return a
}

func count(c *eval.Call) eval.Value {
	if c.Arg(0).Kind() == eval.KindObject {
		panic(c.Unsupported("count() of an object"))
	}
	a := arrayWithKnownKeys(c, 0)
	if c.Int(1, 0) == 1 {
		return c.RefusedFor("for all levels of an array")
	}
	return eval.Int(a.Len())
}

func arrayKeys(c *eval.Call) eval.Value {
	a := arrayWithKnownKeys(c, 0)
	if len(c.Args) > 1 {
		return c.RefusedFor("with a value to search for")
	}
	c.Alloc(a.Size())
	out := eval.NewArray()
	a.Each(func(k eval.Key, _ eval.Value) bool { return out.Push(k.Value()) })
	return out
}

func arrayValues(c *eval.Call) eval.Value {
	a := arrayWithKnownKeys(c, 0)
	c.Alloc(a.Size())
	out := eval.NewArray()
	a.Each(func(_ eval.Key, v eval.Value) bool { return out.Push(v) })
	return out
}

func arrayMerge(c *eval.Call) eval.Value {
	out := eval.NewArray()
	for i := range c.Args {
		a := arrayWithKnownKeys(c, i)
		c.Alloc(a.Size())
		for _, e := range a.Entries {
			appendEntry(out, e, false)
		}
	}
	return out
}

func arrayKeyExists(c *eval.Call) eval.Value {
	for _, v := range c.Args[:2] {
		if u, ok := v.(*eval.Unknown); ok {
			return eval.Opaque(u)
		}
	}
	a := c.Array(1)
	k, ok := eval.ToKey(c.Arg(0))
	if !ok {
		panic(c.Throw("TypeError", "Illegal offset type"))
	}
	v, found := a.Get(k)
	switch u, unknown := v.(*eval.Unknown); {
	case !found && a.Why != nil:
		return eval.Opaque(a.Why)
	case !found && a.Rest.Covers(k.Text()):
		return c.Unknown(a.Rest.Reason()).From(a.Rest.Origin(k.Text()))
	case unknown:
		return eval.Opaque(u)
	}
	return eval.Bool(found && v.Kind() != eval.KindAbsent)
}

func inArray(c *eval.Call) eval.Value {
	v := arraySearch(c)
	if u, ok := v.(*eval.Unknown); ok {
		return eval.Opaque(u)
	}
	return eval.Bool(v != eval.Value(eval.Bool(false)))
}

func arraySearch(c *eval.Call) eval.Value {
	a := c.Array(1)
	var found eval.Value = eval.Bool(false)
	strict, needle := c.Bool(2), c.Arg(0)
	if !strict && (eval.HoldsObject(needle, 0) || eval.HoldsObject(a, 0)) {
		u := c.RefusedFor("with objects")
		c.Poison(u) // the comparison may call __toString
		return u
	}
	equal := eval.LooseEqual
	if strict {
		equal = eval.Identical
	}
	a.Each(func(k eval.Key, v eval.Value) bool {
		if equal(v, needle) {
			found = k.Value()
			return false
		}
		return true
	})
	c.Steps(a.Len())
	return found
}
