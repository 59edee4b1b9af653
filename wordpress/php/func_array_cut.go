package php

// appendPair appends, keeping a string key and, if keep, an integer one.
func appendPair(out *Array, e entry, keep bool) {
	if e.k.str || keep {
		out.set(e.k, e.v)
	} else {
		out.push(e.v)
	}
}

func arraySlice(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	from, to := sliceBounds(c, a.len(), 1)
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a)[from:max(from, to)] {
		appendPair(out, e, c.bool(3))
	}
	return out, nil
}

func arrayReverse(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	list := pairs(a)
	out := newArray()
	for i := len(list) - 1; i >= 0; i-- {
		appendPair(out, list[i], c.bool(1))
	}
	return out, nil
}

// arrayUnique keeps the first of the values that are equal as strings.
func arrayUnique(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if c.has(1) && c.int(1, 2) != 2 { // SORT_STRING
		return c.unknown("calls array_unique() with flags, which is not evaluated"), nil
	}
	if err := c.alloc(2 * a.size()); err != nil {
		return nil, err
	}
	out, seen := newArray(), map[string]bool{}
	for _, e := range pairs(a) {
		s, err := c.stringOf(present(e.v))
		if err != nil {
			return nil, err
		}
		if !seen[s] {
			out.set(e.k, e.v)
		}
		seen[s] = true
	}
	return out, nil
}

// arrayColumn takes one element out of each row.
func arrayColumn(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		row, ok := present(e.v).(*Array)
		if !ok {
			return c.unknown("calls array_column() with rows that are not arrays, which is not evaluated"), nil
		}
		var v Value = row
		if c.has(1) {
			k, _ := toKey(c.arg(1))
			if v, ok = row.get(k); !ok {
				continue
			}
			v = present(v)
		}
		k, _ := toKey(c.arg(2))
		if name, ok := row.get(k); c.has(2) && ok && present(name).kind() != kArray {
			to, _ := toKey(present(name))
			out.set(to, v)
			continue
		}
		out.push(v)
	}
	return out, nil
}

// setFunc is array_diff or array_intersect: by value, or by key.
func setFunc(intersect, byKey bool) function {
	return function{min: 1, max: -1, fn: func(c *call) (Value, error) {
		first, err := c.array(0)
		if err != nil {
			return nil, err
		}
		in := make([]map[string]bool, 0, len(c.args))
		for i := range c.args {
			a, err := c.array(i)
			if err != nil {
				return nil, err
			}
			if err := c.alloc(2 * a.size()); err != nil {
				return nil, err
			}
			members := map[string]bool{}
			for _, e := range pairs(a) {
				s, err := memberText(c, e, byKey)
				if err != nil {
					return nil, err
				}
				members[s] = true
			}
			in = append(in, members)
		}
		out := newArray()
		for _, e := range pairs(first) {
			s, err := memberText(c, e, byKey)
			if err != nil {
				return nil, err
			}
			found := 0
			for _, members := range in[1:] {
				if members[s] {
					found++
				}
			}
			if intersect && found == len(in)-1 || !intersect && found == 0 {
				out.set(e.k, e.v)
			}
		}
		return out, nil
	}}
}

// memberText is the text by which array_diff and array_intersect compare an element.
func memberText(c *call, e entry, byKey bool) (string, error) {
	if byKey {
		return e.k.text(), nil
	}
	return c.stringOf(present(e.v))
}
