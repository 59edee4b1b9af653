package php

import "math"

// pairs lists an array's live entries.
func pairs(a *Array) []entry {
	if a == nil {
		return nil
	}
	list := make([]entry, 0, a.len())
	for _, e := range a.entries {
		if !e.gone {
			list = append(list, e)
		}
	}
	return list
}

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
	from, to, err := c.bounds(a.len(), 1)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a)[from:max(from, to)] {
		appendPair(out, e, c.bool(3))
	}
	return out, nil
}

func arraySplice(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	from, to, err := c.bounds(a.len(), 1)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(3 * a.size()); err != nil {
		return nil, err
	}
	removed, left := newArray(), newArray()
	insert := func() {
		switch v := c.arg(3).(type) {
		case *Array:
			v.each(func(_ key, v Value) bool { return left.push(v) })
		case nullVal:
		default:
			left.push(v)
		}
	}
	for i, e := range pairs(a) {
		if i == from {
			insert()
		}
		if i >= from && i < to {
			appendPair(removed, e, false)
		} else {
			appendPair(left, e, false)
		}
	}
	if from >= a.len() {
		insert()
	}
	return removed, c.setRef(0, left)
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

func arrayUnique(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(1, 2)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(2 * a.size()); err != nil {
		return nil, err
	}
	if flags != 2 && holdsObject(a, 0) {
		return c.unknown("compares objects"), nil
	}
	out := newArray()
	seen := map[string]bool{}
	for _, e := range pairs(a) {
		if flags == 2 {
			s, err := c.in.stringOf(c.in.deref(e.v), c.pos)
			if err != nil {
				return nil, err
			}
			if seen[s] {
				continue
			}
			seen[s] = true
		} else {
			dup := false
			looked, err := c.plain(e.v)
			if err != nil {
				return nil, err
			}
			out.each(func(_ key, v Value) bool {
				if v, err = c.plain(v); err == nil {
					dup = looseEqual(v, looked)
				}
				return !dup && err == nil
			})
			if err != nil {
				return nil, err
			}
			if err := c.steps(out.len()); err != nil {
				return nil, err
			}
			if dup {
				continue
			}
		}
		out.set(e.k, e.v)
	}
	return out, nil
}

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
		row, ok := c.in.deref(e.v).(*Array)
		if !ok {
			o, isObject := c.in.deref(e.v).(*Object)
			if !isObject {
				continue
			}
			if m, _ := o.class.method("__get"); m != nil || o.class.opaque || o.class.native != nil {
				return c.unknown("array_column of such objects is not modelled"), nil
			}
			if row = c.in.visible(o, nil); c.unknownIn(row) != nil {
				return opaque(c.unknownIn(row)), nil
			}
		}
		var v Value = row
		if c.has(1) {
			k, ok := toKey(c.arg(1))
			if !ok {
				return nil, c.typeError(1, "string|int|null")
			}
			if v, ok = row.get(k); !ok {
				continue
			}
			v = c.in.deref(v)
		}
		if c.has(2) {
			k, _ := toKey(c.arg(2))
			if name, ok := row.get(k); ok && c.in.deref(name).kind() != kArray {
				to, _ := toKey(c.in.deref(name))
				out.set(to, v)
				continue
			}
		}
		out.push(v)
	}
	return out, nil
}

func arrayChunk(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	n, err := c.int(1, 1)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, c.throw("ValueError", "array_chunk(): Argument #2 ($length) must be greater than 0")
	}
	if err := c.alloc(3 * a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	var part *Array
	for i, e := range pairs(a) {
		if int64(i)%n == 0 {
			part = newArray()
			out.push(part)
		}
		if c.bool(2) {
			part.set(e.k, e.v)
		} else {
			part.push(e.v)
		}
	}
	return out, nil
}

func arrayPad(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	n, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	need := max(n, -n) - int64(a.len())
	if need <= 0 && n != math.MinInt64 {
		return a, nil
	}
	if need > 1<<20 || need < 0 {
		return nil, c.throw("ValueError", "array_pad(): Argument #2 ($length) must be less than or equal to 1048576")
	}
	if err := c.allocTimes(112, need+int64(a.len())); err != nil {
		return nil, err
	}
	out := arrayFor(need + int64(a.len()))
	for i := int64(0); n < 0 && i < need; i++ {
		out.push(c.arg(2))
	}
	for _, e := range pairs(a) {
		appendPair(out, e, false)
	}
	for i := int64(0); n > 0 && i < need; i++ {
		out.push(c.arg(2))
	}
	return out, nil
}

func arrayIsList(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	for i, e := range pairs(a) {
		if e.k.str || e.k.n != int64(i) {
			return boolVal(false), nil
		}
	}
	return boolVal(true), c.steps(a.len() / 16)
}

func arrayCountValues(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		if e.v.kind() != kString && e.v.kind() != kInt {
			continue
		}
		k, _ := toKey(e.v)
		n, _ := out.get(k)
		if n == nil {
			n = intVal(0)
		}
		out.set(k, intVal(toInt(n)+1))
	}
	return out, nil
}

func changeKeyCase(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		if e.k.str {
			if c.bool(1) {
				e.k.s = upper(e.k.s)
			} else {
				e.k.s = lower(e.k.s)
			}
		}
		out.set(e.k, e.v)
	}
	return out, nil
}

// A matching says what makes two entries the same to array_diff and its family.
type matching uint8

const (
	byValue matching = iota
	byKey
	byBoth
)

func setFunc(intersect bool, by matching) function {
	return function{min: 1, max: -1, keeps: 1, fn: func(c *call) (Value, error) {
		first, err := c.array(0)
		if err != nil {
			return nil, err
		}
		kept := pairs(first)
		for i := 1; i < len(c.args); i++ {
			other, err := c.array(i)
			if err != nil {
				return nil, err
			}
			if kept, err = sift(c, kept, other, intersect, by); err != nil {
				return nil, err
			}
		}
		if err := c.alloc(first.size()); err != nil {
			return nil, err
		}
		out := newArray()
		for _, e := range kept {
			out.set(e.k, e.v)
		}
		return out, nil
	}}
}

func sift(c *call, list []entry, other *Array, want bool, by matching) ([]entry, error) {
	if err := c.alloc(other.size() + 48*len(list)); err != nil {
		return nil, err
	}
	values := map[string]bool{}
	for _, e := range pairs(other) {
		if by == byValue {
			s, err := c.in.stringOf(e.v, c.pos)
			if err != nil {
				return nil, err
			}
			values[s] = true
		}
	}
	var kept []entry
	for _, e := range list {
		v, found := other.get(e.k)
		if by != byKey {
			s, err := c.in.stringOf(c.in.deref(e.v), c.pos)
			if err != nil {
				return nil, err
			}
			if by == byValue {
				found = values[s]
			} else if found {
				t, err := c.in.stringOf(v, c.pos)
				if err != nil {
					return nil, err
				}
				found = s == t
			}
		}
		if found == want {
			kept = append(kept, e)
		}
	}
	return kept, nil
}
