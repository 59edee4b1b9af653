package eval

import (
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Joins of worlds. If two worlds have the same value, it stays. If they differ, the
// joined world has an unknown, whose origin is the expression that decides between them.

// A definition is the content of the slot of a constant, function or class. If maybe is
// set, some worlds do not have the definition.
type definition struct {
	v     Value // of a constant
	fn    *syntax.FuncDecl
	class *PHPClass
	maybe *Unknown
}

func (*definition) Kind() Kind { return KindAbsent }

// mergeUnknown returns the unknown that replaces two different values.
func mergeUnknown(a, b Value, why *Unknown) *Unknown {
	u := Opaque(why)
	for _, v := range []Value{b, a} {
		if x, ok := v.(*Unknown); ok && x.Class >= u.Class {
			u = Opaque(x)
		}
	}
	return u
}

// joinValues joins the values of one slot or element in two worlds; neither is nil.
func (in *interp) joinValues(a, b Value, why *Unknown, depth int) Value {
	x, ok := a.(*Array)
	y, both := b.(*Array)
	switch {
	case a == b, a.Kind() == b.Kind() && a.Kind() < KindArray && Identical(a, b):
		return a
	case ok && both && depth < 32:
		return in.joinArrays(x, y, why, depth)
	}
	return mergeUnknown(a, b, why)
}

// isConditionalReference reports whether v is a variable that is global or static only in
// some worlds.
func isConditionalReference(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.conditionalReference
}

// joinArrays joins two arrays key by key. A key that only one of them has may be absent.
func (in *interp) joinArrays(a, b *Array, why *Unknown, depth int) Value {
	in.charge(len(a.Entries) + len(b.Entries))
	if a.Rest != b.Rest || a.Len()+b.Len() > 20_000 || in.stepsLeft == 0 || in.bytesLeft == 0 {
		return Opaque(why)
	}
	if a.Len() < b.Len() {
		a, b = b, a // if the two have a common order, it is that of the longer one
	}
	same := a.Next == b.Next && a.Pos == b.Pos && a.Why == b.Why && a.open == b.open && a.Listed == b.Listed
	out := a.Clone()
	out.Entries = out.Entries[:0:0]
	out.index, out.packed, out.Next, out.Pos = nil, true, 0, 0
	changed := false
	for k, v := range a.Each {
		w, ok := b.Get(k)
		if !ok {
			w, same = in.missingElement(b, k), false
		}
		j := in.joinValues(v, w, why, depth+1)
		changed = changed || j != v
		out.Set(k, j)
	}
	for k, w := range b.Each {
		if _, ok := a.Get(k); !ok {
			same, changed = false, true
			out.Set(k, in.joinValues(in.missingElement(a, k), w, why, depth+1))
		}
	}
	same = same && sameKeys(a, b)
	if same && !changed {
		return a
	}
	out.Next = max(a.Next, b.Next)
	if !same && out.Rest == restNone {
		out.Why = FirstUnknown(a.Why, b.Why, why)
	}
	out.Listed = out.Why != nil && (a.Why == nil || a.Listed) && (b.Why == nil || b.Listed) && keepsOrder(b, out)
	out.open = FirstUnknown(a.open, b.open)
	if out.Why != nil && out.Why == a.Why && out.open == a.open && out.Listed == a.Listed && !changed {
		return a
	}
	in.bytesLeft = max(0, in.bytesLeft-out.Size())
	return out
}

// missingElement returns the value for a key that an array does not list: absent or an
// unknown.
func (in *interp) missingElement(a *Array, k Key) Value {
	if k.Str && a.Rest.Covers(k.S) {
		return in.UnknownOf(Undecidable, a.Rest.Reason()).From(a.Rest.Origin(k.S))
	}
	if a.open != nil {
		return a.open
	}
	return AbsentValue{}
}

// FirstUnknown returns the first element that is not nil.
func FirstUnknown(list ...*Unknown) *Unknown {
	for _, u := range list {
		if u != nil {
			return u
		}
	}
	return nil
}

// keepsOrder reports whether the keys of a are in the same order as in all, which has every
// key of a.
func keepsOrder(a, all *Array) bool {
	last, ok := -1, true
	a.Each(func(k Key, _ Value) bool {
		i := all.find(k)
		ok, last = i > last, i
		return ok
	})
	return ok
}

func sameKeys(a, b *Array) bool {
	return slices.EqualFunc(a.Entries, b.Entries, func(x, y Entry) bool { return x.Key == y.Key })
}

// join returns the join of two worlds, which must not be used any more. Either may be
// nil.
func (in *interp) join(a, b *state, why *Unknown) *state {
	if a == nil || a == b {
		return b
	}
	if b == nil {
		return a
	}
	out := *a
	out.epoch = &epoch{}
	if out.poison == nil {
		out.poison = b.poison
	}
	out.serial = max(a.serial, b.serial)
	diffStates(a, b, func(slot int, x, y Value) {
		v := in.joinSlots(a, b, slot, x, y, why)
		if v != x {
			out.Set(slot, v)
		}
		in.Steps(1)
	})
	in.Steps(len(a.slots) / 16)
	return &out
}

// joinSlots joins the contents of one slot. nil is an empty slot.
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
			return Opaque(why)
		case one.Kind() == KindAbsent || one.Kind() == KindNull:
			return one
		}
	}
	if x == nil {
		x = Null
	}
	if y == nil {
		y = Null
	}
	if x.Kind() == KindRef || y.Kind() == KindRef || isConditionalReference(x) || isConditionalReference(y) {
		u := in.unsupportedValue("a variable that is global or static under a condition")
		u.File, u.Line, u.conditionalReference = why.File, why.Line, true
		return u
	}
	return in.joinValues(x, y, why, 0)
}

// joinDefinitions joins constants, functions and classes. If e is nil, the other world
// has no definition.
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
	c.maybe = FirstUnknown(d.maybe, e.maybe)
	if d.fn != e.fn || d.class != e.class {
		c.fn, c.class, c.v = nil, nil, why // it is not known which of the two is in effect
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
