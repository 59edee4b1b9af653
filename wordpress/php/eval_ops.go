package php

func (in *interp) evalUnary(x *unaryExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	switch x.op {
	case "@":
		return v, nil
	case "!":
		b, u := in.truth(v)
		if u != nil {
			return maybe(u), nil
		}
		return boolVal(!b), nil
	}
	return in.lift([]Value{v}, x.at, func(vals []Value) (Value, error) {
		switch x.op {
		case "-":
			return in.arithmetic("*", vals[0], intVal(-1), x.at)
		case "+":
			return in.arithmetic("*", vals[0], intVal(1), x.at)
		}
		return in.complement(vals[0], x.at)
	})
}

func (in *interp) complement(v Value, pos at) (Value, error) {
	switch v := v.(type) {
	case intVal:
		return ^v, nil
	case floatVal:
		return intVal(^floatToInt(float64(v))), nil
	case strVal:
		if err := in.alloc(len(v), pos); err != nil {
			return nil, err
		}
		b := []byte(v)
		for i := range b {
			b[i] = ^b[i]
		}
		return strVal(b), nil
	}
	return nil, in.throw("TypeError", "Cannot perform bitwise not on "+typeWord(v), pos)
}

func (in *interp) evalBinary(x *binaryExpr) (Value, error) {
	switch x.op {
	case "&&", "||":
		return in.evalLogic(x)
	case "??":
		return in.evalCoalesce(x.l, func() (Value, error) { return in.eval(x.r) })
	}
	l, err := in.eval(x.l)
	if err != nil {
		return nil, err
	}
	r, err := in.eval(x.r)
	if err != nil {
		return nil, err
	}
	return in.operate(x.op, l, r, x.at)
}

// operate applies a binary operator to values.
func (in *interp) operate(op string, l, r Value, pos at) (Value, error) {
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
	if u := firstUnknown(in.asUnknown(l), in.asUnknown(r)); u != nil && op == "+" {
		in.lost(l, u)
		in.lost(r, u)
	}
	v, err := in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		return in.arithmetic(op, v[0], v[1], pos)
	})
	if u, ok := v.(*Unknown); ok && u.alts == nil && err == nil {
		err = in.mayFail(u, true, pos)
	}
	return v, err
}

func (in *interp) join2(l, r Value, pos at) (Value, error) {
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
func (in *interp) convertString(v Value, pos at) (Value, error) {
	o, ok := v.(*Object)
	if !ok {
		return v, nil
	}
	m, class := o.class.method("__tostring")
	if isStream(o) {
		return in.unknownAt(Undecidable, pos, "depends on the number of a resource"), nil
	}
	if m == nil {
		return nil, in.throw("Error", "Object of class "+o.class.name+" could not be converted to string", pos)
	}
	return in.callMethod(o, class, m, nil, pos)
}

// stringOf is the string of a known value.
func (in *interp) stringOf(v Value, pos at) (string, error) {
	v, err := in.convertString(v, pos)
	if err != nil {
		return "", err
	}
	if u, ok := v.(*Unknown); ok {
		return "", in.refuseUnknown(u, u.Class, pos, "evaluate: the string of an object %s", u.Reason)
	}
	return toString(v), nil
}

func (in *interp) union(a, b *Array, pos at) (Value, error) {
	if err := in.alloc(a.size()+b.size(), pos); err != nil {
		return nil, err
	}
	if !a.certain() || !b.certain() {
		u := firstUnknown(in.unknownIn(a, 0), in.unknownIn(b, 0))
		in.lost(a, u)
		in.lost(b, u)
		return opaque(u), nil
	}
	a, err := in.settled(a, pos)
	if err != nil {
		return nil, err
	}
	if b, err = in.settled(b, pos); err != nil {
		return nil, err
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

func (in *interp) compareOp(op string, l, r Value, pos at) (Value, error) {
	if n, known := in.nullness(op, l, r); known {
		return n, nil
	}
	v, err := in.lift([]Value{l, r}, pos, func(v []Value) (Value, error) {
		a, err := in.flatten(v[0], pos)
		if err != nil {
			return nil, err
		}
		b, err := in.flatten(v[1], pos)
		if err != nil {
			return nil, err
		}
		return in.compareKnown(op, a, b, pos)
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

func (in *interp) compareKnown(op string, a, b Value, pos at) (Value, error) {
	switch op {
	case "===":
		return boolVal(identical(a, b)), nil
	case "!==":
		return boolVal(!identical(a, b)), nil
	}
	if a.kind() == kArray && b.kind() == kArray && holdsObject(a, 0) && holdsObject(b, 0) {
		return in.compareElements(op, a.(*Array), b.(*Array), pos)
	}
	if a.kind() == kObject || b.kind() == kObject {
		v, done, err := in.compareObject(op, a, b, pos)
		if done || err != nil {
			return v, err
		}
		if a, err = in.objectOperand(a, b, pos); err != nil {
			return nil, err
		}
		if b, err = in.objectOperand(b, a, pos); err != nil {
			return nil, err
		}
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

// compareObject compares two objects of one class by their properties.
func (in *interp) compareObject(op string, a, b Value, pos at) (Value, bool, error) {
	x, ok := a.(*Object)
	y, both := b.(*Object)
	if !ok || !both || x == y || x.class != y.class || x.fn != nil {
		return nil, false, nil
	}
	if err := in.enter(pos); err != nil {
		return nil, true, err
	}
	defer in.leave()
	v, err := in.compareOp(op, in.propsOf(x), in.propsOf(y), pos)
	return v, true, err
}

// compareElements compares arrays that hold objects; which of two is the larger is
// not known.
func (in *interp) compareElements(op string, a, b *Array, pos at) (Value, error) {
	if op != "==" && op != "!=" {
		return in.unknownAt(Undecidable, pos, "compares objects in arrays"), nil
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	equal := a.len() == b.len()
	for _, e := range pairs(a) {
		other, ok := b.get(e.k)
		if equal = equal && ok; !equal {
			break
		}
		v, err := in.compareOp("==", in.deref(e.v), in.deref(other), pos)
		if err != nil {
			return nil, err
		}
		if v.kind() == kUnknown {
			return v, nil
		}
		equal = toBool(v)
	}
	return boolVal(equal == (op == "==")), nil
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

// objectOperand converts an object that is compared with a string.
func (in *interp) objectOperand(a, b Value, pos at) (Value, error) {
	if o, ok := a.(*Object); ok && b.kind() == kString {
		if m, _ := o.class.method("__tostring"); m != nil {
			return in.convertString(a, pos)
		}
	}
	return a, nil
}

// flatten resolves the references in an array.
func (in *interp) flatten(v Value, pos at) (Value, error) {
	a, ok := v.(*Array)
	if !ok || !in.hasRefs(a, 0) {
		return v, nil
	}
	return in.flatCopy(a, 0, pos)
}

func (in *interp) hasRefs(a *Array, depth int) bool {
	in.charge(1 + len(a.entries)/4)
	for i := range a.entries {
		if e := &a.entries[i]; !e.gone {
			if e.v.kind() == kRef || depth > 64 || in.stepsLeft == 0 {
				return true
			}
			if b, ok := e.v.(*Array); ok && in.hasRefs(b, depth+1) {
				return true
			}
		}
	}
	return false
}

func (in *interp) flatCopy(a *Array, depth int, pos at) (Value, error) {
	if depth > 64 {
		return nil, in.refuse(Undecidable, pos, "evaluate: an array is nested too deeply")
	}
	if err := in.alloc(a.size(), pos); err != nil {
		return nil, err
	}
	c := a.clone()
	for i := range c.entries {
		e := &c.entries[i]
		if e.gone {
			continue
		}
		if e.v.kind() == kRef {
			e.v = in.deref(e.v)
		}
		if b, ok := e.v.(*Array); ok {
			v, err := in.flatCopy(b, depth+1, pos)
			if err != nil {
				return nil, err
			}
			e.v = v
		}
	}
	return c, nil
}
