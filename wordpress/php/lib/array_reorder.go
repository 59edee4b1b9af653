package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// reorderFuncs are functions that return other elements, keys or another order of an array.
var reorderFuncs = map[string]eval.Function{
	"array_reverse": {Run: arrayReverse, Min: 1, Max: 2},
	"array_slice":   {Run: arraySlice, Min: 2, Max: 4},
}

// appendEntry appends an entry. A string key stays. An integer key stays if keep is set.
func appendEntry(out *eval.Array, e eval.Entry, keep bool) {
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
		appendEntry(out, e, c.Bool(3))
	}
	return out
}

func arrayReverse(c *eval.Call) eval.Value {
	a := c.Array(0)
	list, out := eval.Pairs(a), eval.NewArray()
	for i := len(list) - 1; i >= 0; i-- {
		appendEntry(out, list[i], c.Bool(1))
	}
	c.Alloc(a.Size())
	return out
}
