package php

import (
	"strconv"
	"strings"
)

// eval evaluates an expression to a value. An error is a *jump, *thrown or *dead of
// this world, or ends everything.
func (in *interp) eval(x expr) (Value, error) {
	pos := x.where()
	if err := in.steps(1, pos); err != nil {
		return nil, err
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	switch x := x.(type) {
	case *litExpr:
		return x.v, nil
	case *varExpr, *indexExpr, *propExpr, *sPropExpr:
		return in.evalPlace(x)
	case *templateExpr:
		return in.concat(x.parts, x.at)
	case *concatExpr:
		return in.concat(x.parts, x.at)
	case *arrayExpr:
		return in.evalArray(x)
	case *constExpr:
		return in.evalConst(x)
	case *binaryExpr:
		return in.evalBinary(x)
	case *unaryExpr:
		return in.evalUnary(x)
	case *castExpr:
		return in.evalCast(x)
	case *assignExpr, *assignOp, *incExpr:
		return in.evalAssignment(x)
	case *ternaryExpr:
		return in.evalTernary(x)
	case *issetExpr:
		return in.evalIsset(x)
	case *emptyExpr:
		return in.evalEmpty(x)
	case *callExpr, *methodExpr, *sCallExpr, *newExpr, *closureExpr:
		return in.evalCall(x)
	}
	return in.evalRare(x)
}

func (in *interp) evalRare(x expr) (Value, error) {
	switch x := x.(type) {
	case *matchExpr:
		return in.evalMatch(x)
	case *includeExpr:
		return in.evalInclude(x)
	case *evalExpr:
		return in.evalEval(x)
	case *exitExpr:
		if x.x != nil {
			if _, err := in.eval(x.x); err != nil {
				return nil, err
			}
		}
		return nil, in.die(Undecidable, x.at, "stops before WordPress starts")
	case *printExpr:
		return intVal(1), in.print(x.x)
	case *throwExpr:
		return in.evalThrow(x)
	case *cloneExpr:
		return in.evalClone(x)
	case *classConst:
		return in.evalClassConst(x)
	case *instanceExpr:
		return in.evalInstanceof(x)
	case *shellExpr:
		if _, err := in.eval(x.x); err != nil {
			return nil, err
		}
		return in.unknownAt(Unsafe, x.at, "needs a command to run"), nil
	case *magicExpr:
		return in.magic(x), nil
	case *yieldExpr:
		return in.evalYield(x)
	case *nameExpr:
		return strVal(x.name), nil
	}
	return nil, in.refuse(Undecidable, x.where(), "evaluate: not supported: %s", in.snippet(x.where()))
}

func (in *interp) magic(x *magicExpr) Value {
	path := in.file()
	switch x.name {
	case "__DIR__":
		return strVal(dirname(path))
	case "__CLASS__":
		if in.frame.class != nil {
			return strVal(in.frame.class.name)
		}
		return strVal("")
	}
	return strVal(path)
}

// dirname of a clean absolute path.
func dirname(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return "/"
}

// concat evaluates the parts in turn; strings that are unknown make the whole so.
func (in *interp) concat(parts []expr, pos at) (Value, error) {
	vals := make([]Value, len(parts))
	for i, p := range parts {
		v, err := in.eval(p)
		if err != nil {
			return nil, err
		}
		if v.kind() == kObject {
			if v, err = in.convertString(v, pos); err != nil {
				return nil, err
			}
		}
		vals[i] = v
	}
	return in.lift(vals, pos, func(vals []Value) (Value, error) {
		n := 0
		for _, v := range vals {
			n += len(toString(v))
		}
		if err := in.alloc(n, pos); err != nil {
			return nil, err
		}
		b := make([]byte, 0, n)
		for _, v := range vals {
			b = append(b, toString(v)...)
		}
		return strVal(b), nil
	})
}

// test evaluates a condition.
func (in *interp) test(x expr) (bool, *Unknown, error) {
	v, err := in.eval(x)
	if err != nil {
		return false, nil, err
	}
	b, u := in.truth(v)
	return b, u, nil
}

func (in *interp) evalTernary(x *ternaryExpr) (Value, error) {
	cond, err := in.eval(x.cond)
	if err != nil {
		return nil, err
	}
	pick := func(b bool) (Value, error) {
		switch {
		case !b:
			return in.eval(x.els)
		case x.then == nil:
			return narrow(cond, toBool), nil
		}
		return in.eval(x.then)
	}
	b, u := in.truth(cond)
	if u == nil {
		return pick(b)
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		if err := in.refine(x.cond, i == 0); err != nil {
			return nil, err
		}
		return pick(i == 0)
	})
}

// evalLogic evaluates && and ||, whose right side may not be reached.
func (in *interp) evalLogic(x *binaryExpr) (Value, error) {
	and := x.op == "&&"
	b, u, err := in.test(x.l)
	if err != nil {
		return nil, err
	}
	right := func() (Value, error) {
		b, u, err := in.test(x.r)
		if err != nil {
			return nil, err
		}
		if u != nil {
			return maybe(u), nil
		}
		return boolVal(b), nil
	}
	if u == nil {
		if b != and {
			return boolVal(b), nil
		}
		return right()
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		left := i == 0
		if err := in.refine(x.l, left); err != nil {
			return nil, err
		}
		if left != and {
			return boolVal(left), nil
		}
		return right()
	})
}

func (in *interp) evalMatch(x *matchExpr) (Value, error) {
	subject, err := in.eval(x.subject)
	if err != nil {
		return nil, err
	}
	return in.matchFrom(x, subject, 0, 0)
}

// matchFrom goes on with condition j of arm i.
func (in *interp) matchFrom(x *matchExpr, subject Value, i, j int) (Value, error) {
	for ; i < len(x.arms); i, j = i+1, 0 {
		for ; j < len(x.arms[i].conds); j++ {
			v, err := in.eval(x.arms[i].conds[j])
			if err != nil {
				return nil, err
			}
			eq, err := in.compareOp("===", subject, v, x.at)
			if err != nil {
				return nil, err
			}
			b, u := in.truth(eq)
			if u != nil {
				return in.splitValue(u, 2, func(k int) (Value, error) {
					if k == 0 {
						return in.eval(x.arms[i].body)
					}
					if err := in.enter(x.at); err != nil {
						return nil, err
					}
					defer in.leave()
					return in.matchFrom(x, subject, i, j+1)
				})
			}
			if b {
				return in.eval(x.arms[i].body)
			}
		}
	}
	for _, arm := range x.arms {
		if arm.conds == nil {
			return in.eval(arm.body)
		}
	}
	return nil, in.throw("UnhandledMatchError", "Unhandled match case "+unhandled(subject), x.at)
}

// unhandled is how the error shows a value that no arm takes.
func unhandled(v Value) string {
	switch v := v.(type) {
	case strVal:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(string(v)) + "'"
	case nullVal:
		return "NULL"
	case boolVal:
		return strconv.FormatBool(bool(v))
	case floatVal:
		return floatString(float64(v), -1)
	case intVal:
		return toString(v)
	case *Object:
		return "of type " + v.class.name
	}
	return "of type " + typeWord(v)
}

func (in *interp) evalArray(x *arrayExpr) (Value, error) {
	if err := in.alloc(128+96*len(x.items), x.at); err != nil {
		return nil, err
	}
	a := newArray()
	for _, item := range x.items {
		if err := in.evalItem(a, item, x.at); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (in *interp) evalItem(a *Array, item arrayItem, pos at) error {
	if item.spread {
		v, err := in.eval(item.val)
		if err != nil {
			return err
		}
		return in.spreadInto(a, v, pos)
	}
	var k Value
	var err error
	if item.key != nil {
		if k, err = in.eval(item.key); err != nil {
			return err
		}
	}
	var v Value
	if item.ref {
		p, err := in.place(item.val)
		if err != nil {
			return err
		}
		if v, err = in.reference(p); err != nil {
			return err
		}
	} else if v, err = in.eval(item.val); err != nil {
		return err
	}
	if k == nil && a.open != nil {
		in.lostElement(v, a.open)
		in.blur(a, a.open) // where it goes depends on a key that is not known
		return nil
	}
	if k == nil {
		if !a.push(share(v)) {
			return in.throw("Error", "Cannot add element to the array as the next element is already occupied", pos)
		}
		return nil
	}
	if u := in.unknownIn(k, 0); u != nil {
		in.lostElement(v, u)
		in.blur(a, u)
		return nil
	}
	ky, ok := toKey(k)
	if !ok {
		return in.throw("TypeError", "Illegal offset type", pos)
	}
	a.set(ky, share(v))
	return nil
}

// blur makes every element unknown: a write hit one of them, or one more.
func (in *interp) blur(a *Array, u *Unknown) {
	a.why, a.open = u, opaque(u)
	for i := range a.entries {
		if !a.entries[i].gone {
			in.lostElement(a.entries[i].v, u)
			a.entries[i].v = opaque(u)
		}
	}
}

// spreadInto appends the elements of …$v.
func (in *interp) spreadInto(a *Array, v Value, pos at) error {
	b, ok := v.(*Array)
	if !ok {
		if u, ok := v.(*Unknown); ok {
			a.why, a.open = opaque(u), opaque(u)
			return nil
		}
		if o, ok := v.(*Object); ok && o.class.isA("traversable") {
			return in.walk(v, pos, wantKeys, func(k, v Value) error {
				if s, named := k.(strVal); named {
					a.set(strKey(string(s)), share(v))
				} else {
					a.push(share(v))
				}
				return in.alloc(96, pos)
			})
		}
		return in.throw("Error", "Only arrays and Traversables can be unpacked", pos)
	}
	if err := in.alloc(b.size(), pos); err != nil {
		return err
	}
	if !b.certain() {
		a.why = in.unknownIn(b, 0)
		a.open = opaque(a.why)
	}
	b, err := in.settled(b, pos)
	if err != nil {
		return err
	}
	b.each(func(k key, v Value) bool {
		share(v)
		if k.str {
			a.set(k, v)
		} else {
			a.push(v)
		}
		return true
	})
	return nil
}
