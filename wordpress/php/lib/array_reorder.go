package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// reorderFuncs are functions that return other elements, keys or another order of an array.
var reorderFuncs = map[string]eval.Function{
	"array_combine": {Run: arrayCombine, Min: 2, Max: 2},
	"array_flip":    {Run: arrayFlip, Min: 1, Max: 1},
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

// elements returns the entries of argument i, whose values are strings and integers. It
// ends the builtin if they are not.
func elements(c *eval.Call, i int) []eval.Entry {
	a := c.Array(i)
	c.Alloc(a.Size())
	list := eval.Pairs(a)
	for _, e := range list {
		if k := e.Value.Kind(); k != eval.KindString && k != eval.KindInt {
			c.Return(c.RefusedFor("with elements that are neither strings nor integers"))
		}
	}
	return list
}

func arrayCombine(c *eval.Call) eval.Value {
	keys, values := elements(c, 0), c.Array(1)
	if values.Len() != len(keys) {
		panic(c.Throw("ValueError", "array_combine(): the arrays must have the same number of elements"))
	}
	out := eval.NewArray()
	for i, e := range eval.Pairs(values) {
		k, _ := eval.ToKey(keys[i].Value)
		out.Set(k, e.Value)
	}
	c.Alloc(values.Size())
	return out
}

func arrayFlip(c *eval.Call) eval.Value {
	out := eval.NewArray()
	for _, e := range elements(c, 0) {
		k, _ := eval.ToKey(e.Value)
		out.Set(k, e.Key.Value())
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
