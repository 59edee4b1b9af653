package php

// References that nothing else holds are values: PHP counts who holds them, and a
// copy of an array keeps as references only those that are held elsewhere.

// A holdersWalk counts the places that hold one reference, in what the program can
// still reach. An array that several variables share counts once, as in PHP.
type holdersWalk struct {
	in     *interp
	ref    refVal
	seen   map[any]bool
	cells  map[int]bool
	places int
}

// held counts the places in which the program can reach a reference.
func (in *interp) held(r refVal) int {
	if in.stepsLeft == 0 {
		return 2 // it ends here in any case
	}
	w := &holdersWalk{in: in, ref: r, seen: map[any]bool{}, cells: map[int]bool{}}
	for f := in.frame; f != nil; f = f.caller {
		for _, slot := range f.vars {
			w.slot(slot)
		}
		for _, v := range f.args {
			w.value(v, 0)
		}
		if f.this != nil {
			w.value(f.this, 0)
		}
	}
	for _, slot := range in.globals.vars {
		w.slot(slot)
	}
	for _, slot := range in.slots {
		w.slot(slot)
	}
	for _, o := range in.pending {
		if j, ok := o.err.(*jump); ok && j.val != nil {
			w.value(j.val, 0)
		}
	}
	return w.places
}

func (w *holdersWalk) slot(slot int) {
	if w.cells[slot] {
		return
	}
	w.cells[slot] = true
	if slot == w.ref.cell {
		w.places++ // a global or static variable is itself what global and static bind to
	}
	if v := w.in.st.get(slot); v != nil {
		w.value(v, 0)
	}
}

func (w *holdersWalk) value(v Value, depth int) {
	w.in.charge(4)
	if depth > 1000 || w.in.stepsLeft == 0 {
		w.places += 2 // too deep to tell: as good as shared
		return
	}
	switch v := v.(type) {
	case refVal:
		if v == w.ref {
			w.places++
		}
		if !w.cells[v.cell] {
			w.cells[v.cell] = true
			if x := w.in.st.get(v.cell); x != nil {
				w.value(x, depth+1)
			}
		}
	case *Array:
		if w.seen[v] {
			return
		}
		w.seen[v] = true
		for i := range v.entries {
			if e := &v.entries[i]; !e.gone {
				w.value(e.v, depth+1)
			}
		}
	case *Object:
		if w.seen[v] {
			return
		}
		w.seen[v] = true
		if x := w.in.st.get(v.cell); v.cell != 0 && x != nil {
			w.value(x, depth+1)
		}
		if v.gen != nil {
			for _, slot := range v.gen.frame.vars {
				w.slot(slot)
			}
		}
		if v.fn != nil {
			for _, x := range v.fn.vals {
				w.value(x, depth+1)
			}
			if v.fn.this != nil {
				w.value(v.fn.this, depth+1)
			}
		}
	}
}

// settled is an element of an array that is copied: a reference that nothing else
// holds is what it refers to.
func (in *interp) settled(v Value) Value {
	if r, ok := v.(refVal); ok && in.held(r) <= 1 {
		return share(in.deref(r))
	}
	return v
}

// lends reports that an array has elements, at any depth, which are references that
// something else holds too.
func (in *interp) lends(v Value, depth int) bool {
	a, ok := v.(*Array)
	if !ok || !in.hasRefs(a, 0) {
		return false
	}
	for _, e := range a.entries {
		switch x := e.v.(type) {
		case refVal:
			if in.held(x) > 1 || depth > 16 || in.lends(in.deref(x), depth+1) {
				return true
			}
		case *Array:
			if depth > 16 || in.lends(x, depth+1) {
				return true
			}
		}
	}
	return false
}

// tear makes what the elements of an array refer to unknown for good: who writes to
// the array, which is not known any more, may write there.
func (in *interp) tear(v Value, why *Unknown, depth int) {
	a, ok := v.(*Array)
	if !ok {
		return
	}
	in.charge(1 + len(a.entries)/4)
	for _, e := range a.entries {
		r, isRef := e.v.(refVal)
		if !isRef {
			if depth < 64 {
				in.tear(e.v, why, depth+1)
			}
			continue
		}
		x := in.deref(r)
		if sticky(x) {
			continue
		}
		u := *why
		u.alts, u.sticky = nil, true
		in.writeCell(r, &u)
		in.tear(x, why, depth+1)
	}
}

// holders counts the places of a state that hold a reference.
func (in *interp) holders(s *state, r refVal) int {
	n := 0
	s.each(func(_ int, v Value) { n += in.refsIn(v, r, 0) })
	return n
}

func (in *interp) refsIn(v Value, r refVal, depth int) int {
	in.charge(1)
	if v == Value(r) {
		return 1
	}
	a, ok := v.(*Array)
	if !ok || depth > 16 || in.stepsLeft == 0 {
		return 0
	}
	n := 0
	for _, e := range a.entries {
		if e.v != nil && (e.v.kind() == kRef || e.v.kind() == kArray) {
			n += in.refsIn(e.v, r, depth+1)
		}
	}
	return n
}
