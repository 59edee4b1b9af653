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
