package php

// spreadArgs is what f(...$x) passes to the parameters from one on, by name where the
// keys are. A parameter by reference makes the element that it is given one.
func (in *interp) spreadArgs(to *callee, from int, x expr, pos at) (*Array, error) {
	list := newArray()
	if isPlace(x) && to.takesRefs(from) {
		p, err := in.place(x)
		if err != nil {
			return nil, err
		}
		v, err := in.load(p)
		if err != nil {
			return nil, err
		}
		if a, ok := v.(*Array); ok && a.certain() {
			return list, in.spreadRefs(list, to, from, p, pairs(a))
		}
	}
	v, err := in.eval(x)
	if err != nil {
		return nil, err
	}
	if err := in.spreadInto(list, v, pos); err != nil {
		return nil, err
	}
	if list.why != nil {
		return nil, in.refuse(Undecidable, pos, "evaluate: the arguments depend on %s", list.why.Expr)
	}
	return list, nil
}

// takesRefs reports that there are parameters by reference from one on.
func (c *callee) takesRefs(from int) bool {
	if c.builtin != nil {
		return c.builtin.refs>>min(from, 30) != 0 || c.builtin.restRefs
	}
	if c.fn == nil {
		return false
	}
	for _, p := range c.fn.params {
		if p.ref {
			return true
		}
	}
	return false
}

// spreadRefs adds the elements of the array that lies in a place.
func (in *interp) spreadRefs(list *Array, to *callee, from int, p *place, elems []entry) error {
	if err := in.alloc(96*len(elems), p.at); err != nil {
		return err
	}
	for _, e := range elems {
		name := ""
		if e.k.str {
			name = e.k.s
		}
		v := share(in.deref(e.v))
		if to.byRef(from+list.len(), name) {
			elem := *p
			elem.path = append(p.path[:len(p.path):len(p.path)], step{k: e.k})
			var err error
			if v, err = in.reference(&elem); err != nil {
				return err
			}
		}
		if e.k.str {
			list.set(e.k, v)
		} else {
			list.push(v)
		}
	}
	return nil
}

// referred are arguments for a builtin: values, and where to write to of those by
// reference.
func (in *interp) referred(to *callee, from int, args []Value, pos at) ([]Value, []target) {
	vals, targets := make([]Value, len(args)), make([]target, len(args))
	for i, v := range args {
		vals[i] = v
		if r, ok := v.(refVal); ok {
			vals[i] = share(in.deref(v))
			if to.byRef(from+i, "") {
				targets[i] = &place{slot: r.cell, at: pos}
			}
		}
	}
	return vals, targets
}
