package eval

import (
	"slices"
)

// Lift applies a pure function to values, some of which may be unknown. If exactly one is
// unknown and has alternatives, f is applied to each alternative. Otherwise the result is
// unknown.
func (in *interp) Lift(vals []Value, f func([]Value) Value) Value {
	var why *Unknown
	var at, count int
	for i, v := range vals {
		u := in.UnknownIn(v)
		if u == nil {
			continue
		}
		if at, count = i, count+1; why == nil || u.Class > why.Class {
			why = u
		}
	}
	switch {
	case why == nil:
		return f(vals)
	case count > 1 || why.Alts == nil:
		return Opaque(why)
	}
	out := *why
	out.Alts = nil
	for _, alt := range why.Alts {
		with := slices.Clone(vals)
		with[at] = alt
		v, err := in.attemptValue(func() Value { return f(with) })
		if err != nil {
			in.MayThrow()
			return Opaque(why)
		}
		if v.Kind() >= KindArray {
			return Opaque(why)
		}
		if !slices.ContainsFunc(out.Alts, func(w Value) bool { return Identical(v, w) }) {
			out.Alts = append(out.Alts, v)
		}
	}
	if len(out.Alts) == 1 {
		return out.Alts[0]
	}
	return &out
}

// Opaque returns the unknown without its alternatives.
func Opaque(u *Unknown) *Unknown {
	if u.Alts == nil && !u.conditionalReference {
		return u
	}
	c := *u
	c.Alts, c.conditionalReference = nil, false
	return &c
}

// UnknownIn returns v if it is an unknown, or an unknown that v contains at any depth; nil
// if there is none. A contained one is returned without its alternatives, because they are
// not alternatives of v.
func (in *interp) UnknownIn(v Value) *Unknown { return in.unknownIn(v, 0) }

func (in *interp) unknownIn(v Value, depth int) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *Array:
		if v.Why != nil {
			return Opaque(v.Why)
		}
		if v.Rest != restNone {
			return in.UnknownOf(Undecidable, v.Rest.Reason()).From(v.Rest.Origin(""))
		}
		if in.charge(len(v.Entries)); depth > 64 || in.stepsLeft == 0 {
			return in.UnknownOf(Undecidable, "exceeds a limit: has too many elements, or is nested too deeply")
		}
		for i := range v.Entries {
			if u := in.unknownIn(v.Entries[i].Value, depth+1); u != nil {
				return Opaque(u)
			}
		}
	}
	return nil
}

// Truth returns a value as a condition, or the unknown that it depends on.
func (in *interp) Truth(v Value) (bool, *Unknown) {
	switch v := v.(type) {
	case *Unknown:
		return false, v
	case *Array:
		if v.certain() {
			return v.Len() > 0, nil
		}
		for _, e := range v.Entries {
			if e.Value.Kind() < KindUnknown {
				return true, nil
			}
		}
		return false, in.UnknownIn(v)
	}
	return ToBool(v), nil
}

// Share marks an array as held more than once, so that it is copied before a write.
func Share(v Value) Value {
	if a, ok := v.(*Array); ok {
		a.shared = true
	}
	return v
}
