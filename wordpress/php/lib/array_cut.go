package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// appendPair appends an entry. A string key stays. An integer key stays if keep is set.
func appendPair(out *eval.Array, e eval.Entry, keep bool) {
	if e.Key.Str || keep {
		out.Set(e.Key, e.Value)
	} else {
		out.Push(e.Value)
	}
}

func arraySlice(c *eval.Call) eval.Value {
	a := c.Array(0)
	from, to := sliceBounds(c, a.Len(), 1)
	c.Alloc(a.Size())
	out := eval.NewArray()
	for _, e := range eval.Pairs(a)[from:max(from, to)] {
		appendPair(out, e, c.Bool(3))
	}
	return out
}
