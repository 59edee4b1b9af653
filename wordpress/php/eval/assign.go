package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalAssignment(x syntax.Expr) (Value, error) {
	switch x := x.(type) {
	case *syntax.AssignExpr:
		if list, ok := x.Target.(*syntax.ArrayExpr); ok {
			return in.destructure(list, x.Val)
		}
		if x.Ref {
			return nil, in.unsupported(x.Pos, "an assignment by reference")
		}
		return in.assignTo(x.Target, x.Val)
	case *syntax.AssignOpExpr:
		return in.assignOp(x)
	case *syntax.IncExpr:
		return in.increment(x)
	}
	return Null, nil
}

func (in *interp) assignTo(target, val syntax.Expr) (Value, error) {
	if _, simple := target.(*syntax.VarExpr); simple {
		// $a = … looks for $a after its value is known.
		v, err := in.eval(val)
		if err != nil {
			return nil, err
		}
		p, err := in.place(target)
		if err != nil {
			return nil, err
		}
		return v, in.assign(p, v)
	}
	p, err := in.place(target)
	if err != nil {
		return nil, err
	}
	v, err := in.eval(val)
	if err != nil {
		return nil, err
	}
	if in.toItself(p, target, val) {
		return nil, in.unsupported(p.at, "an assignment of an array to its own element under another name")
	}
	return v, in.assign(p, v)
}

// toItself reports an assignment of an array to one of its own elements, where the
// array has two names: one of them is global or in $GLOBALS. PHP would read the array
// after it made room for the element.
func (in *interp) toItself(p *place, target, val syntax.Expr) bool {
	x, ok := val.(*syntax.VarExpr)
	if !ok || len(p.path) == 0 || p.slot == 0 {
		return false
	}
	for e, isElement := target.(*syntax.IndexExpr); isElement; e, isElement = target.(*syntax.IndexExpr) {
		target = e.Base
	}
	base, _ := target.(*syntax.VarExpr)
	_, own := in.raw(p)
	_, other := in.raw(in.varPlace(in.frame, x.Name, x.Pos))
	return x.Dyn != nil || own == other && (base == nil || base.Name != x.Name)
}

func (in *interp) assignOp(x *syntax.AssignOpExpr) (Value, error) {
	if x.Op == "??" {
		return in.evalCoalesce(x.Target, func() (Value, error) { return in.assignTo(x.Target, x.Val) })
	}
	p, err := in.place(x.Target)
	if err != nil {
		return nil, err
	}
	r, err := in.eval(x.Val)
	if err != nil {
		return nil, err
	}
	l, err := in.Load(p)
	if err != nil {
		return nil, err
	}
	v, err := in.operate(x.Op, l, r, x.Pos)
	if err != nil {
		return nil, err
	}
	return v, in.assign(p, v)
}

func (in *interp) increment(x *syntax.IncExpr) (Value, error) {
	p, err := in.place(x.X)
	if err != nil {
		return nil, err
	}
	old, err := in.Load(p)
	if err != nil {
		return nil, err
	}
	v, err := in.Lift([]Value{old}, x.Pos, func(vals []Value) (Value, error) {
		return in.incremented(vals[0], x.Delta, x.Pos)
	})
	if err != nil {
		return nil, err
	}
	if err := in.assign(p, v); err != nil {
		return nil, err
	}
	if x.Prefix {
		return v, nil
	}
	return old, nil
}

func (in *interp) incremented(v Value, delta int, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case NullType:
		if delta < 0 {
			return Null, nil
		}
		return Int(1), nil
	case Bool:
		return v, nil
	case Int, Float:
		return addMul("+", v, Int(int64(delta))), nil
	case String:
		if n, ok := IsNumeric(string(v)); ok {
			return addMul("+", n, Int(int64(delta))), nil
		}
		if v == "" && delta < 0 {
			return Int(-1), nil
		}
		if delta < 0 {
			return v, nil
		}
		return nil, in.unsupported(pos, "++ of a string that is not a number")
	}
	return nil, in.Throw("TypeError", "Cannot increment "+TypeWord(v), pos)
}

// destructure evaluates [$a, $b] = value.
func (in *interp) destructure(list *syntax.ArrayExpr, val syntax.Expr) (Value, error) {
	v, err := in.eval(val)
	if err != nil {
		return nil, err
	}
	return v, in.unpack(list, Share(v))
}

func (in *interp) unpack(list *syntax.ArrayExpr, v Value) error {
	next := int64(0)
	for _, item := range list.Items {
		s := step{k: IntKey(next)}
		next++
		if item.Val == nil {
			continue
		}
		if item.Ref {
			return in.unsupported(list.Pos, "a reference in list()")
		}
		if item.Key != nil {
			k, err := in.eval(item.Key)
			if err != nil {
				return err
			}
			ky, ok := ToKey(k)
			if u := in.UnknownIn(k, 0); u != nil {
				s.wild = u
			} else if !ok {
				return in.Throw("TypeError", "Illegal offset type", item.Key.Where())
			}
			s.k = ky
		}
		elem := Null
		if v.Kind() >= KindArray {
			e, err := in.Element(v, s, item.Val.Where())
			if err != nil {
				return err
			}
			elem = Share(e)
		}
		if err := in.unpackInto(item.Val, elem); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) unpackInto(to syntax.Expr, v Value) error {
	if inner, ok := to.(*syntax.ArrayExpr); ok {
		return in.unpack(inner, v)
	}
	p, err := in.place(to)
	if err != nil {
		return err
	}
	return in.assign(p, v)
}

func (in *interp) evalCast(x *syntax.CastExpr) (Value, error) {
	v, err := in.eval(x.X)
	if err != nil {
		return nil, err
	}
	switch x.Type {
	case "array":
		return in.castArray(v, x.Pos)
	case "object":
		return in.castObject(v, x.Pos)
	case "string":
		if v, err = in.ConvertString(v, x.Pos); err != nil {
			return nil, err
		}
	case "bool":
		b, u := in.Truth(v)
		if u != nil {
			return Maybe(u), nil
		}
		return Bool(b), nil
	}
	return in.Lift([]Value{v}, x.Pos, func(vals []Value) (Value, error) {
		return castScalar(vals[0], x.Type), nil
	})
}

func castScalar(v Value, typ string) Value {
	switch typ {
	case "int":
		return Int(ToInt(v))
	case "float":
		return Float(ToFloat(v))
	}
	return String(ToString(v))
}

func (in *interp) castObject(v Value, pos syntax.Pos) (Value, error) {
	props := NewArray()
	switch v := v.(type) {
	case *Object:
		return v, nil
	case *Array:
		if !v.certain() {
			return Opaque(in.UnknownIn(v, 0)), nil
		}
		if err := in.Alloc(v.Size(), pos); err != nil {
			return nil, err
		}
		v.Each(func(k Key, v Value) bool {
			props.Set(Key{S: k.Text(), Str: true}, Share(v))
			return true
		})
		return in.newObject("stdClass", props, pos)
	case *Unknown:
		return Opaque(v), nil
	case NullType:
	default:
		props.Put("scalar", v)
	}
	return in.newObject("stdClass", props, pos)
}
