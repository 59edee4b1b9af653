package php

// pregGrep keeps the elements that match.
func pregGrep(c *call) (Value, error) {
	text, err := c.str(0)
	if err != nil {
		return nil, err
	}
	a, err := c.array(1)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(2, 0)
	if err != nil {
		return nil, err
	}
	p, v, err := c.compile(text)
	if v != nil || err != nil {
		return v, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		s, err := c.in.stringOf(e.v, c.pos)
		if err != nil {
			return nil, err
		}
		found, v, err := c.matches(p, s, 0, 1)
		switch {
		case err != nil:
			return nil, err
		case v != nil:
			return c.unknown("a pattern fails on one of several texts"), nil
		}
		if (len(found) > 0) == (flags&1 == 0) {
			out.set(e.k, e.v)
		}
	}
	return out, nil
}

// pregCallbacks is preg_replace_callback for each pattern in turn.
func pregCallbacks(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if len(c.args) > 2 {
		return c.unknown("a limit of preg_replace_callback_array is not modelled"), c.setRef(3, c.unknown("a count of preg_replace_callback_array is not modelled"))
	}
	subject := c.arg(1)
	for _, e := range pairs(a) {
		one := *c
		one.args = []Value{e.k.value(), e.v, subject}
		one.targets = nil
		if subject, err = pregCallback(&one); err != nil {
			return nil, err
		}
		if subject.kind() == kUnknown || subject.kind() == kNull {
			return subject, nil
		}
	}
	return subject, nil
}
