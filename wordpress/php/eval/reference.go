package eval

// reference makes the variable in a place shared, and returns the reference to it.
// Only variables hold references: arrays and properties hold none.
func (in *interp) reference(p *place) (Value, error) {
	switch {
	case p.wild != nil:
		return Opaque(p.wild), in.scatter(p.wild)
	case len(p.path) > 0 || p.magic != nil || p.typ != nil:
		return nil, in.unsupported(p.at, "a reference to an array element or a property")
	case p.slot == 0:
		return p.temp, nil
	}
	if v, ok := in.st.Get(p.slot).(refVal); ok {
		return v, nil
	}
	v, _ := in.raw(p)
	if v == nil || v.Kind() == KindAbsent {
		v = Null
	}
	r := refVal{in.newCell(v)}
	in.st.Set(p.slot, r)
	return r, nil
}

// newCell puts a value into a cell of its own.
func (in *interp) newCell(v Value) int {
	cell := in.newSlot(slotCell)
	in.st.Set(cell, v)
	return cell
}

// bind makes a variable an alias of what a reference refers to.
func (in *interp) bind(p *place, ref Value) error {
	if p.wild != nil {
		return in.scatter(p.wild)
	}
	if len(p.path) > 0 || p.magic != nil || p.typ != nil {
		return in.unsupported(p.at, "a reference to an array element or a property")
	}
	if r, ok := ref.(refVal); p.slot == 0 || ok && r.cell == p.slot {
		return nil
	}
	held := in.st.Get(p.slot)
	if sticky(held) || in.exported[p.slot] && in.frame != in.globals {
		u := in.unknownAt(Undecidable, p.at, "depends on a reference that is bound anew")
		u.sticky = true
		if !sticky(held) {
			in.st.Set(p.slot, u)
		}
		if r, ok := ref.(refVal); ok { // what is written to the one shows in the other
			in.writeCell(r, u)
		}
		return nil
	}
	in.st.Set(p.slot, ref)
	return nil
}
