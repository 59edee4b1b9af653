package php

// References that nothing else holds are values: PHP counts who holds them, and a
// copy of an array keeps as references only those that are held elsewhere.

// A holdersWalk counts the places that hold some references, in what the program can
// still reach. An array that several variables share counts once, as in PHP.
type holdersWalk struct {
	in     *interp
	places map[int]int // of a reference, by its cell
	seen   map[any]bool
	cells  map[int]bool
	array  *Array // counted in arrays
	arrays int
}

// held counts the places in which the program can reach a reference.
func (in *interp) held(r refVal) int { return in.holding(map[int]int{r.cell: 0}).places[r.cell] }

// holding counts the places of each of the cells.
func (in *interp) holding(places map[int]int) *holdersWalk {
	w := &holdersWalk{in: in, places: places, seen: map[any]bool{}, cells: map[int]bool{}}
	w.walk()
	return w
}

// copied reports that an array lies in more than one place.
func (in *interp) copied(a *Array) bool {
	w := &holdersWalk{in: in, seen: map[any]bool{}, cells: map[int]bool{}, array: a}
	w.walk()
	return w.arrays > 1
}

func (w *holdersWalk) walk() {
	in := w.in
	if in.stepsLeft == 0 { // it ends here in any case
		w.tooDeep()
		return
	}
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
}

// tooDeep gives up: what cannot be counted is as good as shared.
func (w *holdersWalk) tooDeep() {
	for cell := range w.places {
		w.places[cell] += 2
	}
	w.arrays += 2
}

func (w *holdersWalk) found(cell int) {
	if n, ok := w.places[cell]; ok {
		w.places[cell] = n + 1
	}
}

func (w *holdersWalk) slot(slot int) {
	if w.cells[slot] {
		return
	}
	w.cells[slot] = true
	w.found(slot) // a global or static variable is itself what global and static bind to
	if v := w.in.st.get(slot); v != nil {
		w.value(v, 0)
	}
}

func (w *holdersWalk) value(v Value, depth int) {
	w.in.charge(4)
	if depth > 1000 || w.in.stepsLeft == 0 {
		w.tooDeep()
		return
	}
	switch v := v.(type) {
	case refVal:
		w.found(v.cell)
		if !w.cells[v.cell] {
			w.cells[v.cell] = true
			if x := w.in.st.get(v.cell); x != nil {
				w.value(x, depth+1)
			}
		}
	case *Array:
		if v == w.array {
			w.arrays++
		}
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
		if !w.seen[v] {
			w.seen[v] = true
			w.object(v, depth)
		}
	}
}

func (w *holdersWalk) object(v *Object, depth int) {
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

// settled is an array that is copied: elements that are references which nothing
// else holds are what they refer to. It is the array itself if it has none.
func (in *interp) settled(a *Array, pos at) (*Array, error) { return in.settledAs(a, false, pos) }

// settledAs is settled; copied is set of a copy that was made already, which does not count.
func (in *interp) settledAs(a *Array, copied bool, pos at) (*Array, error) {
	places := map[int]int{}
	for i := range a.entries {
		if r, ok := a.entries[i].v.(refVal); ok {
			places[r.cell] = 0
		}
	}
	if len(places) == 0 {
		return a, nil
	}
	if err := in.alloc(a.size()+32*len(places), pos); err != nil {
		return nil, err
	}
	w := in.holding(places)
	if !copied && !w.seen[a] { // it lies nowhere yet
		w.value(a, 0)
	}
	c := a.clone()
	for i := range c.entries {
		e := &c.entries[i]
		if r, ok := e.v.(refVal); ok && places[r.cell] <= 1 {
			e.v = share(in.deref(r))
		}
	}
	return c, nil
}

// lost makes what an array's shared references refer to unknown, for it is not known
// any more where the array goes: who writes to its elements, there, writes here.
func (in *interp) lost(v Value, why *Unknown) {
	if in.lends(v, 0) {
		in.tear(v, why, 0)
	}
}

// lostElement is lost of an element, which may be a reference itself.
func (in *interp) lostElement(v Value, why *Unknown) {
	switch v.(type) {
	case refVal:
		in.tear(listOf(v), why, 0)
	case *Array:
		in.lost(v, why)
	}
}

// lends reports that an array has elements, at any depth, which are references that
// something else holds too.
func (in *interp) lends(v Value, depth int) bool {
	a, ok := v.(*Array)
	if !ok || !in.hasRefs(a, 0) || in.stepsLeft == 0 { // it ends here in any case
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
	if !ok || in.stepsLeft == 0 {
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
