package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

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
