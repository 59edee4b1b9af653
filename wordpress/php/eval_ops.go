package php

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
		b, u := in.truth(v)
		if u != nil {
			return maybe(u), nil
		}
		return boolVal(!b), nil
	}
	return in.lift([]Value{v}, x.Pos, func(vals []Value) (Value, error) {
		switch x.Op {
		case "-":
			return in.arithmetic("*", vals[0], intVal(-1), x.Pos)
		case "+":
			return in.arithmetic("*", vals[0], intVal(1), x.Pos)
		}
		return in.complement(vals[0], x.Pos)
	})
}

func (in *interp) complement(v Value, pos syntax.Pos) (Value, error) {
	switch v := v.(type) {
	case intVal:
		return ^v, nil
	case floatVal:
		return intVal(^floatToInt(float64(v))), nil
	case strVal:
		return nil, in.unsupported(pos, "an operator on the bits of a string")
	}
	return nil, in.throw("TypeError", "Cannot perform bitwise not on "+typeWord(v), pos)
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
		return in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
			return boolVal(toBool(v[0]) != toBool(v[1])), nil
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
	v, err := in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		return in.arithmetic(op, v[0], v[1], pos)
	})
	if u, ok := v.(*Unknown); ok && u.alts == nil && err == nil {
		err = in.mayFail(u, true, pos)
	}
	return v, err
}

func (in *interp) join2(l, r Value, pos syntax.Pos) (Value, error) {
	var err error
	if l, err = in.convertString(l, pos); err != nil {
		return nil, err
	}
	if r, err = in.convertString(r, pos); err != nil {
		return nil, err
	}
	return in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		a, b := toString(v[0]), toString(v[1])
		if err := in.alloc(len(a)+len(b), pos); err != nil {
			return nil, err
		}
		return strVal(a + b), nil
	})
}

// convertString makes a string of an object; other values stay as they are.
func (in *interp) convertString(v Value, pos syntax.Pos) (Value, error) {
	o, ok := v.(*Object)
	if !ok {
		return v, nil
	}
	m, class := o.class.method("__tostring")
	if m == nil {
		return nil, in.throw("Error", "Object of class "+o.class.name+" could not be converted to string", pos)
	}
	return in.callMethod(o, class, m, nil, pos)
}

// stringOf is the string of a known value.
func (in *interp) stringOf(v Value, pos syntax.Pos) (string, error) {
	v, err := in.convertString(v, pos)
	if err != nil {
		return "", err
	}
	if u, ok := v.(*Unknown); ok {
		return "", in.refuseUnknown(u, u.Class, pos, "evaluate: the string of an object %s", u.Reason)
	}
	return toString(v), nil
}

func (in *interp) union(a, b *Array, pos syntax.Pos) (Value, error) {
	if err := in.alloc(a.size()+b.size(), pos); err != nil {
		return nil, err
	}
	if !a.certain() || !b.certain() {
		u := firstUnknown(in.unknownIn(a, 0), in.unknownIn(b, 0))
		return opaque(u), nil
	}
	c := a.clone()
	c.each(func(_ key, v Value) bool { share(v); return true })
	b.each(func(k key, v Value) bool {
		if _, ok := c.get(k); !ok {
			c.set(k, share(v))
		}
		return true
	})
	return c, nil
}

func (in *interp) compareOp(op string, l, r Value, pos syntax.Pos) (Value, error) {
	if n, known := in.nullness(op, l, r); known {
		return n, nil
	}
	v, err := in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		return in.compareKnown(op, v[0], v[1], pos)
	})
	if u, ok := v.(*Unknown); ok && u.alts == nil && op != "<=>" {
		return maybe(u), err
	}
	return v, err
}

// nullness decides comparisons of an array that holds unknowns with a value of
// another type, which its contents do not change.
func (in *interp) nullness(op string, l, r Value) (Value, bool) {
	if op != "===" && op != "!==" || l.kind() == kUnknown || r.kind() == kUnknown || l.kind() == r.kind() {
		return nil, false
	}
	return boolVal(op == "!=="), true
}

func (in *interp) compareKnown(op string, a, b Value, pos syntax.Pos) (Value, error) {
	switch op {
	case "===":
		return boolVal(identical(a, b)), nil
	case "!==":
		return boolVal(!identical(a, b)), nil
	}
	if a.kind() >= kString && b.kind() >= kString && (holdsObject(a, 0) || holdsObject(b, 0)) {
		return nil, in.unsupported(pos, "a comparison of objects")
	}
	c := compare(a, b)
	switch op {
	case "==":
		return boolVal(c == 0), nil
	case "!=":
		return boolVal(c != 0), nil
	case "<":
		return boolVal(c == -1), nil
	case "<=":
		return boolVal(c == -1 || c == 0), nil
	case ">":
		return boolVal(c == 1 || c == uncomparable && compare(b, a) == -1), nil
	case ">=":
		return boolVal(c == 1 || c == 0), nil
	}
	if c == uncomparable || c == -uncomparable {
		c = 1
	}
	return intVal(int64(c)), nil
}

// holdsObject reports that a value is, or holds, an object.
func holdsObject(v Value, depth int) bool {
	a, ok := v.(*Array)
	if !ok || depth > 64 {
		return v.kind() == kObject || depth > 64
	}
	for _, e := range a.entries {
		if !e.gone && holdsObject(e.v, depth+1) {
			return true
		}
	}
	return false
}
