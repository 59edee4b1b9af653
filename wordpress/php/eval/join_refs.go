package eval

// References in joins of worlds. Only variables hold references: arrays and
// properties hold none.

// holders counts the variables of a state that hold a reference.
func (s *state) holders(r refVal) int {
	n := 0
	s.Each(func(_ int, v Value) {
		if v == Value(r) {
			n++
		}
	})
	return n
}

// joinedHere is joinValues of two values of the present world.
func (in *interp) joinedHere(a, b Value, why *Unknown) Value { return in.joinValues(a, b, why, 0) }

// invalidate makes what the torn references refer to unknown: they exist in one
// world alone. It stays unknown, whatever is written there.
func (in *interp) invalidate(out *state, why *Unknown) {
	for _, v := range in.torn {
		if r, ok := v.(refVal); ok {
			u := *why
			u.Alts, u.sticky = nil, true
			out.Set(r.cell, &u)
		}
	}
	in.torn = in.torn[:0]
}
