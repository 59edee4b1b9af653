package php

// endFuncs add elements to the ends of an array, and take them off.
var endFuncs = map[string]function{
	"array_push":    {fn: arrayPush, min: 1, max: -1, refs: 1},
	"array_unshift": {fn: arrayUnshift, min: 1, max: -1, refs: 1},
	"array_pop":     {fn: arrayPop, min: 1, max: 1, refs: 1},
	"array_shift":   {fn: arrayShift, min: 1, max: 1, refs: 1},
}

func arrayPush(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size() + 96*len(c.args)); err != nil {
		return nil, err
	}
	out := a.clone()
	for _, v := range c.args[1:] {
		if !out.push(v) {
			return nil, c.throw("Error", "Cannot add element to the array as the next element is already occupied")
		}
	}
	return intVal(out.len()), c.setRef(0, out)
}

func arrayUnshift(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size() + 96*len(c.args)); err != nil {
		return nil, err
	}
	out := listOf(c.args[1:]...)
	for _, e := range pairs(a) {
		appendPair(out, e, false)
	}
	return intVal(out.len()), c.setRef(0, out)
}

func arrayPop(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil || a.len() == 0 {
		return null, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	list := pairs(a)
	out := newArray()
	for _, e := range list[:len(list)-1] {
		out.set(e.k, e.v)
	}
	return share(present(list[len(list)-1].v)), c.setRef(0, out)
}

func arrayShift(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil || a.len() == 0 {
		return null, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	list := pairs(a)
	out := newArray()
	for _, e := range list[1:] {
		appendPair(out, e, false)
	}
	return share(present(list[0].v)), c.setRef(0, out)
}
