package php

// An assignment to an element whose value is the array that it is written to. PHP
// reads a variable, and what a function returns by reference, after it has made the
// array its own: where that is a reference to the array, it comes to hold itself.
// No Array does, so what it is then is not known.

// intoItself reports, after the value v of an assignment was evaluated, that its
// target lies in an array which the value may refer to; that is not known from then
// on. byRef is whether a function that returns a reference was called for it.
func (in *interp) intoItself(p *place, target, val expr, v Value, byRef bool) *Unknown {
	if p.slot == 0 || p.magic != nil || p.wild != nil || len(p.path) == 0 {
		return nil
	}
	refers, own := in.refersTo(target, val, byRef)
	if !own {
		return nil
	}
	for _, cell := range in.containers(p) {
		held := in.st.get(cell)
		if cell != refers && (refers != 0 || v.kind() != kNull && v != held) || sticky(held) {
			continue
		}
		switch {
		case held == nil, held.kind() == kNull, held.kind() == kAbsent, held.kind() == kArray, held.kind() == kUnknown, held == Value(boolVal(false)):
			u := in.unknownAt(Undecidable, p.at, "depends on an array that holds itself")
			in.st.set(cell, u)
			return u
		}
	}
	return nil
}

// refersTo is where the value of an assignment lies if PHP reads it late; 0 is
// anywhere. A variable that the target begins with is copied first.
func (in *interp) refersTo(target, val expr, byRef bool) (slot int, own bool) {
	switch x := val.(type) {
	case *varExpr:
		name, lit := x.name, true
		if x.dyn != nil {
			l, ok := x.dyn.(*litExpr)
			if !ok || l.v.kind() != kString {
				return 0, false
			}
			name, lit = toString(l.v), false
		}
		if superglobals[name] || name == "this" || name == "GLOBALS" || lit && name == baseName(target) {
			return 0, false
		}
		_, slot = in.raw(in.varPlace(in.frame, name, x.at))
		return slot, true
	case *assignExpr:
		if from, ok := x.target.(*varExpr); ok && x.ref && from.dyn == nil {
			_, slot = in.raw(in.varPlace(in.frame, from.name, x.at))
		}
		return slot, x.ref
	case *callExpr, *methodExpr, *sCallExpr:
		return 0, byRef
	}
	return 0, false
}

// baseName is the variable that an element or property is of.
func baseName(x expr) string {
	for {
		switch y := x.(type) {
		case *indexExpr:
			x = y.base
		case *propExpr:
			x = y.obj
		case *varExpr:
			return y.name
		default:
			return ""
		}
	}
}

// containers are the slots on the way to an element: the variable's own, and those
// of references in the arrays that it passes.
func (in *interp) containers(p *place) []int {
	v, slot := in.raw(p)
	cells := []int{slot}
	for _, s := range p.path[:len(p.path)-1] {
		a, ok := v.(*Array)
		if !ok || s.push || s.wild != nil {
			break
		}
		v, _ = a.get(s.k)
		for r, ok := v.(refVal); ok && len(cells) < 64; r, ok = v.(refVal) {
			cells = append(cells, r.cell)
			v = in.st.get(r.cell)
		}
	}
	return cells
}
