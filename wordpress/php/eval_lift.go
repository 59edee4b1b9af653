package php

// lift applies a pure function to values of which some may be unknown: to every
// combination of alternatives if those are few, otherwise the result is unknown.
func (in *interp) lift(vals []Value, pos at, f func([]Value) (Value, error)) (Value, error) {
	var first *Unknown
	combinations := 1
	for _, v := range vals {
		if u := in.unknownIn(v, 0); u != nil {
			if first == nil || u.Class > first.Class {
				first = u
			}
			if w, ok := v.(*Unknown); ok && w.alts != nil {
				combinations *= len(w.alts)
			} else {
				combinations = maxAlts + 1
			}
			combinations = min(combinations, maxAlts+1)
		}
	}
	switch {
	case first == nil:
		return f(vals)
	case combinations > maxAlts:
		return opaque(first), nil
	}
	return in.liftAll(vals, first, combinations, f)
}

func (in *interp) liftAll(vals []Value, why *Unknown, n int, f func([]Value) (Value, error)) (Value, error) {
	var out Value
	var failed *thrown
	combo := make([]Value, len(vals))
	for i := range n {
		rest := i
		for j, v := range vals {
			combo[j] = v
			if u, ok := v.(*Unknown); ok {
				combo[j] = u.alts[rest%len(u.alts)]
				rest /= len(u.alts)
			}
			if combo[j].kind() == kAbsent {
				combo[j] = null
			}
		}
		v, err := f(combo)
		if t, ok := err.(*thrown); ok {
			failed = t
			continue
		}
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = v
		} else {
			out = in.joinedHere(out, v, why)
		}
	}
	if failed != nil {
		return in.orThrown(failed, out, why)
	}
	return out, nil
}

// opaque is the unknown without its alternatives.
func opaque(u *Unknown) *Unknown {
	if u.alts == nil && !u.sticky {
		return u
	}
	c := *u
	c.alts, c.sticky = nil, false
	return &c
}

// unknownIn returns an unknown that v is or holds. One that it holds comes without
// alternatives: they are not v's.
func (in *interp) unknownIn(v Value, depth int) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case refVal:
		if w := in.st.get(v.cell); w != nil && depth < 64 {
			return in.unknownIn(w, depth+1)
		}
	case *Array:
		if v.why != nil {
			return opaque(v.why)
		}
		if v.rest != restNone {
			return in.unknownAt(Undecidable, at{}, v.rest.reason()).from(v.rest.origin(""))
		}
		if in.charge(len(v.entries)); depth > 64 || in.stepsLeft == 0 {
			return in.unknownAt(Undecidable, at{}, "holds too much")
		}
		for i := range v.entries {
			if e := &v.entries[i]; !e.gone {
				if u := in.unknownIn(e.v, depth+1); u != nil {
					return opaque(u)
				}
			}
		}
	}
	return nil
}

// truth is the truth of a value, or the unknown that it depends on.
func (in *interp) truth(v Value) (bool, *Unknown) {
	switch v := v.(type) {
	case *Unknown:
		for i, alt := range v.alts {
			if toBool(alt) != toBool(v.alts[0]) {
				return false, v
			}
			if i == len(v.alts)-1 {
				return toBool(alt), nil
			}
		}
		return false, v
	case *Array:
		if v.certain() {
			return v.len() > 0, nil
		}
		for _, e := range v.entries {
			if u, ok := e.v.(*Unknown); !e.gone && e.v.kind() != kAbsent && (!ok || !u.maybeAbsent()) {
				return true, nil
			}
		}
		return false, in.unknownIn(v, 0)
	}
	return toBool(v), nil
}

// maybeAbsent reports that the unknown may stand for a key that is not there.
func (u *Unknown) maybeAbsent() bool {
	for _, v := range u.alts {
		if v.kind() == kAbsent {
			return true
		}
	}
	return u.alts == nil
}

// narrow leaves of an unknown's alternatives those that hold.
func narrow(v Value, holds func(Value) bool) Value {
	u, ok := v.(*Unknown)
	if !ok || u.alts == nil {
		return v
	}
	var kept []Value
	for _, alt := range u.alts {
		if holds(alt) {
			kept = append(kept, alt)
		}
	}
	switch len(kept) {
	case 0, len(u.alts):
		return v
	case 1:
		return kept[0]
	}
	c := *u
	c.alts = kept
	return &c
}

// maybe is an unknown that is true or false.
func maybe(u *Unknown) *Unknown {
	c := *u
	c.alts, c.sticky = []Value{boolVal(true), boolVal(false)}, false
	return &c
}

// deref follows references; absent is null.
func (in *interp) deref(v Value) Value {
	for range 64 {
		r, ok := v.(refVal)
		if !ok {
			break
		}
		v = in.st.get(r.cell)
	}
	if v == nil || v.kind() == kAbsent || v.kind() == kRef {
		return null
	}
	return v
}

// share marks an array as held more than once, so that nobody writes to it.
func share(v Value) Value {
	if a, ok := v.(*Array); ok {
		a.shared = true
	}
	return v
}
