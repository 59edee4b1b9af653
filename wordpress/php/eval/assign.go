package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalAssign(x *syntax.AssignExpr) Value {
	if list, ok := x.Target.(*syntax.ArrayExpr); ok {
		return in.destructure(list, x.Val)
	}
	if x.Ref {
		panic(in.Unsupported("an assignment by reference"))
	}
	return in.assignTo(x.Target, x.Val)
}

func (in *interp) assignTo(target, val syntax.Expr) Value {
	if _, simple := target.(*syntax.VarExpr); simple {
		// PHP evaluates the value before it looks for $a.
		v := in.eval(val)
		p := in.place(target)
		in.assign(p, v)
		return v
	}
	p := in.place(target)
	v := in.eval(val)
	if in.toItself(p, target, val) {
		panic(in.Unsupported("an assignment of an array to its own element under another name"))
	}
	in.assign(p, v)
	return v
}

// toItself reports whether an array is assigned to one of its own elements under another
// name: one of the two names is global or in $GLOBALS. PHP would read the array after it
// added the element.
func (in *interp) toItself(p *place, target, val syntax.Expr) bool {
	x, ok := val.(*syntax.VarExpr)
	if !ok || len(p.path) == 0 || p.slot == 0 {
		return false
	}
	for e, isElement := target.(*syntax.IndexExpr); isElement; e, isElement = target.(*syntax.IndexExpr) {
		target = e.Base
	}
	base, _ := target.(*syntax.VarExpr)
	_, own := in.dereference(p)
	_, other := in.dereference(in.varPlace(in.frame, x.Name))
	return x.Dyn != nil || own == other && (base == nil || base.Name != x.Name)
}

func (in *interp) assignOp(x *syntax.AssignOpExpr) Value {
	if x.Op == "??" {
		return in.evalCoalesce(x.Target, func() Value { return in.assignTo(x.Target, x.Val) })
	}
	p := in.place(x.Target)
	r := in.eval(x.Val)
	l := in.load(p)
	v := in.operate(x.Op, l, r)
	in.assign(p, v)
	return v
}

func (in *interp) increment(x *syntax.IncExpr) Value {
	p := in.place(x.X)
	old := in.load(p)
	v := in.Lift([]Value{old}, func(vals []Value) Value {
		return in.incremented(vals[0], x.Delta)
	})
	in.assign(p, v)
	if x.Prefix {
		return v
	}
	return old
}

func (in *interp) incremented(v Value, delta int) Value {
	switch v := v.(type) {
	case NullType:
		if delta < 0 {
			return Null
		}
		return Int(1)
	case Bool:
		return v
	case Int, Float:
		return addMul("+", v, Int(int64(delta)))
	case String:
		if n, ok := IsNumeric(string(v)); ok {
			return addMul("+", n, Int(int64(delta)))
		}
		panic(in.Unsupported("++ or -- of a string that is not a number"))
	}
	panic(in.Throw("TypeError", "Cannot increment "+TypeWord(v)))
}

// destructure evaluates [$a, $b] = value.
func (in *interp) destructure(list *syntax.ArrayExpr, val syntax.Expr) Value {
	v := in.eval(val)
	in.unpack(list, Share(v))
	return v
}

func (in *interp) unpack(list *syntax.ArrayExpr, v Value) {
	next := int64(0)
	for _, item := range list.Items {
		s := step{k: IntKey(next)}
		next++
		if item.Val == nil {
			continue
		}
		if item.Ref {
			panic(in.Unsupported("a reference in list()"))
		}
		if item.Key != nil {
			s = in.keyStep(item.Key)
		}
		elem := Null
		if v.Kind() >= KindArray {
			e := in.element(v, s)
			elem = Share(e)
		}
		in.unpackInto(item.Val, elem)
	}
}

func (in *interp) unpackInto(to syntax.Expr, v Value) {
	if inner, ok := to.(*syntax.ArrayExpr); ok {
		in.unpack(inner, v)
		return
	}
	p := in.place(to)
	in.assign(p, v)
}

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
