package php

// callbackFuncs call a function for each element of an array.
var callbackFuncs = map[string]function{
	"array_map":    {fn: arrayMap, min: 2, max: -1, each: true},
	"array_filter": {fn: arrayFilter, min: 1, max: 3, each: true},
	"array_walk":   {fn: arrayWalk, min: 2, max: 3, refs: 1, each: true},
}

func arrayMap(c *call) (Value, error) {
	first, err := c.array(1)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(first.size()); err != nil {
		return nil, err
	}
	if len(c.args) > 2 {
		return mapMany(c)
	}
	if !c.has(0) {
		return first, nil
	}
	out := newArray()
	for _, e := range pairs(first) {
		v, err := c.invoke(c.arg(0), present(e.v))
		if err != nil {
			return nil, err
		}
		out.set(e.k, v)
	}
	return out, nil
}

// mapMany is array_map of several arrays; the shorter ones end in null.
func mapMany(c *call) (Value, error) {
	lists := make([][]entry, 0, len(c.args)-1)
	longest := 0
	for i := 1; i < len(c.args); i++ {
		a, err := c.array(i)
		if err != nil {
			return nil, err
		}
		lists = append(lists, pairs(a))
		longest = max(longest, a.len())
	}
	out := newArray()
	for i := range longest {
		if err := c.alloc(112 * len(lists)); err != nil {
			return nil, err
		}
		args := make([]Value, len(lists))
		for j, l := range lists {
			args[j] = null
			if i < len(l) {
				args[j] = present(l[i].v)
			}
		}
		var v Value = listOf(args...)
		if c.has(0) {
			var err error
			if v, err = c.invoke(c.arg(0), args...); err != nil {
				return nil, err
			}
		}
		out.push(v)
	}
	return out, nil
}

func arrayFilter(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	mode := c.int(2, 0)
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		v := present(e.v)
		if c.has(1) {
			args := []Value{v}
			switch mode {
			case 2: // ARRAY_FILTER_USE_KEY
				args = []Value{e.k.value()}
			case 1: // ARRAY_FILTER_USE_BOTH
				args = []Value{v, e.k.value()}
			}
			if v, err = c.invoke(c.arg(1), args...); err != nil {
				return nil, err
			}
			if u, ok := v.(*Unknown); ok && e.v.kind() == kRef {
				c.gave = true // the callback may run for more
				return opaque(u), nil
			}
		}
		switch t, u := c.truth(v); {
		case u != nil:
			out.set(e.k, c.perhaps(e.v, u))
			out.why, out.listed = firstUnknown(out.why, opaque(u)), true
		case t:
			out.set(e.k, e.v)
		}
	}
	return out, nil
}

// arrayWalk calls for each element, which the callback may take by reference.
func arrayWalk(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out, changed := newArray(), false
	for _, e := range pairs(a) {
		args := []Value{e.k.value()}
		if len(c.args) > 2 {
			args = append(args, c.arg(2))
		}
		after, byRef, err := c.invokeOn(c.arg(1), e.v, args...)
		if err != nil {
			return nil, err
		}
		changed = changed || byRef
		out.set(e.k, after)
	}
	if !changed {
		return boolVal(true), nil
	}
	return boolVal(true), c.setRef(0, out)
}
