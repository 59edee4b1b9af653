package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalUnary(x *syntax.UnaryExpr) (Value, error) {
	v, err := in.eval(x.X)
	if err != nil {
		return nil, err
	}
	switch x.Op {
	case "@":
		return v, nil
	case "!":
		b, u := in.Truth(v)
		if u != nil {
			return Maybe(u), nil
		}
		return Bool(!b), nil
	}
	return in.Lift([]Value{v}, x.Pos, func(vals []Value) (Value, error) {
		switch x.Op {
		case "-":
			return in.arithmetic("*", vals[0], Int(-1), x.Pos)
		case "+":
			return in.arithmetic("*", vals[0], Int(1), x.Pos)
		}
		return in.complement(vals[0], x.Pos)
	})
}

func (in *interp) complement(v Value, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case Int:
		return ^v, nil
	case Float:
		return Int(^floatToInt(float64(v))), nil
	case String:
		return nil, in.unsupported(pos, "an operator on the bits of a string")
	}
	return nil, in.Throw("TypeError", "Cannot perform bitwise not on "+TypeWord(v), pos)
}

func (in *interp) evalBinary(x *syntax.BinaryExpr) (Value, error) {
	switch x.Op {
	case "&&", "||":
		return in.evalLogic(x)
	case "??":
		return in.evalCoalesce(x.L, func() (Value, error) { return in.eval(x.R) })
	}
	l, err := in.eval(x.L)
	if err != nil {
		return nil, err
	}
	r, err := in.eval(x.R)
	if err != nil {
		return nil, err
	}
	return in.operate(x.Op, l, r, x.Pos)
}

// operate applies a binary operator to values.
func (in *interp) operate(op string, l, r Value, pos syntax.Pos) (Value, error) {
	switch op {
	case "==", "!=", "===", "!==", "<", "<=", ">", ">=", "<=>":
		return in.compareOp(op, l, r, pos)
	case "xor":
		return in.Lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
			return Bool(ToBool(v[0]) != ToBool(v[1])), nil
		})
	case ".":
		return in.join2(l, r, pos)
	case "+":
		a, ok := l.(*Array)
		b, both := r.(*Array)
		if ok && both {
			return in.union(a, b, pos)
		}
	}
	v, err := in.Lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		return in.arithmetic(op, v[0], v[1], pos)
	})
	if u, ok := v.(*Unknown); ok && u.Alts == nil && err == nil {
		err = in.mayFail(u, true, pos)
	}
	return v, err
}

func (in *interp) join2(l, r Value, pos syntax.Pos) (Value, error) {
	var err error
	if l, err = in.ConvertString(l, pos); err != nil {
		return nil, err
	}
	if r, err = in.ConvertString(r, pos); err != nil {
		return nil, err
	}
	return in.Lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		a, b := ToString(v[0]), ToString(v[1])
		if err := in.Alloc(len(a)+len(b), pos); err != nil {
			return nil, err
		}
		return String(a + b), nil
	})
}

// ConvertString makes a string of an object; other values stay as they are.
func (in *interp) ConvertString(v Value, pos syntax.Pos) (Value, error) {
	o, ok := v.(*Object)
	if !ok {
		return v, nil
	}
	m, class := o.Class.Method("__tostring")
	if m == nil {
		return nil, in.Throw("Error", "Object of class "+o.Class.Name+" could not be converted to string", pos)
	}
	return in.CallMethod(o, class, m, nil, pos)
}

// StringOf is the string of a known value.
func (in *interp) StringOf(v Value, pos syntax.Pos) (string, error) {
	v, err := in.ConvertString(v, pos)
	if err != nil {
		return "", err
	}
	if u, ok := v.(*Unknown); ok {
		return "", in.RefuseUnknown(u, u.Class, pos, "evaluate: the string of an object %s", u.Reason)
	}
	return ToString(v), nil
}

func (in *interp) union(a, b *Array, pos syntax.Pos) (Value, error) {
	if err := in.Alloc(a.Size()+b.Size(), pos); err != nil {
		return nil, err
	}
	if !a.certain() || !b.certain() {
		u := FirstUnknown(in.UnknownIn(a, 0), in.UnknownIn(b, 0))
		return Opaque(u), nil
	}
	c := a.Clone()
	c.Each(func(_ Key, v Value) bool { Share(v); return true })
	b.Each(func(k Key, v Value) bool {
		if _, ok := c.Get(k); !ok {
			c.Set(k, Share(v))
		}
		return true
	})
	return c, nil
}

func (in *interp) compareOp(op string, l, r Value, pos syntax.Pos) (Value, error) {
	if n, known := in.nullness(op, l, r); known {
		return n, nil
	}
	v, err := in.Lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		return in.compareKnown(op, v[0], v[1], pos)
	})
	if u, ok := v.(*Unknown); ok && u.Alts == nil && op != "<=>" {
		return Maybe(u), err
	}
	return v, err
}

// nullness decides comparisons of an array that holds unknowns with a value of
// another type, which its contents do not change.
func (in *interp) nullness(op string, l, r Value) (Value, bool) {
	if op != "===" && op != "!==" || l.Kind() == KindUnknown || r.Kind() == KindUnknown || l.Kind() == r.Kind() {
		return nil, false
	}
	return Bool(op == "!=="), true
}

func (in *interp) compareKnown(op string, a, b Value, pos syntax.Pos) (Value, error) {
	switch op {
	case "===":
		return Bool(Identical(a, b)), nil
	case "!==":
		return Bool(!Identical(a, b)), nil
	}
	if a.Kind() >= KindString && b.Kind() >= KindString && (HoldsObject(a, 0) || HoldsObject(b, 0)) {
		return nil, in.unsupported(pos, "a comparison of objects")
	}
	c := Compare(a, b)
	switch op {
	case "==":
		return Bool(c == 0), nil
	case "!=":
		return Bool(c != 0), nil
	case "<":
		return Bool(c == -1), nil
	case "<=":
		return Bool(c == -1 || c == 0), nil
	case ">":
		return Bool(c == 1 || c == Uncomparable && Compare(b, a) == -1), nil
	case ">=":
		return Bool(c == 1 || c == 0), nil
	}
	if c == Uncomparable || c == -Uncomparable {
		c = 1
	}
	return Int(int64(c)), nil
}

// HoldsObject reports that a value is, or holds, an object.
func HoldsObject(v Value, depth int) bool {
	a, ok := v.(*Array)
	if !ok || depth > 64 {
		return v.Kind() == KindObject || depth > 64
	}
	for _, e := range a.Entries {
		if !e.Gone && HoldsObject(e.Value, depth+1) {
			return true
		}
	}
	return false
}
