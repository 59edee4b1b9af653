package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// callbackFuncs are functions that run a callback.
var callbackFuncs = map[string]eval.Function{
	"array_map":            {Run: arrayMap, Min: 2, Max: -1, Each: true},
	"array_walk":           {Run: arrayWalk, Min: 2, Max: 3, Refs: 1, Each: true},
	"array_filter":         {Run: arrayFilter, Min: 1, Max: 3, Each: true},
	"call_user_func":       {Run: callUserFunc, Min: 1, Max: -1, Lazy: true},
	"call_user_func_array": {Run: callUserFuncArray, Min: 2, Max: 2, Lazy: true},
}

func arrayMap(c *eval.Call) eval.Value {
	first := c.Array(1)
	c.Alloc(first.Size())
	if len(c.Args) > 2 {
		return mapMany(c)
	}
	if !c.Has(0) {
		return first
	}
	out := eval.NewArray()
	for _, e := range eval.Pairs(first) {
		v := c.Invoke(c.Arg(0), eval.Present(e.Value))
		out.Set(e.Key, v)
	}
	return out
}

func arrayFilter(c *eval.Call) eval.Value {
	a := c.Array(0)
	mode := c.Int(2, 0)
	c.Alloc(a.Size())
	out := eval.NewArray()
	for _, e := range eval.Pairs(a) {
		v := eval.Present(e.Value)
		if c.Has(1) {
			args := []eval.Value{v}
			switch mode {
			case 2: // ARRAY_FILTER_USE_KEY
				args = []eval.Value{e.Key.Value()}
			case 1: // ARRAY_FILTER_USE_BOTH
				args = []eval.Value{v, e.Key.Value()}
			}
			v = c.Invoke(c.Arg(1), args...)
		}
		switch t, u := c.Truth(v); {
		case u != nil:
			out.Set(e.Key, eval.Opaque(u))
			out.Why, out.Listed = eval.FirstUnknown(out.Why, eval.Opaque(u)), true
		case t:
			out.Set(e.Key, e.Value)
		}
	}
	return out
}

// arrayWalk runs a callback for each element.
func arrayWalk(c *eval.Call) eval.Value {
	a := c.Array(0)
	c.Alloc(a.Size())
	for _, e := range eval.Pairs(a) {
		args := append([]eval.Value{eval.Present(e.Value), e.Key.Value()}, c.Args[2:]...)
		c.Invoke(c.Arg(1), args...)
	}
	return eval.Bool(true)
}

// mapMany implements array_map of several arrays. The shorter arrays are filled with
// null.
func mapMany(c *eval.Call) eval.Value {
	lists := make([][]eval.Entry, 0, len(c.Args)-1)
	longest := 0
	for i := 1; i < len(c.Args); i++ {
		a := c.Array(i)
		lists = append(lists, eval.Pairs(a))
		longest = max(longest, a.Len())
	}
	out := eval.NewArray()
	for i := range longest {
		c.Alloc(112 * len(lists))
		args := make([]eval.Value, len(lists))
		for j, l := range lists {
			args[j] = eval.Null
			if i < len(l) {
				args[j] = eval.Present(l[i].Value)
			}
		}
		var v eval.Value = eval.ListOf(args...)
		if c.Has(0) {
			v = c.Invoke(c.Arg(0), args...)
		}
		out.Push(v)
	}
	return out
}

func callUserFunc(c *eval.Call) eval.Value {
	return c.Invoke(c.Arg(0), c.Args[1:]...)
}

func callUserFuncArray(c *eval.Call) eval.Value {
	u, _ := c.Arg(1).(*eval.Unknown)
	if u == nil {
		u = c.Doubt(c.Array(1))
	}
	if u != nil {
		c.Poison(u)
		c.Steps(64)
		return eval.Opaque(u)
	}
	var args []eval.Value
	for _, e := range eval.Pairs(c.Array(1)) {
		if e.Key.Str {
			u := c.RefusedFor("with named arguments")
			c.Poison(u)
			return u
		}
		args = append(args, e.Value)
	}
	return c.Invoke(c.Arg(0), args...)
}
