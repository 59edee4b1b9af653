package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// endFuncs are functions that add elements to either end of an array, or remove them.
var endFuncs = map[string]eval.Function{
	"array_push":    {Run: arrayPush, Min: 1, Max: -1, Refs: 1},
	"array_unshift": {Run: arrayUnshift, Min: 1, Max: -1, Refs: 1},
	"array_pop":     {Run: removeEnd(false), Min: 1, Max: 1, Refs: 1},
	"array_shift":   {Run: removeEnd(true), Min: 1, Max: 1, Refs: 1},
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
		appendEntry(out, e, false)
	}
	c.SetRef(0, out)
	return eval.Int(out.Len())
}

// removeEnd implements array_pop, and array_shift if first is set. array_shift renumbers
// the integer keys.
func removeEnd(first bool) func(c *eval.Call) eval.Value {
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
			appendEntry(out, e, !first)
		}
		c.SetRef(0, out)
		return eval.Share(eval.Present(taken.Value))
	}
}

// pointerFuncs are the functions that use an array's internal pointer.
var pointerFuncs = map[string]eval.Function{
	"reset":   pointerFunc(true, func(_, _ int) int { return 0 }),
	"end":     pointerFunc(true, func(_, n int) int { return n - 1 }),
	"key":     {Run: pointerKey, Min: 1, Max: 1},
	"current": pointerFunc(false, func(at, _ int) int { return at }),
}

// pointerFunc returns a function that moves the pointer and returns the element there.
// Positions count the entries that are not deleted. The position after the last entry has
// no element.
func pointerFunc(moves bool, to func(at, n int) int) eval.Function {
	f := eval.Function{Min: 1, Max: 1}
	if moves {
		f.Refs = 1
	}
	f.Run = func(c *eval.Call) eval.Value {
		a := c.Array(0)
		c.Alloc(2 * a.Size())
		list := eval.Pairs(a)
		at := to(min(a.Pos, len(list)), len(list))
		if moves {
			out := eval.NewArray()
			for _, e := range list {
				out.Set(e.Key, e.Value)
			}
			out.Next = a.Next
			if out.Pos = at; at < 0 {
				out.Pos = 0
			}
			c.SetRef(0, out)
		}
		if at < 0 || at >= len(list) {
			return eval.Bool(false)
		}
		return eval.Share(eval.Present(list[at].Value))
	}
	return f
}

func pointerKey(c *eval.Call) eval.Value {
	a := c.Array(0)
	if list := eval.Pairs(a); a.Pos >= 0 && a.Pos < len(list) {
		c.Steps(len(list))
		return list[a.Pos].Key.Value()
	}
	return eval.Null
}
