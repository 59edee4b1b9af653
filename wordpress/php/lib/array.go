package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// Functions that look at keys alone take arrays whose values are unknown; c.keyed
// says whether the keys themselves are certain.
var arrayFuncs = map[string]eval.Function{
	"count":               {Run: count, Min: 1, Max: 2, Lazy: true},
	"sizeof":              {Run: count, Min: 1, Max: 2, Lazy: true},
	"array_keys":          {Run: arrayKeys, Min: 1, Max: 3, Lazy: true},
	"array_values":        {Run: arrayValues, Min: 1, Max: 1, Lazy: true},
	"array_merge":         {Run: arrayMerge, Max: -1, Lazy: true},
	"array_replace":       {Run: arrayReplace, Min: 1, Max: -1, Lazy: true},
	"array_key_exists":    {Run: arrayKeyExists, Min: 2, Max: 2, Lazy: true},
	"key_exists":          {Run: arrayKeyExists, Min: 2, Max: 2, Lazy: true},
	"array_key_first":     {Run: edgeKey(false), Min: 1, Max: 1, Lazy: true},
	"array_key_last":      {Run: edgeKey(true), Min: 1, Max: 1, Lazy: true},
	"in_array":            {Run: inArray, Min: 2, Max: 3},
	"array_search":        {Run: arraySearch, Min: 2, Max: 3},
	"array_flip":          {Run: arrayFlip, Min: 1, Max: 1},
	"array_combine":       {Run: arrayCombine, Min: 2, Max: 2},
	"array_fill_keys":     {Run: arrayFillKeys, Min: 2, Max: 2},
	"array_slice":         {Run: arraySlice, Min: 2, Max: 4},
	"array_reverse":       {Run: arrayReverse, Min: 1, Max: 2},
	"array_unique":        {Run: arrayUnique, Min: 1, Max: 2},
	"array_diff":          setFunc(false, false),
	"array_diff_key":      setFunc(false, true),
	"array_intersect":     setFunc(true, false),
	"array_intersect_key": setFunc(true, true),
	"array_column":        {Run: arrayColumn, Min: 2, Max: 3},
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
	if o, ok := c.Arg(0).(*eval.Object); ok {
		if m, class := o.Class.Method("count"); m != nil && o.Class.IsA("countable") {
			return c.CallMethod(o, class, m)
		}
		return c.Unknown("count of an object is not modelled"), nil
	}
	a, u, err := keyedArg(c, 0)
	if err != nil || u != nil {
		return eval.OrUnknown(u), err
	}
	mode := c.Int(1, 0)
	if mode != 1 {
		return eval.Int(a.Len()), nil
	}
	if u := c.UnknownIn(a); u != nil {
		return u, nil
	}
	n, err := countAll(c, a)
	return eval.Int(n), err
}

func countAll(c *eval.Call, a *eval.Array) (int, error) {
	n := a.Len()
	err := c.Steps(n)
	a.Each(func(_ eval.Key, v eval.Value) bool {
		if sub, ok := v.(*eval.Array); ok && err == nil {
			var more int
			more, err = countAll(c, sub)
			n += more
		}
		return err == nil
	})
	return n, err
}

func arrayKeys(c *eval.Call) (eval.Value, error) {
	a, u, err := keyedArg(c, 0)
	if err != nil || u != nil {
		return eval.OrUnknown(u), err
	}
	if len(c.Args) > 1 {
		if u := c.UnknownIn(eval.ListOf(c.Args...)); u != nil {
			return u, nil
		}
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out, strict := eval.NewArray(), c.Bool(2)
	if len(c.Args) > 1 && !strict && eval.HoldsObject(c.Arg(1), 0) {
		return c.Unknown("compares objects"), nil
	}
	a.Each(func(k eval.Key, v eval.Value) bool {
		if len(c.Args) == 1 || equalBy(strict, v, c.Arg(1)) {
			out.Push(k.Value())
		}
		return true
	})
	return out, nil
}

func equalBy(strict bool, a, b eval.Value) bool {
	if strict {
		return eval.Identical(a, b)
	}
	return eval.LooseEqual(a, b)
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

func arrayReplace(c *eval.Call) (eval.Value, error) {
	out := eval.NewArray()
	for i := range c.Args {
		a, u, err := keyedArg(c, i)
		if err != nil || u != nil {
			return eval.OrUnknown(u), err
		}
		if err := c.Alloc(a.Size()); err != nil {
			return nil, err
		}
		a.Each(func(k eval.Key, v eval.Value) bool { out.Set(k, v); return true })
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

func arrayFlip(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	a.Each(func(k eval.Key, v eval.Value) bool {
		if v.Kind() == eval.KindString || v.Kind() == eval.KindInt {
			to, _ := eval.ToKey(v)
			out.Set(to, k.Value())
		}
		return true
	})
	return out, nil
}

func arrayCombine(c *eval.Call) (eval.Value, error) {
	keys, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	vals, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	if keys.Len() != vals.Len() {
		return nil, c.Throw("ValueError", "array_combine(): Argument #1 ($keys) and argument #2 ($values) must have the same number of elements")
	}
	if err := c.Alloc(keys.Size()); err != nil {
		return nil, err
	}
	list := make([]eval.Value, 0, vals.Len())
	vals.Each(func(_ eval.Key, v eval.Value) bool { list = append(list, v); return true })
	out := eval.NewArray()
	i := 0
	keys.Each(func(_ eval.Key, v eval.Value) bool {
		var s string
		if s, err = c.StringOf(v); err != nil {
			return false
		}
		out.Put(s, list[i])
		i++
		return true
	})
	return out, err
}

func arrayFillKeys(c *eval.Call) (eval.Value, error) {
	keys, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(keys.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	keys.Each(func(_ eval.Key, v eval.Value) bool {
		var s string
		if s, err = c.StringOf(v); err != nil {
			return false
		}
		out.Put(s, c.Arg(1))
		return true
	})
	return out, err
}
