package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// callbackFuncs call a function for each element of an array.
var callbackFuncs = map[string]eval.Function{
	"array_map":    {Run: arrayMap, Min: 2, Max: -1, Each: true},
	"array_walk":   {Run: arrayWalk, Min: 2, Max: 3, Refs: 1, Each: true},
	"array_filter": {Run: arrayFilter, Min: 1, Max: 3, Each: true},
}

func arrayMap(c *eval.Call) (eval.Value, error) {
	first, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(first.Size()); err != nil {
		return nil, err
	}
	if len(c.Args) > 2 {
		return mapMany(c)
	}
	if !c.Has(0) {
		return first, nil
	}
	out := eval.NewArray()
	for _, e := range eval.Pairs(first) {
		v, err := c.Invoke(c.Arg(0), eval.Present(e.Value))
		if err != nil {
			return nil, err
		}
		out.Set(e.Key, v)
	}
	return out, nil
}

func arrayFilter(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	mode := c.Int(2, 0)
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
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
			if v, err = c.Invoke(c.Arg(1), args...); err != nil {
				return nil, err
			}
		}
		switch t, u := c.Truth(v); {
		case u != nil:
			out.Set(e.Key, c.Perhaps(e.Value, u))
			out.Why, out.Listed = eval.FirstUnknown(out.Why, eval.Opaque(u)), true
		case t:
			out.Set(e.Key, e.Value)
		}
	}
	return out, nil
}

// arrayWalk calls for each element.
func arrayWalk(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	for _, e := range eval.Pairs(a) {
		args := append([]eval.Value{eval.Present(e.Value), e.Key.Value()}, c.Args[2:]...)
		if _, err := c.Invoke(c.Arg(1), args...); err != nil {
			return nil, err
		}
	}
	return eval.Bool(true), nil
}

// mapMany is array_map of several arrays; the shorter ones end in null.
func mapMany(c *eval.Call) (eval.Value, error) {
	lists := make([][]eval.Entry, 0, len(c.Args)-1)
	longest := 0
	for i := 1; i < len(c.Args); i++ {
		a, err := c.Array(i)
		if err != nil {
			return nil, err
		}
		lists = append(lists, eval.Pairs(a))
		longest = max(longest, a.Len())
	}
	out := eval.NewArray()
	for i := range longest {
		if err := c.Alloc(112 * len(lists)); err != nil {
			return nil, err
		}
		args := make([]eval.Value, len(lists))
		for j, l := range lists {
			args[j] = eval.Null
			if i < len(l) {
				args[j] = eval.Present(l[i].Value)
			}
		}
		var v eval.Value = eval.ListOf(args...)
		if c.Has(0) {
			var err error
			if v, err = c.Invoke(c.Arg(0), args...); err != nil {
				return nil, err
			}
		}
		out.Push(v)
	}
	return out, nil
}
