package eval

import (
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Lift applies a pure function to values of which some may be unknown: to every
// combination of alternatives if those are few, otherwise the result is unknown.
func (in *interp) Lift(vals []Value, pos syntax.Pos, f func([]Value) Value) Value {
	var first *Unknown
	combinations := 1
	for _, v := range vals {
		if u := in.UnknownIn(v, 0); u != nil {
			if first == nil || u.Class > first.Class {
				first = u
			}
			if w, ok := v.(*Unknown); ok && w.Alts != nil {
				combinations *= len(w.Alts)
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
		return Opaque(first)
	}
	return in.liftAll(vals, first, combinations, f)
}

func (in *interp) liftAll(vals []Value, why *Unknown, n int, f func([]Value) Value) Value {
	combinations := make([]Value, n)
	for i := range n {
		combinations[i] = Int(i)
	}
	return in.joined(combinations, why, func(i Value) Value {
		rest := ToInt(i)
		combo := make([]Value, len(vals))
		for j, v := range vals {
			if u, ok := v.(*Unknown); ok {
				v = u.Alts[rest%int64(len(u.Alts))]
				rest /= int64(len(u.Alts))
			}
			combo[j] = Present(v)
		}
		return f(combo)
	})
}

// Opaque is the unknown without its alternatives.
func Opaque(u *Unknown) *Unknown {
	if u.Alts == nil && !u.torn {
		return u
	}
	c := *u
	c.Alts, c.torn = nil, false
	return &c
}

// UnknownIn returns an unknown that v is or holds. One that it holds comes without
// alternatives: they are not v's.
func (in *interp) UnknownIn(v Value, depth int) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *Array:
		if v.Why != nil {
			return Opaque(v.Why)
		}
		if v.Rest != restNone {
			return in.unknownAt(Undecidable, syntax.Pos{}, v.Rest.Reason()).From(v.Rest.Origin(""))
		}
		if in.charge(len(v.Entries)); depth > 64 || in.stepsLeft == 0 {
			return in.unknownAt(Undecidable, syntax.Pos{}, "holds too much")
		}
		for i := range v.Entries {
			if e := &v.Entries[i]; !e.Gone {
				if u := in.UnknownIn(e.Value, depth+1); u != nil {
					return Opaque(u)
				}
			}
		}
	}
	return nil
}

// Truth is the truth of a value, or the unknown that it depends on.
func (in *interp) Truth(v Value) (bool, *Unknown) {
	switch v := v.(type) {
	case *Unknown:
		for i, alt := range v.Alts {
			if ToBool(alt) != ToBool(v.Alts[0]) {
				return false, v
			}
			if i == len(v.Alts)-1 {
				return ToBool(alt), nil
			}
		}
		return false, v
	case *Array:
		if v.certain() {
			return v.Len() > 0, nil
		}
		for _, e := range v.Entries {
			if u, ok := e.Value.(*Unknown); !e.Gone && e.Value.Kind() != KindAbsent && (!ok || !u.MaybeAbsent()) {
				return true, nil
			}
		}
		return false, in.UnknownIn(v, 0)
	}
	return ToBool(v), nil
}

// MaybeAbsent reports that the unknown may stand for a key that is not there.
func (u *Unknown) MaybeAbsent() bool {
	for _, v := range u.Alts {
		if v.Kind() == KindAbsent {
			return true
		}
	}
	return u.Alts == nil
}

// narrow leaves of an unknown's alternatives those that hold.
func narrow(v Value, holds func(Value) bool) Value {
	u, ok := v.(*Unknown)
	if !ok || u.Alts == nil {
		return v
	}
	var kept []Value
	for _, alt := range u.Alts {
		if holds(alt) {
			kept = append(kept, alt)
		}
	}
	switch len(kept) {
	case 0, len(u.Alts):
		return v
	case 1:
		return kept[0]
	}
	c := *u
	c.Alts = kept
	return &c
}

// Maybe is an unknown that is true or false.
func Maybe(u *Unknown) *Unknown {
	c := *u
	c.Alts, c.torn = []Value{Bool(true), Bool(false)}, false
	return &c
}

// Share marks an array as held more than once, so that nobody writes to it.
func Share(v Value) Value {
	if a, ok := v.(*Array); ok {
		a.shared = true
	}
	return v
}

// joined joins what f makes of each of some values. The worlds in which it throws an
// exception are split off.
func (in *interp) joined(vals []Value, why *Unknown, f func(Value) Value) Value {
	var out Value
	var failed *thrown
	for _, v := range vals {
		v, err := in.attemptValue(func() Value { return f(v) })
		switch err := err.(type) {
		case nil:
			if out != nil {
				v = in.joinValues(out, v, why, 0)
			}
			out = v
		case *thrown:
			failed = err
		default:
			panic(err)
		}
	}
	if failed != nil {
		return in.orThrown(failed, out, why)
	}
	return out
}

// holdsObject reports that an object is one of the alternatives.
func (u *Unknown) holdsObject() bool {
	return slices.ContainsFunc(u.Alts, func(v Value) bool { return v.Kind() == KindObject })
}
