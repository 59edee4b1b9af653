package php

// reference makes what lies in a place shared, and returns the reference to it. It
// keeps the type of a property.
func (in *interp) reference(p *place) (Value, error) {
	ref, err := in.anyReference(p)
	r, ok := ref.(refVal)
	if err != nil || !ok || p.typ == nil || len(p.path) != p.typAt {
		return ref, err
	}
	in.cellTypes[r.cell] = &place{typ: p.typ, typOwner: p.typOwner, at: p.at}
	if v := in.deref(r); v.kind() == kNull {
		_, err = in.coerce(v, p.typ, in.propTyping(p))
	}
	return ref, err
}

// typedCell is a place with the type of the property that a reference leads to.
func (in *interp) typedCell(p *place, slot int) *place {
	if t := in.cellTypes[slot]; t != nil && len(p.path) == 0 {
		return t
	}
	return p
}

func (in *interp) anyReference(p *place) (Value, error) {
	if p.magic != nil && !p.magic.get && !p.magic.hidden {
		plain := *p
		plain.magic = nil
		return in.anyReference(&plain)
	}
	if p.magic != nil {
		u := in.unknownAt(Undecidable, p.at, "depends on a reference to what __get returns")
		return u, in.scatter(u)
	}
	if p.wild != nil {
		return opaque(p.wild), in.scatter(p.wild)
	}
	if p.slot == 0 && len(p.path) == 0 {
		return p.temp, nil
	}
	if len(p.path) == 0 {
		if v, ok := in.st.get(p.slot).(refVal); ok {
			return v, nil
		}
		v, _ := in.raw(p)
		r := in.newCell(v)
		in.st.set(p.slot, r)
		return r, nil
	}
	var ref Value
	last := len(p.path) - 1
	outer := *p
	outer.path = p.path[:last]
	err := in.update(&outer, func(v Value) (Value, error) {
		if v.kind() == kUnknown {
			u := *v.(*Unknown)
			u.alts, u.sticky = nil, true
			ref = in.newCell(&u)
			return &u, nil
		}
		if a, ok := v.(*Array); ok && !p.path[last].push && p.path[last].wild == nil {
			if r, ok := a.get(p.path[last].k); ok && r.kind() == kRef {
				ref = r
				return a, nil
			}
		}
		return in.changed(v, p.path[last:], p.at, func(old Value) (Value, error) {
			ref = in.newCell(old)
			return ref, nil
		})
	})
	if ref == nil {
		ref = null
	}
	return ref, err
}

func (in *interp) newCell(v Value) refVal {
	r := refVal{in.newSlot(slotCell)}
	if v == nil || v.kind() == kAbsent {
		v = null
	}
	in.st.set(r.cell, v)
	return r
}

// bind makes a place an alias of what a reference refers to.
func (in *interp) bind(p *place, ref Value) error {
	if p.magic != nil {
		return in.scatter(in.unknownAt(Undecidable, p.at, "depends on a reference to what __get returns"))
	}
	if p.wild != nil {
		return in.scatter(p.wild)
	}
	if len(p.path) > 0 {
		last := len(p.path) - 1
		outer := *p
		outer.path = p.path[:last]
		return in.update(&outer, func(v Value) (Value, error) {
			if a, ok := v.(*Array); ok {
				return in.bindKey(a, p.path[last], ref, p.at)
			}
			return in.changed(v, p.path[last:], p.at, func(Value) (Value, error) { return ref, nil })
		})
	}
	if p.slot == 0 {
		return nil
	}
	if r, ok := ref.(refVal); ok && r.cell == p.slot {
		return nil
	}
	held := in.st.get(p.slot)
	if sticky(held) || in.exported[p.slot] && in.frame != in.globals {
		u := in.unknownAt(Undecidable, p.at, "depends on a reference that is bound anew")
		u.sticky = true
		if !sticky(held) {
			in.st.set(p.slot, u)
		}
		if r, ok := ref.(refVal); ok { // what is written to the one shows in the other
			in.writeCell(r, u)
		}
		return nil
	}
	in.st.set(p.slot, ref)
	return nil
}

func (in *interp) bindKey(a *Array, s step, ref Value, pos at) (Value, error) {
	if s.push || s.wild != nil {
		return in.changedArray(a, []step{s}, pos, func(Value) (Value, error) { return ref, nil })
	}
	a, err := in.owned(a, pos)
	if err != nil {
		return nil, err
	}
	if err := in.alloc(96, pos); err != nil {
		return nil, err
	}
	a.set(s.k, ref)
	return a, nil
}
