package php

import "slices"

// Joins of worlds. What two worlds agree on stays; where they differ the joined
// world has an unknown, whose origin is the expression that told them apart.

// A definition is what a slot of a constant, function or class holds. Where maybe
// is set, some worlds lack it.
type definition struct {
	v     Value // of a constant
	fn    *funcDecl
	class *class
	maybe *Unknown
}

func (*definition) kind() kind { return kAbsent }

// maxAlts is how many alternatives an unknown remembers.
const maxAlts = 8

// maxAltNodes is how many elements, at any depth, an array has that is one of them.
const maxAltNodes = 256

// small reports that an array is known at every depth, and stays so: it holds no
// references. It has no more than so many elements; what arrays share counts each
// time that it is reached.
func (a *Array) small(left *int) bool {
	if *left -= len(a.entries) + 1; *left < 0 || !a.certain() {
		return false
	}
	for i := range a.entries {
		switch v := a.entries[i].v.(type) {
		case *Unknown, refVal:
			return false
		case *Array:
			if !v.small(left) {
				return false
			}
		}
	}
	return true
}

// either returns the unknown that is one of two values. Where they are not known,
// or are too many to remember, it has no alternatives: it may be anything.
func either(a, b Value, why *Unknown) *Unknown {
	u := *why
	u.alts, u.sticky = nil, false
	alts, ok := alternatives(nil, a)
	if ok {
		alts, ok = alternatives(alts, b)
	}
	if ok && len(alts) <= maxAlts {
		u.alts = alts
	} else if x := worst(a, b); x != nil {
		return x
	}
	for _, v := range []Value{a, b} {
		if x, ok := v.(*Unknown); ok && x.Class > u.Class {
			u.Class, u.File, u.Line, u.Expr, u.Reason, u.Origin = x.Class, x.File, x.Line, x.Expr, x.Reason, x.Origin
		}
	}
	return &u
}

// alternatives adds what v may be; ok is false if that is not known.
func alternatives(alts []Value, v Value) (_ []Value, ok bool) {
	vals := []Value{v}
	switch v := v.(type) {
	case *Unknown:
		if v.alts == nil {
			return nil, false
		}
		vals = v.alts
	case *Array:
		if left := maxAltNodes; v.len() > maxAlts || !v.small(&left) {
			return nil, false
		}
	}
next:
	for _, x := range vals {
		for _, y := range alts {
			if identical(x, y) {
				continue next
			}
		}
		alts = append(alts, x)
	}
	return alts, true
}

// worst returns that of two values which is unknown without alternatives, the
// unsafe one before the undecidable; nil if neither is.
func worst(a, b Value) *Unknown {
	x, _ := a.(*Unknown)
	if x != nil && x.alts != nil {
		x = nil
	}
	y, _ := b.(*Unknown)
	if y != nil && y.alts != nil {
		y = nil
	}
	if x == nil || y != nil && y.Class > x.Class {
		return y
	}
	return x
}

// joinValues joins what two worlds hold in one place; neither is nil.
func (in *interp) joinValues(a, b Value, why *Unknown, depth int) Value {
	if a == b {
		return a
	}
	if u, ok := a.(*Unknown); ok && u.alts == nil {
		if w, ok := b.(*Unknown); !ok || u.Class >= w.Class && (u.sticky || !w.sticky) {
			return a
		}
	}
	x, ok := a.(*Array)
	y, both := b.(*Array)
	switch {
	case ok && both && depth < 32:
		return in.joinArrays(x, y, why, depth)
	case ok && both:
		in.loosen(a, 0)
		in.loosen(b, 0)
		return opaque(why)
	case ok || both:
		in.charge(maxAltNodes / 8)
		in.loosen(a, 0)
		in.loosen(b, 0)
	}
	if a.kind() == b.kind() && a.kind() < kArray && identical(a, b) {
		return a
	}
	if standing(a) || standing(b) {
		in.broken = &Refusal{Class: Undecidable, File: why.File, Line: why.Line, Message: "evaluate: a generator that only some worlds have", Expr: why.Expr}
	}
	if sticky(a) || sticky(b) {
		u := *either(a, b, why)
		u.sticky, u.alts = true, nil
		return &u
	}
	return either(a, b, why)
}

// standing reports a generator that may still run.
func standing(v Value) bool {
	o, ok := v.(*Object)
	return ok && o.gen != nil && !o.gen.done
}

func sticky(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.sticky
}

// joinArrays joins key by key. A key that only one has may be absent.
func (in *interp) joinArrays(a, b *Array, why *Unknown, depth int) Value {
	in.charge(len(a.entries) + len(b.entries))
	if a.rest != b.rest || a.len()+b.len() > 20_000 || in.stepsLeft == 0 || in.bytesLeft == 0 {
		in.loosen(a, 0)
		in.loosen(b, 0)
		u := *why
		u.alts, u.sticky = nil, false
		return &u
	}
	if a.len() < b.len() {
		a, b = b, a // the order of the one that has more is that of the other, too, if any is
	}
	same := a.next == b.next && a.pos == b.pos && a.why == b.why && a.open == b.open && a.listed == b.listed
	out := a.clone()
	out.entries = out.entries[:0:0]
	out.index, out.packed, out.live, out.next, out.pos = nil, true, 0, 0, 0
	changed := !slices.Equal(a.loops, b.loops)
	if !changed {
		out.loops = a.loops
	}
	a.each(func(k key, v Value) bool {
		w, ok := b.get(k)
		if !ok {
			w, same = in.lacking(b, k), false
		}
		j := in.joinElements(v, w, why, depth)
		changed = changed || j != v
		out.set(k, j)
		return true
	})
	b.each(func(k key, w Value) bool {
		if _, ok := a.get(k); !ok {
			same, changed = false, true
			out.set(k, in.joinElements(in.lacking(a, k), w, why, depth))
		}
		return true
	})
	same = same && sameOrder(a, b)
	if same && !changed {
		return a
	}
	out.next = max(a.next, b.next)
	if !same && out.rest == restNone {
		out.why = firstUnknown(a.why, b.why, why)
	}
	out.listed = out.why != nil && (a.why == nil || a.listed) && (b.why == nil || b.listed) && ordered(b, out)
	out.open = firstUnknown(a.open, b.open)
	if out.why != nil && out.why == a.why && out.open == a.open && out.listed == a.listed && !changed {
		return a
	}
	in.bytesLeft = max(0, in.bytesLeft-out.size())
	return out
}

// lacking is what lies at a key that an array does not have.
func (in *interp) lacking(a *Array, k key) Value {
	if k.str && a.rest.covers(k.s) {
		return in.unknownAt(Undecidable, at{}, a.rest.reason()).from(a.rest.origin(k.s))
	}
	if a.open != nil {
		return a.open
	}
	return absentVal{}
}

func firstUnknown(list ...*Unknown) *Unknown {
	for _, u := range list {
		if u != nil {
			return u
		}
	}
	return nil
}

func (in *interp) joinElements(v, w Value, why *Unknown, depth int) Value {
	if v == w {
		return v
	}
	if v.kind() == kRef || w.kind() == kRef {
		in.torn = append(in.torn, v, w)
		if v.kind() == kRef {
			return v
		}
		return w
	}
	return in.joinValues(v, w, why, depth+1)
}

// ordered reports that the keys of an array come in the order in which another, that
// has them all, lists them.
func ordered(a, all *Array) bool {
	last, ok := -1, true
	a.each(func(k key, _ Value) bool {
		i := all.find(k)
		ok, last = i > last, i
		return ok
	})
	return ok
}

func sameOrder(a, b *Array) bool {
	i := 0
	for _, e := range a.entries {
		if e.gone {
			continue
		}
		for i < len(b.entries) && b.entries[i].gone {
			i++
		}
		if i == len(b.entries) || b.entries[i].k != e.k {
			return false
		}
		i++
	}
	return true
}

// join returns the world that stands for both, which must not be used any more.
// Either may be nil.
func (in *interp) join(a, b *state, why *Unknown) (*state, error) {
	if a == nil || a == b {
		return b, nil
	}
	if b == nil {
		return a, nil
	}
	out := a.fork()
	if out.poison == nil {
		out.poison = b.poison
	}
	out.serial = max(a.serial, b.serial)
	err := differing(a, b, func(slot int, x, y Value) error {
		v := in.joinSlots(a, b, slot, x, y, why)
		if v != x {
			out.set(slot, v)
		}
		return in.steps(1, at{})
	})
	if err != nil {
		return nil, err
	}
	in.mend(out, why)
	return out, in.steps(0, at{})
}

// joinSlots joins what lies in one slot. nil is a slot that holds nothing.
func (in *interp) joinSlots(a, b *state, slot int, x, y Value, why *Unknown) Value {
	if d, ok := x.(*definition); ok {
		e, _ := y.(*definition)
		return in.joinDefinitions(d, e, why)
	}
	if e, ok := y.(*definition); ok {
		return in.joinDefinitions(e, nil, why)
	}
	kind := slotKind(slot % int(slotKinds))
	if x == nil || y == nil {
		one := x
		if x == nil {
			one = y
		}
		if x == nil && a.poison != nil && kind != slotCell {
			return a.poison
		}
		if y == nil && b.poison != nil && kind != slotCell {
			return b.poison
		}
		switch {
		case kind == slotCell:
			return one
		case kind == slotOpaque:
			u := *why
			u.alts = nil
			return &u
		case one.kind() == kAbsent || one.kind() == kNull:
			return one
		}
	}
	x, y = in.dereferenced(a, b, x, y, why), in.dereferenced(b, a, y, x, why)
	if x == y {
		return x
	}
	if x.kind() == kRef || y.kind() == kRef {
		in.torn = append(in.torn, x, y)
		if x.kind() == kRef {
			return x
		}
		return y
	}
	return in.joinValues(x, y, why, 0)
}

// dereferenced is x of state a, or null for nil. A reference that nothing else in a
// holds, and that b does not have, is what it refers to.
func (in *interp) dereferenced(a, _ *state, x, y Value, _ *Unknown) Value {
	if x == nil || x.kind() == kAbsent {
		return null
	}
	r, ok := x.(refVal)
	if !ok || x == y || in.holders(a, r) > 1 {
		return x
	}
	if v := a.get(r.cell); v != nil {
		return v
	}
	return null
}

// joinDefinitions joins constants, functions and classes; e nil is none.
func (in *interp) joinDefinitions(d, e *definition, why *Unknown) Value {
	if e == nil {
		if d.maybe != nil {
			return d
		}
		c := *d
		c.maybe = why
		return &c
	}
	if d.fn == e.fn && d.class == e.class && d.maybe == e.maybe && d.v == e.v {
		return d
	}
	c := *d
	c.maybe = firstUnknown(d.maybe, e.maybe)
	if d.fn != e.fn || d.class != e.class {
		c.fn, c.class, c.v = nil, nil, why // which of the two is not known
		return &c
	}
	if d.v != nil && e.v != nil {
		c.v = in.joinValues(d.v, e.v, why, 0)
	}
	if c.v == d.v && c.maybe == d.maybe {
		return d
	}
	return &c
}
