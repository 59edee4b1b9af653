package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// assign writes a value to a place.
func (in *interp) assign(t target, v Value) error {
	p := t.target()
	return in.update(p, func(Value) (Value, error) { return Share(v), nil })
}

// update replaces what lies in a place by what change makes of it; nil unsets.
func (in *interp) update(p *place, change func(old Value) (Value, error)) error {
	switch {
	case p.wild != nil:
		return in.scatter(p.wild)
	case p.slot == 0 && len(p.path) > 0:
		_, err := in.changed(p.temp, p.path, p.at, change)
		return err
	case p.slot == 0:
		_, err := change(p.temp)
		return err
	}
	old, slot := in.raw(p)
	if torn(old) {
		return old.(*Unknown).refusal()
	}
	v, err := in.changed(old, p.path, p.at, func(old Value) (Value, error) {
		v, err := change(old)
		if err != nil {
			return nil, err
		}
		return in.typed(p, v)
	})
	if err != nil {
		return err
	}
	if v == nil && in.st.poison != nil {
		v = AbsentValue{}
	}
	in.st.Set(slot, v)
	return nil
}

// scatter is a write to a variable of unknown name: any variable may have changed.
func (in *interp) scatter(u *Unknown) error {
	in.Poison(u)
	return in.Steps(64, syntax.Pos{})
}

// changed is container v after a change at the end of a path in it.
func (in *interp) changed(v Value, path []step, pos syntax.Pos, change func(Value) (Value, error)) (Value, error) {
	if len(path) == 0 {
		if v == nil {
			return change(Null)
		}
		return change(v)
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	switch c := v.(type) {
	case nil, NullType, AbsentValue:
		return in.changedArray(NewArray(), path, pos, change)
	case *Array:
		return in.changedArray(c, path, pos, change)
	case *Unknown:
		return in.changedUnknown(c, path, pos, change)
	case Bool:
		if !c {
			return in.changedArray(NewArray(), path, pos, change)
		}
	case String:
		return nil, in.unsupported(pos, "a write to a string offset")
	case *Object:
		return nil, in.indexedObject(c, pos)
	}
	return nil, in.Throw("Error", "Cannot use a scalar value as an array", pos)
}

// changedUnknown writes into something unknown: it stays unknown. Where it is one
// of a few, each is written to.
func (in *interp) changedUnknown(u *Unknown, path []step, pos syntax.Pos, change func(Value) (Value, error)) (Value, error) {
	if u.Alts == nil {
		_, err := change(Opaque(u))
		return u, err
	}
	var out Value
	for _, alt := range u.Alts {
		if alt.Kind() == KindObject {
			_, err := change(Opaque(u))
			return Opaque(u), err
		}
		v, err := in.changed(Share(alt), path, pos, change)
		if _, ok := err.(*thrown); ok {
			return Opaque(u), nil
		}
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = v
		} else {
			out = in.joinValues(out, v, u, 0)
		}
	}
	return out, nil
}

// owned returns an array that may be written to in place.
func (in *interp) owned(a *Array, pos syntax.Pos) (*Array, error) {
	if !a.shared && a.epoch == in.st.own {
		return a, nil
	}
	if err := in.Alloc(a.Size(), pos); err != nil {
		return nil, err
	}
	if err := in.Steps(len(a.Entries)/8, pos); err != nil {
		return nil, err
	}
	c := a.Clone()
	c.epoch = in.st.own
	for i := range c.Entries {
		if e := &c.Entries[i]; !e.Gone {
			Share(e.Value)
		}
	}
	return c, nil
}

func (in *interp) changedArray(a *Array, path []step, pos syntax.Pos, change func(Value) (Value, error)) (Value, error) {
	a, err := in.owned(a, pos)
	if err != nil {
		return nil, err
	}
	if err := in.Alloc(96, pos); err != nil {
		return nil, err
	}
	s := path[0]
	switch {
	case s.wild != nil:
		_, err := in.changed(Opaque(s.wild), path[1:], pos, change)
		a.invalidate(s.wild)
		return a, err
	case s.push:
		v, err := in.changed(nil, path[1:], pos, change)
		if err != nil {
			return nil, err
		}
		if a.Why != nil {
			a.invalidate(a.Why)
			return a, nil
		}
		if !a.Push(v) {
			return nil, in.Throw("Error", "Cannot add element to the array as the next element is already occupied", pos)
		}
		return a, nil
	}
	return a, in.changeKey(a, s, path[1:], pos, change)
}

func (in *interp) changeKey(a *Array, s step, rest []step, pos syntax.Pos, change func(Value) (Value, error)) error {
	old, ok := a.Get(s.k)
	if !ok && a.Rest != restNone && s.k.Str && a.Rest.Covers(s.k.S) {
		old = in.unknownAt(Undecidable, pos, a.Rest.Reason()).From(a.Rest.Origin(s.k.S))
	}
	v, err := in.changed(old, rest, pos, change)
	if err != nil {
		return err
	}
	switch {
	case v != nil:
		a.Set(s.k, v)
	case a.Rest != restNone || a.Why != nil:
		a.Set(s.k, AbsentValue{})
	default:
		a.Remove(s.k)
	}
	return nil
}

// unset takes a place away.
func (in *interp) unset(p *place) error {
	if p.wild != nil {
		return in.scatter(p.wild)
	}
	if len(p.path) > 0 {
		v, _ := in.raw(p)
		holder, err := in.follow(v, p.path[:len(p.path)-1], p.at)
		if err != nil || holder.Kind() == KindNull || holder == Value(Bool(false)) {
			return err
		}
		return in.update(p, func(Value) (Value, error) { return nil, nil })
	}
	switch held := in.st.Get(p.slot); {
	case p.slot == 0:
		return nil
	case torn(held):
		return held.(*Unknown).refusal()
	case in.exported[p.slot] && in.frame != in.globals:
		return in.unsupported(p.at, "unset() of a global variable in a function")
	}
	if in.st.poison != nil {
		in.st.Set(p.slot, AbsentValue{})
		return nil
	}
	in.st.Set(p.slot, nil)
	return nil
}
