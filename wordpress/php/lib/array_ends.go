package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// endFuncs add elements to the ends of an array, and take them off.
var endFuncs = map[string]eval.Function{
	"array_push":    {Run: arrayPush, Min: 1, Max: -1, Refs: 1},
	"array_unshift": {Run: arrayUnshift, Min: 1, Max: -1, Refs: 1},
	"array_pop":     {Run: arrayPop, Min: 1, Max: 1, Refs: 1},
	"array_shift":   {Run: arrayShift, Min: 1, Max: 1, Refs: 1},
}

func arrayPush(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size() + 96*len(c.Args)); err != nil {
		return nil, err
	}
	out := a.Clone()
	for _, v := range c.Args[1:] {
		if !out.Push(v) {
			return nil, c.Throw("Error", "Cannot add element to the array as the next element is already occupied")
		}
	}
	return eval.Int(out.Len()), c.SetRef(0, out)
}

func arrayUnshift(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size() + 96*len(c.Args)); err != nil {
		return nil, err
	}
	out := eval.ListOf(c.Args[1:]...)
	for _, e := range eval.Pairs(a) {
		appendPair(out, e, false)
	}
	return eval.Int(out.Len()), c.SetRef(0, out)
}

func arrayPop(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil || a.Len() == 0 {
		return eval.Null, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	list := eval.Pairs(a)
	out := eval.NewArray()
	for _, e := range list[:len(list)-1] {
		out.Set(e.Key, e.Value)
	}
	return eval.Share(eval.Present(list[len(list)-1].Value)), c.SetRef(0, out)
}

func arrayShift(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil || a.Len() == 0 {
		return eval.Null, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	list := eval.Pairs(a)
	out := eval.NewArray()
	for _, e := range list[1:] {
		appendPair(out, e, false)
	}
	return eval.Share(eval.Present(list[0].Value)), c.SetRef(0, out)
}
