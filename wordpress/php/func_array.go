package php

// Functions that look at keys alone take arrays whose values are unknown; c.keyed
// says whether the keys themselves are certain.
var arrayFuncs = map[string]function{
	"count":                 {fn: count, min: 1, max: 2, lazy: true},
	"sizeof":                {fn: count, min: 1, max: 2, lazy: true},
	"array_keys":            {fn: arrayKeys, min: 1, max: 3, lazy: true},
	"array_values":          {fn: arrayValues, min: 1, max: 1, lazy: true, keeps: 1},
	"array_merge":           {fn: arrayMerge, max: -1, lazy: true, keeps: -1},
	"array_replace":         {fn: arrayReplace, min: 1, max: -1, lazy: true, keeps: -1},
	"array_key_exists":      {fn: arrayKeyExists, min: 2, max: 2, lazy: true},
	"key_exists":            {fn: arrayKeyExists, min: 2, max: 2, lazy: true},
	"array_key_first":       {fn: edgeKey(false), min: 1, max: 1, lazy: true},
	"array_key_last":        {fn: edgeKey(true), min: 1, max: 1, lazy: true},
	"in_array":              {fn: inArray, min: 2, max: 3},
	"array_search":          {fn: arraySearch, min: 2, max: 3},
	"array_flip":            {fn: arrayFlip, min: 1, max: 1},
	"array_combine":         {fn: arrayCombine, min: 2, max: 2, keeps: 2},
	"array_fill":            {fn: arrayFill, min: 3, max: 3, keeps: 4},
	"array_fill_keys":       {fn: arrayFillKeys, min: 2, max: 2, keeps: 2},
	"array_slice":           {fn: arraySlice, min: 2, max: 4, keeps: 1},
	"array_splice":          {fn: arraySplice, min: 2, max: 4, refs: 1, keeps: 9},
	"array_reverse":         {fn: arrayReverse, min: 1, max: 2, keeps: 1},
	"array_unique":          {fn: arrayUnique, min: 1, max: 2, keeps: 1},
	"array_column":          {fn: arrayColumn, min: 2, max: 3, keeps: 1},
	"array_chunk":           {fn: arrayChunk, min: 2, max: 3, keeps: 1},
	"array_pad":             {fn: arrayPad, min: 3, max: 3, keeps: 5},
	"array_count_values":    {fn: arrayCountValues, min: 1, max: 1},
	"array_is_list":         {fn: arrayIsList, min: 1, max: 1},
	"array_change_key_case": {fn: changeKeyCase, min: 1, max: 2, keeps: 1},
	"array_diff":            setFunc(false, byValue),
	"array_diff_key":        setFunc(false, byKey),
	"array_diff_assoc":      setFunc(false, byBoth),
	"array_intersect":       setFunc(true, byValue),
	"array_intersect_key":   setFunc(true, byKey),
	"array_intersect_assoc": setFunc(true, byBoth),
	"array_push":            {fn: arrayPush, min: 1, max: -1, refs: 1, keeps: -1},
	"array_unshift":         {fn: arrayUnshift, min: 1, max: -1, refs: 1, keeps: -1},
	"array_pop":             {fn: arrayPop, min: 1, max: 1, refs: 1, keeps: 1},
	"array_shift":           {fn: arrayShift, min: 1, max: 1, refs: 1, keeps: 1},
	"array_rand":            {}, "shuffle": {refs: 1}, "array_multisort": {refs: 1}, "array_walk_recursive": {refs: 1},
	"natsort": {refs: 1}, "natcasesort": {refs: 1},
	"array_udiff": {}, "array_uintersect": {}, "array_diff_ukey": {}, "extract": {}, "compact": {},
}

// keyed reports that argument i is an array with known keys in a known order; its
// values may be unknown. If it is not, the result is an unknown.
func (c *call) keyed(i int) (*Array, *Unknown, error) {
	if u, ok := c.arg(i).(*Unknown); ok {
		return nil, u, nil
	}
	a, err := c.array(i)
	if err != nil {
		return nil, nil, err
	}
	return a, a.doubt(c), nil
}

// doubt is the reason why an array's keys are not certain; nil if they are.
func (a *Array) doubt(c *call) *Unknown {
	if a.why != nil {
		return opaque(a.why)
	}
	if !a.certain() {
		return c.unknown("depends on keys that are not known")
	}
	var doubt *Unknown
	a.each(func(_ key, v Value) bool {
		if v.kind() == kAbsent {
			doubt = c.unknown("depends on keys that are not known")
		}
		return doubt == nil
	})
	return doubt
}

func count(c *call) (Value, error) {
	if o, ok := c.arg(0).(*Object); ok {
		if m, class := o.class.method("count"); m != nil && o.class.isA("countable") {
			return c.in.callMethod(o, class, m, nil, c.pos)
		}
		return c.unknown("count of an object is not modelled"), nil
	}
	a, u, err := c.keyed(0)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	mode, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if mode != 1 {
		return intVal(a.len()), nil
	}
	if u := c.unknownIn(a); u != nil {
		return u, nil
	}
	n, err := countAll(c, a)
	return intVal(n), err
}

// orUnknown keeps a nil *Unknown from becoming a Value.
func orUnknown(u *Unknown) Value {
	if u == nil {
		return nil
	}
	return opaque(u)
}

func countAll(c *call, a *Array) (int, error) {
	n := a.len()
	err := c.steps(n)
	a.each(func(_ key, v Value) bool {
		if sub, ok := v.(*Array); ok && err == nil {
			var more int
			more, err = countAll(c, sub)
			n += more
		}
		return err == nil
	})
	return n, err
}

func arrayKeys(c *call) (Value, error) {
	a, u, err := c.keyed(0)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	if len(c.args) > 1 {
		if u := c.unknownIn(listOf(c.args...)); u != nil {
			return u, nil
		}
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out, strict := newArray(), c.bool(2)
	if len(c.args) > 1 && !strict && holdsObject(c.arg(1), 0) {
		return c.unknown("compares objects"), nil
	}
	a.each(func(k key, v Value) bool {
		if len(c.args) == 1 || equalBy(strict, v, c.arg(1)) {
			out.push(k.value())
		}
		return true
	})
	return out, nil
}

func equalBy(strict bool, a, b Value) bool {
	if strict {
		return identical(a, b)
	}
	return looseEqual(a, b)
}

func arrayValues(c *call) (Value, error) {
	a, u, err := c.keyed(0)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	if a, err = c.in.settled(a, c.pos); err != nil {
		return nil, err
	}
	out := newArray()
	a.each(func(_ key, v Value) bool { return out.push(v) })
	return out, nil
}

func arrayMerge(c *call) (Value, error) {
	out := newArray()
	for i := range c.args {
		a, u, err := c.keyed(i)
		if err != nil || u != nil {
			return orUnknown(u), err
		}
		if err := c.alloc(a.size()); err != nil {
			return nil, err
		}
		if a, err = c.in.settled(a, c.pos); err != nil {
			return nil, err
		}
		for _, e := range a.entries {
			if !e.gone {
				appendPair(out, e, false)
			}
		}
	}
	return out, nil
}

func arrayReplace(c *call) (Value, error) {
	out := newArray()
	for i := range c.args {
		a, u, err := c.keyed(i)
		if err != nil || u != nil {
			return orUnknown(u), err
		}
		if err := c.alloc(a.size()); err != nil {
			return nil, err
		}
		if a, err = c.in.settled(a, c.pos); err != nil {
			return nil, err
		}
		a.each(func(k key, v Value) bool { out.set(k, v); return true })
	}
	return out, nil
}

func arrayKeyExists(c *call) (Value, error) {
	for _, v := range c.args[:2] {
		if u, ok := v.(*Unknown); ok {
			return maybe(u), nil
		}
	}
	a, err := c.array(1)
	if err != nil {
		return nil, err
	}
	k, ok := toKey(c.arg(0))
	if !ok {
		return nil, c.throw("TypeError", "Illegal offset type")
	}
	v, found := a.get(k)
	switch u, unknown := v.(*Unknown); {
	case !found && a.why != nil:
		return maybe(a.why), nil
	case !found && a.rest.covers(k.text()):
		return maybe(c.unknown(a.rest.reason()).from(a.rest.origin(k.text()))), nil
	case unknown && (a.why != nil || u.maybeAbsent()):
		return maybe(u), nil
	}
	return boolVal(found && v.kind() != kAbsent), nil
}

func edgeKey(last bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		a, u, err := c.keyed(0)
		if err != nil || u != nil {
			return orUnknown(u), err
		}
		found := null
		a.each(func(k key, _ Value) bool { found = k.value(); return last })
		return found, c.steps(a.len() / 16)
	}
}

func arrayFlip(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	a.each(func(k key, v Value) bool {
		if v.kind() == kString || v.kind() == kInt {
			to, _ := toKey(v)
			out.set(to, k.value())
		}
		return true
	})
	return out, nil
}

func arrayCombine(c *call) (Value, error) {
	keys, err := c.array(0)
	if err != nil {
		return nil, err
	}
	vals, err := c.array(1)
	if err != nil {
		return nil, err
	}
	if keys.len() != vals.len() {
		return nil, c.throw("ValueError", "array_combine(): Argument #1 ($keys) and argument #2 ($values) must have the same number of elements")
	}
	if err := c.alloc(keys.size()); err != nil {
		return nil, err
	}
	list := make([]Value, 0, vals.len())
	vals.each(func(_ key, v Value) bool { list = append(list, v); return true })
	out := newArray()
	i := 0
	keys.each(func(_ key, v Value) bool {
		var s string
		if s, err = c.in.stringOf(v, c.pos); err != nil {
			return false
		}
		out.put(s, list[i])
		i++
		return true
	})
	return out, err
}

func arrayFill(c *call) (Value, error) {
	start, err := c.int(0, 0)
	if err != nil {
		return nil, err
	}
	n, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, c.throw("ValueError", "array_fill(): Argument #2 ($count) must be greater than or equal to 0")
	}
	if err := c.allocTimes(112, n); err != nil {
		return nil, err
	}
	out := arrayFor(n)
	for i := range n {
		out.set(intKey(start+i), c.arg(2))
	}
	return out, nil
}

func arrayFillKeys(c *call) (Value, error) {
	keys, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(keys.size()); err != nil {
		return nil, err
	}
	out := newArray()
	keys.each(func(_ key, v Value) bool {
		var s string
		if s, err = c.in.stringOf(v, c.pos); err != nil {
			return false
		}
		out.put(s, c.arg(1))
		return true
	})
	return out, err
}
