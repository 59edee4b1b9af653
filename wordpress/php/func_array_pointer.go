package php

// The functions of an array's internal pointer.
var pointerFuncs = map[string]function{
	"reset":   pointerFunc(true, func(_, _ int) int { return 0 }),
	"end":     pointerFunc(true, func(_, n int) int { return n - 1 }),
	"next":    pointerFunc(true, func(at, _ int) int { return at + 1 }),
	"prev":    pointerFunc(true, func(at, n int) int { return prevAt(at, n) }),
	"current": pointerFunc(false, func(at, _ int) int { return at }),
	"pos":     pointerFunc(false, func(at, _ int) int { return at }),
	"key":     {fn: pointerKey, min: 1, max: 1},
}

func prevAt(at, n int) int {
	if at >= n || at == 0 {
		return n
	}
	return at - 1
}

// pointerFunc moves the pointer and returns what lies there. Positions count live
// entries; one past the last is nowhere.
func pointerFunc(moves bool, to func(at, n int) int) function {
	f := function{min: 1, max: 1}
	if moves {
		f.refs = 1
	}
	f.fn = func(c *call) (Value, error) {
		a, err := c.array(0)
		if err != nil {
			return nil, err
		}
		if err := c.alloc(2 * a.size()); err != nil {
			return nil, err
		}
		list := pairs(a)
		at := to(min(a.pos, len(list)), len(list))
		if moves {
			out := newArray()
			for _, e := range list {
				out.set(e.k, e.v)
			}
			out.next = a.next
			if out.pos = at; at < 0 {
				out.pos = 0
			}
			if err := c.setRef(0, out); err != nil {
				return nil, err
			}
		}
		if at < 0 || at >= len(list) {
			return boolVal(false), nil
		}
		return share(present(list[at].v)), nil
	}
	return f
}

func pointerKey(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if list := pairs(a); a.pos >= 0 && a.pos < len(list) {
		return list[a.pos].k.value(), c.steps(len(list))
	}
	return null, nil
}
