package php

import "slices"

// foreachRefs walks the variable itself: what its body adds is walked too, and what
// it removes is not. Where the array is copied meanwhile, or another takes its place,
// releases of PHP go on in different places.
func (in *interp) foreachRefs(s *foreachStmt, p *place, a *Array) error {
	in.serial++
	loop := in.serial
	in.walking[loop] = true
	defer delete(in.walking, loop)
	if p.slot != 0 && p.magic == nil && p.wild == nil {
		if err := in.beginRefs(p, loop); err != nil {
			return err
		}
	}
	done := map[key]bool{}
	for i := 0; ; i++ {
		now, u, err := in.walkedArray(s, p, a, loop)
		switch {
		case err != nil:
			return err
		case u != nil:
			return in.foreachUnknown(s, p, u)
		case now == nil:
			return nil
		}
		for a = now; i < len(a.entries) && (a.entries[i].gone || done[a.entries[i].k]); {
			i++
		}
		if i >= len(a.entries) {
			return nil
		}
		e := a.entries[i]
		done[e.k] = true
		if err := in.steps(1, s.at); err != nil {
			return err
		}
		if err := in.foreachBind(s, p, e); err != nil {
			return err
		}
		if _, u, err := in.walkedArray(s, p, a, loop); u == nil && err != nil {
			return err
		}
		if err := in.turn(s.body); err != nil {
			return err
		}
	}
}

// beginRefs makes the array in a place its own, and notes that a loop walks it.
func (in *interp) beginRefs(p *place, loop int) error {
	return in.update(p, func(v Value) (Value, error) {
		a, ok := v.(*Array)
		if !ok {
			return v, nil
		}
		a, err := in.owned(a, p.at)
		if err != nil {
			return nil, err
		}
		a.loops = append(slices.Clip(a.loops), loop)
		return a, nil
	})
}

// walkedArray is what lies now where a loop by reference walks: an array, nothing to
// walk any more, or something unknown.
func (in *interp) walkedArray(s *foreachStmt, p *place, a *Array, loop int) (*Array, *Unknown, error) {
	if p.slot == 0 {
		return a, nil, nil
	}
	v, err := in.load(p)
	if err != nil {
		return nil, nil, err
	}
	now, ok := v.(*Array)
	u, unknown := v.(*Unknown)
	switch {
	case unknown:
		return nil, u, nil
	case !ok:
		return nil, nil, nil
	case !now.certain():
		u = in.unknownIn(now, 0)
		in.lost(now, u)
		return nil, u, nil
	case p.magic == nil && p.wild == nil && !slices.Contains(now.loops, loop):
		return nil, nil, in.refuse(Undecidable, s.at, "evaluate: a foreach by reference over an array that is copied or replaced")
	}
	return now, nil, nil
}

// walked reports that a loop by reference walks an array.
func (in *interp) walked(a *Array) bool {
	for _, loop := range a.loops {
		if in.walking[loop] {
			return true
		}
	}
	return false
}

// plainObject reports that a foreach walks an object's properties.
func (in *interp) plainObject(o *Object) bool { return !o.class.isA("traversable") && o.fn == nil }

// foreachMembers walks the properties of an object, as they are at each turn.
func (in *interp) foreachMembers(s *foreachStmt, o *Object) error {
	walked := &memberWalk{done: map[key]bool{}, ever: map[key]bool{}}
	for {
		props := in.visible(o, in.frame.class)
		if props.why != nil {
			return in.refuse(Undecidable, s.at, "evaluate: a foreach over properties that are not known")
		}
		if err := in.steps(1+props.len(), s.at); err != nil {
			return err
		}
		e, ok := walked.next(pairs(props))
		switch {
		case !ok:
			return in.refuse(Undecidable, s.at, "evaluate: a foreach over properties that come and go")
		case e == nil:
			return nil
		}
		if err := in.foreachMember(s, o, *e); err != nil {
			return err
		}
		if err := in.turn(s.body); err != nil {
			return err
		}
	}
}

func (in *interp) foreachMember(s *foreachStmt, o *Object, e entry) error {
	if !s.ref {
		return in.foreachBind(s, nil, e)
	}
	p, err := in.memberPlace(o, e.k.text(), s.at)
	if err != nil {
		return err
	}
	ref, err := in.reference(p)
	if err != nil {
		return err
	}
	return in.foreachTake(s, ref, e.k)
}

// A memberWalk knows which properties a loop has seen.
type memberWalk struct {
	last []key // as they were at the turn before
	done map[key]bool
	ever map[key]bool
}

// next is the next property; nil if there is none. ok is false where one that was
// gone has come back: PHP puts it where it was, or last.
func (w *memberWalk) next(props []entry) (next *entry, ok bool) {
	left, seen := w.last, map[key]bool{}
	for _, k := range w.last {
		seen[k] = true
	}
	w.last = nil
	for i := range props {
		e := &props[i]
		w.last = append(w.last, e.k)
		if !seen[e.k] {
			if w.ever[e.k] {
				return nil, false
			}
			w.ever[e.k] = true
			left = nil
		} else {
			for len(left) > 0 && left[0] != e.k {
				left = left[1:]
			}
			if len(left) == 0 {
				return nil, false // not where it was
			}
			left = left[1:]
		}
		if next == nil && !w.done[e.k] {
			next = e
		}
	}
	if next != nil {
		w.done[next.k] = true
	}
	return next, true
}

// foreachTake makes the loop's variable an alias.
func (in *interp) foreachTake(s *foreachStmt, ref Value, k key) error {
	to, err := in.place(s.val)
	if err != nil {
		return err
	}
	if ref.kind() != kRef {
		err = in.assign(to, ref)
	} else {
		err = in.bind(to, ref)
	}
	if err != nil || s.key == nil {
		return err
	}
	return in.unpackInto(s.key, k.value())
}
