package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

func inArray(c *eval.Call) (eval.Value, error) {
	v, err := arraySearch(c)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(*eval.Unknown); ok {
		return eval.Maybe(u), nil
	}
	return eval.Bool(v != eval.Value(eval.Bool(false))), nil
}

func arraySearch(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	var found eval.Value = eval.Bool(false)
	strict, needle := c.Bool(2), c.Arg(0)
	if !strict && (eval.HoldsObject(needle, 0) || eval.HoldsObject(a, 0)) {
		u := c.RefusedFor("with objects")
		c.Poison(u) // the comparison may call __toString
		return u, nil
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
	return found, c.Steps(a.Len())
}
