package php

import (
	"errors"
	"math"
	"slices"
	"strings"
)

var sortFuncs = map[string]function{
	"sort":         sortFunc(false, false, false),
	"rsort":        sortFunc(false, false, true),
	"asort":        sortFunc(false, true, false),
	"arsort":       sortFunc(false, true, true),
	"ksort":        sortFunc(true, true, false),
	"krsort":       sortFunc(true, true, true),
	"usort":        userSort(false, false),
	"uasort":       userSort(false, true),
	"uksort":       userSort(true, true),
	"array_map":    {fn: arrayMap, min: 2, max: -1, keeps: -1, each: true},
	"array_filter": {fn: arrayFilter, min: 1, max: 3, keeps: 1, each: true},
	"array_reduce": {fn: arrayReduce, min: 2, max: 3, keeps: 5, each: true},
	"array_walk":   {fn: arrayWalk, min: 2, max: 3, refs: 1, keeps: 4, each: true},
}

// sortFunc sorts by value or by key, keeping keys or not, perhaps from the end.
func sortFunc(byKeys, keep, back bool) function {
	return function{min: 1, max: 2, refs: 1, keeps: 1, fn: func(c *call) (Value, error) {
		flags, err := c.int(1, 0)
		if err != nil {
			return nil, err
		}
		mixed := false
		by := func(a, b Value) (int, error) {
			a, b, err := c.plainly(a, b)
			if err != nil {
				return 0, err
			}
			n, ok := orderBy(flags, a, b)
			mixed = mixed || !ok
			if back {
				n = -n
			}
			return n, nil
		}
		v, err := sortArray(c, byKeys, keep, by)
		if mixed && err == nil {
			return c.unknown("sorts values that have no order"), c.setRef(0, c.unknown("sorts values that have no order"))
		}
		return v, err
	}}
}

// orderBy compares by the sort functions' flags; ok is false where there is no order.
func orderBy(flags int64, a, b Value) (n int, ok bool) {
	switch flags &^ 8 {
	case 1: // SORT_NUMERIC
		return compareFloats(toFloat(a), toFloat(b)), true
	case 2, 5: // SORT_STRING
		x, y := toString(a), toString(b)
		if flags&8 != 0 {
			x, y = lower(x), lower(y)
		}
		return strings.Compare(x, y), true
	case 6: // SORT_NATURAL
		return natural(toString(a), toString(b), flags&8 != 0), true
	}
	n = compare(a, b)
	return n, n <= 1 && n >= -1 && transitive(a) && transitive(b)
}

// transitive excludes what PHP 8 orders without sense: arrays and objects among scalars.
func transitive(v Value) bool { return v.kind() != kArray && v.kind() != kObject }

func userSort(byKeys, keep bool) function {
	return function{min: 2, max: 2, refs: 1, keeps: 1, fn: func(c *call) (Value, error) {
		by := func(a, b Value) (int, error) {
			v, err := c.invoke(c.arg(1), a, b)
			sense := 1
			if v == Value(boolVal(false)) && err == nil { // not a number: asked again the other way round
				sense = -1
				v, err = c.invoke(c.arg(1), b, a)
			}
			if err != nil {
				return 0, err
			}
			if u, ok := v.(*Unknown); ok {
				return 0, &unordered{u}
			}
			return sense * order(toInt(v), 0), nil
		}
		return sortArray(c, byKeys, keep, by)
	}}
}

// unordered ends a sort whose order is not known.
type unordered struct{ why *Unknown }

func (*unordered) Error() string { return "sort: the order is not known" }

func sortArray(c *call, byKeys, keep bool, by func(a, b Value) (int, error)) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(2 * a.size()); err != nil {
		return nil, err
	}
	list := pairs(a)
	if err := c.steps(len(list) * (1 + int(math.Log2(float64(len(list)+1))))); err != nil {
		return nil, err
	}
	err = sortEntries(list, func(x, y *entry) (int, error) {
		if byKeys {
			return by(x.k.value(), y.k.value())
		}
		return by(c.in.deref(x.v), c.in.deref(y.v))
	})
	var u *unordered
	if errors.As(err, &u) {
		return boolVal(true), c.setRef(0, opaque(u.why))
	}
	if err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range list {
		if keep {
			out.set(e.k, e.v)
		} else {
			out.push(e.v)
		}
	}
	return boolVal(true), c.setRef(0, out)
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
		v, err := c.invoke(c.arg(0), c.in.deref(e.v))
		if err != nil {
			return nil, err
		}
		out.set(e.k, v)
	}
	return out, nil
}

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
				args[j] = c.in.deref(l[i].v)
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
	mode, err := c.int(2, 0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		v := c.in.deref(e.v)
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
		switch t, u := c.in.truth(v); {
		case u != nil:
			out.set(e.k, c.in.joinValues(e.v, absentVal{}, opaque(u), 1))
			out.why, out.listed = firstUnknown(out.why, opaque(u)), true
		case t:
			out.set(e.k, e.v)
		}
	}
	return out, nil
}

func arrayReduce(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	sum := c.arg(2)
	for _, e := range pairs(a) {
		if sum, err = c.invoke(c.arg(1), sum, c.in.deref(e.v)); err != nil {
			return nil, err
		}
	}
	return sum, nil
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
	to, err := c.in.callable(c.arg(1), c.pos)
	if err != nil {
		return nil, err
	}
	byRef := to.fn != nil && to.byRef(0, "")
	out := newArray()
	for _, e := range pairs(a) {
		v := e.v
		if byRef {
			v = refVal{c.in.newCell(v)}
		}
		args := []Value{v, e.k.value()}
		if len(c.args) > 2 {
			args = append(args, c.arg(2))
		}
		if _, err := c.invoke(c.arg(1), args...); err != nil {
			return nil, err
		}
		out.set(e.k, c.in.deref(v))
	}
	if !byRef {
		return boolVal(true), nil
	}
	return boolVal(true), c.setRef(0, out)
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
	return share(c.in.deref(list[len(list)-1].v)), c.setRef(0, out)
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
	return share(c.in.deref(list[0].v)), c.setRef(0, out)
}

// sortedNames orders a list of strings by their bytes.
func sortedNames(a *Array) *Array {
	list := pairs(a)
	slices.SortFunc(list, func(x, y entry) int { return strings.Compare(toString(x.v), toString(y.v)) })
	out := newArray()
	for _, e := range list {
		out.push(e.v)
	}
	return out
}
