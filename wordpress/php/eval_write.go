package php

// assign writes a value to a place.
func (in *interp) assign(t target, v Value) error {
	p := t.target()
	return in.update(p, func(Value) (Value, error) { return share(v), nil })
}

// update replaces what lies in a place by what change makes of it; nil unsets.
func (in *interp) update(p *place, change func(old Value) (Value, error)) error {
	switch {
	case p.wild != nil:
		return in.scatter(p.wild)
	case p.magic != nil:
		return in.writeMagic(p, change)
	case p.fixed && len(p.path) == 1:
		return in.throw("Error", "Cannot modify readonly property", p.at)
	case p.slot == 0 && len(p.path) > 0:
		_, err := in.changed(p.temp, p.path, p.at, change)
		return err
	case p.slot == 0:
		_, err := change(p.temp)
		return err
	}
	old, slot := in.raw(p)
	v, err := in.changed(old, p.path, p.at, func(old Value) (Value, error) {
		v, err := change(old)
		if err != nil {
			return nil, err
		}
		return in.typed(in.typedCell(p, slot), v)
	})
	if err != nil || sticky(old) {
		if err == nil {
			in.lostElement(v, old.(*Unknown))
		}
		return err
	}
	if v == nil && in.st.poison != nil {
		v = absentVal{}
	}
	in.st.set(slot, v)
	return nil
}

// scatter is a write to a variable of unknown name: any variable may have changed.
func (in *interp) scatter(u *Unknown) error {
	in.poison(u)
	return in.steps(64, at{})
}

// changed is container v after a change at the end of a path in it.
func (in *interp) changed(v Value, path []step, pos at, change func(Value) (Value, error)) (Value, error) {
	if len(path) == 0 {
		if v == nil {
			return change(null)
		}
		return change(v)
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	switch c := v.(type) {
	case nil, nullVal, absentVal:
		return in.changedArray(newArray(), path, pos, change)
	case *Array:
		return in.changedArray(c, path, pos, change)
	case *Unknown:
		return in.changedUnknown(c, path, pos, change)
	case boolVal:
		if !c {
			return in.changedArray(newArray(), path, pos, change)
		}
	case strVal:
		if c == "" && path[0].push { // only an offset of "" is one
			return nil, in.throw("Error", "[] operator not supported for strings", pos)
		}
		return in.changedString(c, path, pos, change)
	case *Object:
		return v, in.offsetSet(c, path, pos, change)
	}
	return nil, in.throw("Error", "Cannot use a scalar value as an array", pos)
}

// changedUnknown writes into something unknown: it stays unknown. Where it is one
// of a few, each is written to.
func (in *interp) changedUnknown(u *Unknown, path []step, pos at, change func(Value) (Value, error)) (Value, error) {
	if u.alts == nil || u.sticky {
		v, err := change(opaque(u))
		in.lostElement(v, u)
		return u, err
	}
	var out Value
	for _, alt := range u.alts {
		if alt.kind() == kObject {
			v, err := change(opaque(u))
			in.lostElement(v, u)
			return opaque(u), err
		}
		v, err := in.changed(share(alt), path, pos, change)
		if _, ok := err.(*thrown); ok {
			return opaque(u), nil
		}
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = v
		} else {
			out = in.joinedHere(out, v, u)
		}
	}
	return out, nil
}

// owned returns an array that may be written to in place.
func (in *interp) owned(a *Array, pos at) (*Array, error) {
	if !a.shared && a.epoch == in.st.own {
		return a, nil
	}
	if err := in.alloc(a.size(), pos); err != nil {
		return nil, err
	}
	if err := in.steps(len(a.entries)/8, pos); err != nil {
		return nil, err
	}
	c, err := in.settled(a, pos)
	if err != nil {
		return nil, err
	}
	if c == a {
		c = a.clone()
	}
	c.epoch = in.st.own
	if in.walked(a) && !in.copied(a) {
		c.loops = a.loops
	}
	for i := range c.entries {
		if e := &c.entries[i]; !e.gone {
			share(e.v)
		}
	}
	return c, nil
}

func (in *interp) changedArray(a *Array, path []step, pos at, change func(Value) (Value, error)) (Value, error) {
	a, err := in.owned(a, pos)
	if err != nil {
		return nil, err
	}
	if err := in.alloc(96, pos); err != nil {
		return nil, err
	}
	s := path[0]
	switch {
	case s.wild != nil:
		v, err := in.changed(opaque(s.wild), path[1:], pos, change)
		in.lostElement(v, s.wild)
		in.blur(a, s.wild)
		return a, err
	case s.push:
		v, err := in.changed(nil, path[1:], pos, change)
		if err != nil {
			return nil, err
		}
		if a.why != nil {
			in.lostElement(v, a.why)
			in.blur(a, a.why)
			return a, nil
		}
		if !a.push(v) {
			return nil, in.throw("Error", "Cannot add element to the array as the next element is already occupied", pos)
		}
		return a, nil
	}
	return a, in.changeKey(a, s, path[1:], pos, change)
}

func (in *interp) changeKey(a *Array, s step, rest []step, pos at, change func(Value) (Value, error)) error {
	old, ok := a.get(s.k)
	if r, isRef := old.(refVal); isRef {
		cell := in.deref(r)
		v, err := in.changed(cell, rest, pos, change)
		if err != nil {
			return err
		}
		if sticky(cell) && v != nil {
			in.lostElement(v, cell.(*Unknown))
			return nil
		}
		if v == nil { // unset takes the key away, not what it refers to
			a.remove(s.k)
			return nil
		}
		if _, again := v.(refVal); again {
			a.set(s.k, v)
			return nil
		}
		in.writeCell(r, v)
		return nil
	}
	if !ok && a.rest != restNone && s.k.str && a.rest.covers(s.k.s) {
		old = in.unknownAt(Undecidable, pos, a.rest.reason()).from(a.rest.origin(s.k.s))
	}
	v, err := in.changed(old, rest, pos, change)
	if err != nil {
		return err
	}
	switch {
	case v != nil:
		a.set(s.k, v)
	case a.rest != restNone || a.why != nil:
		a.set(s.k, absentVal{})
	default:
		a.remove(s.k)
	}
	return nil
}

// writeCell writes through a reference, to the end of the chain.
func (in *interp) writeCell(r refVal, v Value) {
	for range 64 {
		next, ok := in.st.get(r.cell).(refVal)
		if !ok {
			break
		}
		r = next
	}
	in.st.set(r.cell, v)
}

// unset takes a place away.
func (in *interp) unset(p *place) error {
	if p.wild != nil {
		return in.scatter(p.wild)
	}
	if p.magic != nil && !p.magic.get && p.magic.hidden {
		return in.throw("Error", "Cannot access a property of "+p.magic.o.class.name+"::$"+p.magic.name, p.at)
	}
	if p.magic != nil && !p.magic.get {
		plain := *p
		plain.magic = nil
		return in.unset(&plain)
	}
	if p.magic != nil {
		return in.writeMagic(p, func(Value) (Value, error) { return nil, nil })
	}
	if len(p.path) > 0 {
		v, _ := in.raw(p)
		holder, err := in.follow(v, p.path[:len(p.path)-1], p.at)
		if err != nil || holder.kind() == kNull || holder == Value(boolVal(false)) {
			return err
		}
		return in.update(p, func(Value) (Value, error) { return nil, nil })
	}
	if p.slot == 0 || sticky(in.st.get(p.slot)) {
		return nil
	}
	if in.exported[p.slot] && in.frame != in.globals {
		u := in.unknownAt(Undecidable, p.at, "depends on a variable that is unset while in use")
		u.sticky = true
		in.st.set(p.slot, u)
		return nil
	}
	if in.st.poison != nil {
		in.st.set(p.slot, absentVal{})
		return nil
	}
	in.st.set(p.slot, nil)
	return nil
}
