package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// endFuncs are functions that add elements to either end of an array, or remove them.
var endFuncs = map[string]eval.Function{
	"array_push":    {Run: arrayPush, Min: 1, Max: -1, Refs: 1},
	"array_unshift": {Run: arrayUnshift, Min: 1, Max: -1, Refs: 1},
	"array_pop":     {Run: takeEnd(false), Min: 1, Max: 1, Refs: 1},
	"array_shift":   {Run: takeEnd(true), Min: 1, Max: 1, Refs: 1},
}

func arrayPush(c *eval.Call) eval.Value {
	a := c.Array(0)
	c.Alloc(a.Size() + 96*len(c.Args))
	out := a.Clone()
	for _, v := range c.Args[1:] {
		if !out.Push(v) {
			panic(c.Throw("Error", "Cannot add element to the array as the next element is already occupied"))
		}
	}
	c.SetRef(0, out)
	return eval.Int(out.Len())
}

func arrayUnshift(c *eval.Call) eval.Value {
	a := c.Array(0)
	c.Alloc(a.Size() + 96*len(c.Args))
	out := eval.ListOf(c.Args[1:]...)
	for _, e := range eval.Pairs(a) {
		appendPair(out, e, false)
	}
	c.SetRef(0, out)
	return eval.Int(out.Len())
}

// takeEnd implements array_pop, and array_shift if first is set. array_shift renumbers
// the integer keys.
func takeEnd(first bool) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value {
		a := c.Array(0)
		if a.Len() == 0 {
			return eval.Null
		}
		c.Alloc(a.Size())
		list := eval.Pairs(a)
		taken, rest := list[len(list)-1], list[:len(list)-1]
		if first {
			taken, rest = list[0], list[1:]
		}
		out := eval.NewArray()
		for _, e := range rest {
			appendPair(out, e, !first)
		}
		c.SetRef(0, out)
		return eval.Share(eval.Present(taken.Value))
	}
}
