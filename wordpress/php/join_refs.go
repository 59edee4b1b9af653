package php

import "slices"

// References in joins of worlds.

// loosen gives up on the references in an array that comes to be one of several values:
// who writes to those, writes there in some of the worlds.
func (in *interp) loosen(v Value, depth int) {
	a, ok := v.(*Array)
	if !ok || depth == 0 && !in.hasRefs(a, 0) || depth > 64 || in.stepsLeft == 0 {
		return
	}
	in.charge(1 + len(a.entries))
	for _, e := range a.entries {
		switch x := e.v.(type) {
		case refVal:
			if !slices.Contains(in.torn, e.v) {
				in.torn = append(in.torn, x)
				in.loosen(in.deref(x), depth+1)
			}
		case *Array:
			in.loosen(x, depth+1)
		}
	}
}

// joinedHere is joinValues of two values of the present world.
func (in *interp) joinedHere(a, b Value, why *Unknown) Value {
	v := in.joinValues(a, b, why, 0)
	in.mend(in.st, why)
	return v
}

// mend gives up on references that exist in one world alone: what they refer to
// stays unknown, whatever is written there.
func (in *interp) mend(out *state, why *Unknown) {
	for _, v := range in.torn {
		if r, ok := v.(refVal); ok {
			u := *why
			u.alts, u.sticky = nil, true
			out.set(r.cell, &u)
		}
	}
	in.torn = in.torn[:0]
}
