package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// eval evaluates an expression to a value. It panics with a *jump or a *worldEndError if this
// world leaves the normal flow, and with other errors if all worlds end.
func (in *interp) eval(x syntax.Expr) Value {
	outer := in.pos
	in.pos = x.Where()
	in.Steps(1)
	in.enter()
	defer in.leave(outer)
	switch x := x.(type) {
	case *syntax.LitExpr:
		return literalValue(x)
	case *syntax.VarExpr, *syntax.IndexExpr, *syntax.PropExpr, *syntax.StaticPropExpr:
		return in.evalPlace(x)
	case *syntax.ConcatExpr:
		return in.evalConcat(x.Parts)
	case *syntax.ArrayExpr:
		return in.evalArray(x)
	case *syntax.ConstExpr:
		return in.evalConst(x)
	case *syntax.BinaryExpr:
		return in.evalBinary(x)
	case *syntax.UnaryExpr:
		return in.evalUnary(x)
	case *syntax.CastExpr:
		return in.evalCast(x)
	case *syntax.AssignExpr:
		return in.evalAssign(x)
	case *syntax.AssignOpExpr:
		return in.assignOp(x)
	case *syntax.IncExpr:
		return in.increment(x)
	case *syntax.TernaryExpr:
		return in.evalTernary(x)
	case *syntax.IssetExpr:
		return in.evalIsset(x)
	case *syntax.CallExpr:
		return in.callWith(in.calleeOf(x), x.Args, x.First)
	case *syntax.MethodExpr:
		return in.evalMethod(x)
	case *syntax.StaticCallExpr:
		return in.evalStaticCall(x)
	case *syntax.NewExpr:
		return in.evalNew(x)
	case *syntax.ClosureExpr:
		return in.makeClosure(x)
	}
	return in.evalRare(x)
}

// literalValue returns the value of a literal.
func literalValue(x *syntax.LitExpr) Value {
	switch v := x.Value.(type) {
	case string:
		return String(v)
	case int64:
		return Int(v)
	case float64:
		return Float(v)
	case Value:
		return v
	}
	return Null
}

func (in *interp) evalRare(x syntax.Expr) Value {
	switch x := x.(type) {
	case *syntax.MatchExpr:
		return in.evalMatch(x)
	case *syntax.WordExpr:
		return in.evalWord(x)
	case *syntax.ClassConstExpr:
		return in.evalClassConst(x)
	case *syntax.InstanceExpr:
		return in.evalInstanceof(x)
	case *syntax.MagicExpr:
		return in.magic(x)
	case *syntax.NameExpr:
		return String(x.Name)
	}
	panic(in.Unsupported("this expression"))
}

func (in *interp) magic(x *syntax.MagicExpr) Value {
	path := in.file()
	switch x.Name {
	case "__DIR__":
		return String(dirname(path))
	case "__CLASS__":
		if in.frame.class != nil {
			return String(in.frame.class.Name)
		}
		return String("")
	case "__FILE__":
		return String(path)
	}
	panic(in.Unsupported(x.Name))
}

// dirname returns the parent folder of a clean absolute path.
func dirname(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return "/"
}

// evalConcat evaluates the parts in order and joins them.
func (in *interp) evalConcat(parts []syntax.Expr) Value {
	vals := make([]Value, len(parts))
	for i, p := range parts {
		vals[i] = in.ConvertString(in.eval(p))
	}
	return in.concat(vals)
}

// concat joins values as strings. If one is unknown, so is the result.
func (in *interp) concat(vals []Value) Value {
	return in.Lift(vals, func(vals []Value) Value {
		n := 0
		for _, v := range vals {
			n += len(ToString(v))
		}
		in.Alloc(n)
		b := make([]byte, 0, n)
		for _, v := range vals {
			b = append(b, ToString(v)...)
		}
		return String(b)
	})
}

// test evaluates a condition.
func (in *interp) test(x syntax.Expr) (bool, *Unknown) {
	v := in.eval(x)
	b, u := in.Truth(v)
	return b, u
}

func (in *interp) evalTernary(x *syntax.TernaryExpr) Value {
	cond := in.eval(x.Cond)
	pick := func(b bool) Value {
		switch {
		case !b:
			return in.eval(x.Else)
		case x.Then == nil:
			return cond
		}
		return in.eval(x.Then)
	}
	b, u := in.Truth(cond)
	if u == nil {
		return pick(b)
	}
	return in.SplitValue(u, func(first bool) Value {
		in.refine(x.Cond, first)
		return pick(first)
	})
}

// evalLogic evaluates && and ||. The right side is evaluated only in worlds that need it.
func (in *interp) evalLogic(x *syntax.BinaryExpr) Value {
	and := x.Op == "&&"
	b, u := in.test(x.L)
	right := func() Value { return in.truthOf(in.eval(x.R)) }
	if u == nil {
		if b != and {
			return Bool(b)
		}
		return right()
	}
	return in.SplitValue(u, func(first bool) Value {
		left := first
		in.refine(x.L, left)
		if left != and {
			return Bool(left)
		}
		return right()
	})
}

func (in *interp) evalMatch(x *syntax.MatchExpr) Value {
	subject := in.eval(x.Subject)
	return in.matchFrom(x, subject, 0, 0)
}

// matchFrom evaluates a match expression from condition j of arm i on.
func (in *interp) matchFrom(x *syntax.MatchExpr, subject Value, i, j int) Value {
	for ; i < len(x.Arms); i, j = i+1, 0 {
		for ; j < len(x.Arms[i].Conds); j++ {
			v := in.eval(x.Arms[i].Conds[j])
			eq := in.compareOp("===", subject, v)
			b, u := in.Truth(eq)
			if u != nil {
				return in.SplitValue(u, func(first bool) Value {
					if first {
						return in.eval(x.Arms[i].Body)
					}
					in.enter()
					defer in.leave(in.pos)
					return in.matchFrom(x, subject, i, j+1)
				})
			}
			if b {
				return in.eval(x.Arms[i].Body)
			}
		}
	}
	for _, arm := range x.Arms {
		if arm.Conds == nil {
			return in.eval(arm.Body)
		}
	}
	panic(in.Throw("UnhandledMatchError", "Unhandled match case"))
}

func (in *interp) evalArray(x *syntax.ArrayExpr) Value {
	in.Alloc(128 + 96*len(x.Items))
	a := NewArray()
	for _, item := range x.Items {
		in.evalItem(a, item)
	}
	return a
}

func (in *interp) evalItem(a *Array, item syntax.ArrayItem) {
	if item.Val == nil {
		panic(in.Unsupported("an empty element in an array"))
	}
	if item.Ref {
		panic(in.Unsupported("a reference in an array"))
	}
	if item.Spread {
		panic(in.Unsupported(unpacked))
	}
	s := step{push: true}
	if item.Key != nil {
		s = in.keyStep(item.Key)
	}
	v := in.eval(item.Val)
	switch {
	case s.unknown != nil:
		a.invalidate(s.unknown)
	case !s.push:
		a.Set(s.k, Share(v))
	case a.open != nil:
		a.invalidate(a.open) // its key depends on a key that is not known
	case !a.Push(Share(v)):
		panic(in.Throw("Error", "Cannot add element to the array as the next element is already occupied"))
	}
}

// invalidate makes every element unknown, after a write to an unknown key: the write may
// have changed any element, or added one.
func (a *Array) invalidate(u *Unknown) {
	a.Why, a.open = u, Opaque(u)
	for i := range a.Entries {
		a.Entries[i].Value = Opaque(u)
	}
}

// evalWord evaluates an operator that is a word, such as include or print.
func (in *interp) evalWord(x *syntax.WordExpr) Value {
	switch x.Word {
	case "empty":
		return in.not(in.fetchQuietly(x.X, fetchEmpty))
	case "clone":
		panic(in.Unsupported("clone"))
	case "?->":
		panic(in.Unsupported("?-> before a call or a computed name"))
	case "yield":
		panic(in.Unsupported("a generator"))
	case "print":
		in.print(x.X)
		return Int(1)
	}
	v := Null
	if x.X != nil {
		v = in.eval(x.X)
	}
	switch x.Word {
	case "exit":
		panic(in.endWorld("stops before WordPress starts"))
	case "throw":
		panic(in.throw("stops with an exception"))
	case "eval":
		return in.evalText(v)
	case "shell":
		return in.UnknownOf(Unsafe, "needs the output of a command").From(OriginVolatile)
	}
	return in.evalInclude(x, v)
}

// truthOf evaluates (bool) $v.
func (in *interp) truthOf(v Value) Value {
	b, u := in.Truth(v)
	if u != nil {
		return Opaque(u)
	}
	return Bool(b)
}

// not evaluates !$v.
func (in *interp) not(v Value) Value {
	b, ok := in.truthOf(v).(Bool)
	if !ok {
		return in.truthOf(v)
	}
	return !b
}
