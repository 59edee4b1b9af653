package php

// mergeRecursive joins arrays: lists are appended, what has the same name is joined.
func mergeRecursive(c *call) (Value, error) {
	return c.deep(func(out, a *Array) error { return c.mergeInto(out, a, 0) })
}

// replaceRecursive puts the later values over the earlier ones, key by key.
func replaceRecursive(c *call) (Value, error) {
	return c.deep(func(out, a *Array) error { return c.replaceInto(out, a, 0) })
}

func (c *call) deep(add func(out, a *Array) error) (Value, error) {
	for i := range c.args {
		if _, err := c.array(i); err != nil {
			return nil, err
		}
	}
	out := newArray()
	for i := range c.args {
		if err := add(out, c.args[i].(*Array)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const deepest = 64

func (c *call) mergeInto(out, a *Array, depth int) error {
	if err := c.alloc(a.size()); err != nil {
		return err
	}
	if depth > deepest {
		return c.in.refuse(Undecidable, c.pos, "evaluate: an array is nested too deeply")
	}
	for _, e := range pairs(a) {
		old, both := out.get(e.k)
		if !e.k.str {
			if !out.push(e.v) {
				return c.throw("Error", "Cannot add element to the array as the next element is already occupied")
			}
			continue
		}
		if !both {
			out.set(e.k, share(e.v))
			continue
		}
		joined, err := c.asList(old)
		if err != nil {
			return err
		}
		if x, ok := e.v.(*Array); ok {
			err = c.mergeInto(joined, x, depth+1)
		} else {
			joined.push(e.v)
		}
		if err != nil {
			return err
		}
		out.set(e.k, joined)
	}
	return nil
}

// asList is a copy of an array to write to, or an array of what is none. Null is
// an empty one.
func (c *call) asList(v Value) (*Array, error) {
	switch v := v.(type) {
	case *Array:
		return v.clone(), c.alloc(v.size())
	case nullVal:
		return listOf(v), nil
	}
	return listOf(v), c.alloc(256)
}

func (c *call) replaceInto(out, a *Array, depth int) error {
	if err := c.alloc(a.size()); err != nil {
		return err
	}
	if depth > deepest {
		return c.in.refuse(Undecidable, c.pos, "evaluate: an array is nested too deeply")
	}
	for _, e := range pairs(a) {
		old, _ := out.get(e.k)
		under, ok := old.(*Array)
		over, both := e.v.(*Array)
		if !ok || !both {
			out.set(e.k, share(e.v))
			continue
		}
		next := under.clone()
		if err := c.alloc(under.size()); err != nil {
			return err
		}
		if err := c.replaceInto(next, over, depth+1); err != nil {
			return err
		}
		out.set(e.k, next)
	}
	return nil
}
