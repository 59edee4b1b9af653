package php

func inArray(c *call) (Value, error) {
	v, err := arraySearch(c)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(*Unknown); ok {
		return maybe(u), nil
	}
	return boolVal(v != Value(boolVal(false))), nil
}

func arraySearch(c *call) (Value, error) {
	a, err := c.array(1)
	if err != nil {
		return nil, err
	}
	var found Value = boolVal(false)
	strict, needle := c.bool(2), c.arg(0)
	if !strict && holdsObject(needle, 0) {
		return c.searchObject(a, needle)
	}
	var fail error
	a.each(func(k key, v Value) bool {
		x, y := v, needle
		if !strict {
			if x, fail = c.likeString(v, needle); fail == nil {
				y, fail = c.likeString(needle, v)
			}
		}
		if fail != nil || x.kind() == kUnknown || y.kind() == kUnknown {
			fail = errorsFirst(fail, c.in.refuse(Undecidable, c.pos, "evaluate: the string of an object is not known"))
			return false
		}
		if equalBy(strict, x, y) {
			found = k.value()
			return false
		}
		return true
	})
	return found, errorsFirst(fail, c.steps(a.len()))
}

// searchObject looks for what is, or holds, objects.
func (c *call) searchObject(a *Array, needle Value) (Value, error) {
	for _, e := range pairs(a) {
		v, err := c.in.compareOp("==", e.v, needle, c.pos)
		if err != nil {
			return nil, err
		}
		if u, ok := v.(*Unknown); ok {
			return c.unknown(u.Reason).from(u.Origin), nil
		}
		if toBool(v) {
			return e.k.value(), nil
		}
	}
	return boolVal(false), c.steps(a.len())
}

// likeString is an object as the string that it is compared with another as.
func (c *call) likeString(v, other Value) (Value, error) {
	if o, ok := v.(*Object); ok && other.kind() == kString && o.class.stringable() {
		return c.in.convertString(o, c.pos)
	}
	return v, nil
}
