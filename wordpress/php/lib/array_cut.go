package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// appendPair appends, keeping a string key and, if keep, an integer one.
func appendPair(out *eval.Array, e eval.Entry, keep bool) {
	if e.Key.Str || keep {
		out.Set(e.Key, e.Value)
	} else {
		out.Push(e.Value)
	}
}

func arraySlice(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	from, to := sliceBounds(c, a.Len(), 1)
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	for _, e := range eval.Pairs(a)[from:max(from, to)] {
		appendPair(out, e, c.Bool(3))
	}
	return out, nil
}

func arrayReverse(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	list := eval.Pairs(a)
	out := eval.NewArray()
	for i := len(list) - 1; i >= 0; i-- {
		appendPair(out, list[i], c.Bool(1))
	}
	return out, nil
}

// arrayUnique keeps the first of the values that are equal as strings.
func arrayUnique(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if c.Has(1) && c.Int(1, 2) != 2 { // SORT_STRING
		return c.Unknown("calls array_unique() with flags, which is not evaluated"), nil
	}
	if err := c.Alloc(2 * a.Size()); err != nil {
		return nil, err
	}
	out, seen := eval.NewArray(), map[string]bool{}
	for _, e := range eval.Pairs(a) {
		s, err := c.StringOf(eval.Present(e.Value))
		if err != nil {
			return nil, err
		}
		if !seen[s] {
			out.Set(e.Key, e.Value)
		}
		seen[s] = true
	}
	return out, nil
}

// arrayColumn takes one element out of each row.
func arrayColumn(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	if err := c.Alloc(a.Size()); err != nil {
		return nil, err
	}
	out := eval.NewArray()
	for _, e := range eval.Pairs(a) {
		row, ok := eval.Present(e.Value).(*eval.Array)
		if !ok {
			return c.Unknown("calls array_column() with rows that are not arrays, which is not evaluated"), nil
		}
		var v eval.Value = row
		if c.Has(1) {
			k, _ := eval.ToKey(c.Arg(1))
			if v, ok = row.Get(k); !ok {
				continue
			}
			v = eval.Present(v)
		}
		k, _ := eval.ToKey(c.Arg(2))
		if name, ok := row.Get(k); c.Has(2) && ok && eval.Present(name).Kind() != eval.KindArray {
			to, _ := eval.ToKey(eval.Present(name))
			out.Set(to, v)
			continue
		}
		out.Push(v)
	}
	return out, nil
}

// setFunc is array_diff or array_intersect: by value, or by key.
func setFunc(intersect, byKey bool) eval.Function {
	return eval.Function{Min: 1, Max: -1, Run: func(c *eval.Call) (eval.Value, error) {
		first, err := c.Array(0)
		if err != nil {
			return nil, err
		}
		in := make([]map[string]bool, 0, len(c.Args))
		for i := range c.Args {
			a, err := c.Array(i)
			if err != nil {
				return nil, err
			}
			if err := c.Alloc(2 * a.Size()); err != nil {
				return nil, err
			}
			members := map[string]bool{}
			for _, e := range eval.Pairs(a) {
				s, err := memberText(c, e, byKey)
				if err != nil {
					return nil, err
				}
				members[s] = true
			}
			in = append(in, members)
		}
		out := eval.NewArray()
		for _, e := range eval.Pairs(first) {
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
				out.Set(e.Key, e.Value)
			}
		}
		return out, nil
	}}
}

// memberText is the text by which array_diff and array_intersect compare an element.
func memberText(c *eval.Call, e eval.Entry, byKey bool) (string, error) {
	if byKey {
		return e.Key.Text(), nil
	}
	return c.StringOf(eval.Present(e.Value))
}
