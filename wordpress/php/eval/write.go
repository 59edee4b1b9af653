package eval

// assign writes a value to a place.
func (in *interp) assign(p *place, v Value) {
	in.update(p, func(Value) Value { return Share(v) })
}

// update replaces the value of a place by the result of change; nil unsets the place.
func (in *interp) update(p *place, change func(old Value) Value) {
	switch {
	case p.unknown != nil:
		in.assignToUnknown(p.unknown)
		return
	case p.slot == 0 && len(p.path) > 0:
		in.changed(p.temp, p.path, change)
		return
	case p.slot == 0:
		change(p.temp)
		return
	}
	old, slot := in.dereference(p)
	if isConditionalReference(old) {
		panic(old.(*Unknown).refusal())
	}
	v := in.changed(old, p.path, func(old Value) Value {
		return in.typed(p, change(old))
	})
	if v == nil && in.st.poison != nil {
		v = AbsentValue{}
	}
	in.st.Set(slot, v)
}

// assignToUnknown handles a write to a variable with an unknown name: any variable may have
// changed.
func (in *interp) assignToUnknown(u *Unknown) {
	in.Poison(u)
	in.Steps(64)
}

// changed returns container v after a change at the end of a path in it.
func (in *interp) changed(v Value, path []step, change func(Value) Value) Value {
	if len(path) == 0 {
		if v == nil {
			return change(Null)
		}
		return change(v)
	}
	in.enter()
	defer in.leave(in.pos)
	switch c := v.(type) {
	case nil, NullType, AbsentValue:
		return in.changedArray(NewArray(), path, change)
	case *Array:
		return in.changedArray(c, path, change)
	case *Unknown:
		change(Opaque(c))
		return Opaque(c) // it stays unknown
	case Bool:
		if !c {
			return in.changedArray(NewArray(), path, change)
		}
	case String:
		panic(in.Unsupported("a write to a string offset"))
	case *Object:
		panic(in.indexedObject(c))
	}
	panic(in.Throw("Error", "Cannot use a scalar value as an array"))
}

// separate returns the array itself if it may be changed in place, else a copy.
func (in *interp) separate(a *Array) *Array {
	if !a.shared && a.epoch == in.st.epoch {
		return a
	}
	in.Alloc(a.Size())
	in.Steps(len(a.Entries) / 8)
	c := a.Clone()
	c.epoch = in.st.epoch
	for i := range c.Entries {
		Share(c.Entries[i].Value)
	}
	return c
}

func (in *interp) changedArray(a *Array, path []step, change func(Value) Value) Value {
	a = in.separate(a)
	in.Alloc(96)
	s := path[0]
	switch {
	case s.unknown != nil:
		in.changed(Opaque(s.unknown), path[1:], change)
		a.invalidate(s.unknown)
		return a
	case s.push:
		v := in.changed(nil, path[1:], change)
		if a.Why != nil {
			a.invalidate(a.Why)
			return a
		}
		if !a.Push(v) {
			panic(in.Throw("Error", "Cannot add element to the array as the next element is already occupied"))
		}
		return a
	}
	in.changeKey(a, s, path[1:], change)
	return a
}

func (in *interp) changeKey(a *Array, s step, rest []step, change func(Value) Value) {
	old, ok := a.Get(s.k)
	if !ok && a.Rest != restNone && s.k.Str && a.Rest.Covers(s.k.S) {
		old = in.UnknownOf(Undecidable, a.Rest.Reason()).From(a.Rest.Origin(s.k.S))
	}
	v := in.changed(old, rest, change)
	switch {
	case v != nil:
		a.Set(s.k, v)
	case a.Rest != restNone || a.Why != nil:
		a.Set(s.k, AbsentValue{})
	default:
		in.Steps(len(a.Entries) / 8)
		a.Remove(s.k)
	}
}

// unset unsets a place.
func (in *interp) unset(p *place) {
	if p.unknown != nil {
		in.assignToUnknown(p.unknown)
		return
	}
	if len(p.path) > 0 {
		v, _ := in.dereference(p)
		holder := in.loadPath(v, p.path[:len(p.path)-1])
		if holder.Kind() == KindNull || holder == Value(Bool(false)) {
			return
		}
		in.update(p, func(Value) Value { return nil })
		return
	}
	switch held := in.st.Get(p.slot); {
	case p.slot == 0:
		return
	case isConditionalReference(held):
		panic(held.(*Unknown).refusal())
	case in.exported[p.slot] && in.frame != in.globals:
		panic(in.Unsupported("unset() of a global variable in a function"))
	}
	if in.st.poison != nil {
		in.st.Set(p.slot, AbsentValue{})
		return
	}
	in.st.Set(p.slot, nil)
}
