package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// eval evaluates an expression to a value. An error is a *jump, *thrown or *dead of
// this world, or ends everything.
func (in *interp) eval(x syntax.Expr) (Value, error) {
	pos := x.Where()
	if err := in.Steps(1, pos); err != nil {
		return nil, err
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	switch x := x.(type) {
	case *syntax.LitExpr:
		return literalValue(x), nil
	case *syntax.VarExpr, *syntax.IndexExpr, *syntax.PropExpr, *syntax.StaticPropExpr:
		return in.evalPlace(x)
	case *syntax.TemplateExpr:
		return in.concat(x.Parts, x.Pos)
	case *syntax.ConcatExpr:
		return in.concat(x.Parts, x.Pos)
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
	case *syntax.AssignExpr, *syntax.AssignOpExpr, *syntax.IncExpr:
		return in.evalAssignment(x)
	case *syntax.TernaryExpr:
		return in.evalTernary(x)
	case *syntax.IssetExpr:
		return in.evalIsset(x)
	case *syntax.EmptyExpr:
		return in.evalEmpty(x)
	case *syntax.CallExpr, *syntax.MethodExpr, *syntax.StaticCallExpr, *syntax.NewExpr, *syntax.ClosureExpr:
		return in.evalCall(x)
	}
	return in.evalRare(x)
}

// literalValue is the value that a literal stands for.
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

func (in *interp) evalRare(x syntax.Expr) (Value, error) {
	switch x := x.(type) {
	case *syntax.MatchExpr:
		return in.evalMatch(x)
	case *syntax.IncludeExpr:
		return in.evalInclude(x)
	case *syntax.EvalExpr:
		return in.evalEval(x)
	case *syntax.ExitExpr:
		if x.X != nil {
			if _, err := in.eval(x.X); err != nil {
				return nil, err
			}
		}
		return nil, in.die(x.Pos, "stops before WordPress starts")
	case *syntax.PrintExpr:
		return Int(1), in.print(x.X)
	case *syntax.ThrowExpr:
		return in.evalThrow(x)
	case *syntax.CloneExpr:
		return nil, in.unsupported(x.Pos, "clone")
	case *syntax.ClassConstExpr:
		return in.evalClassConst(x)
	case *syntax.InstanceExpr:
		return in.evalInstanceof(x)
	case *syntax.ShellExpr:
		if _, err := in.eval(x.X); err != nil {
			return nil, err
		}
		return in.unknownAt(Unsafe, x.Pos, "needs a command to run").From(OriginVolatile), nil
	case *syntax.MagicExpr:
		return in.magic(x), nil
	case *syntax.YieldExpr:
		return nil, in.unsupported(x.Pos, "a generator")
	case *syntax.NameExpr:
		return String(x.Name), nil
	}
	return nil, in.Refuse(Undecidable, x.Where(), "evaluate: not supported: %s", in.Snippet(x.Where()))
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
	}
	return String(path)
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
func (in *interp) concat(parts []syntax.Expr, pos syntax.Pos) (Value, error) {
	vals := make([]Value, len(parts))
	for i, p := range parts {
		v, err := in.eval(p)
		if err != nil {
			return nil, err
		}
		if v.Kind() == KindObject {
			if v, err = in.ConvertString(v, pos); err != nil {
				return nil, err
			}
		}
		vals[i] = v
	}
	return in.Lift(vals, pos, func(vals []Value) (Value, error) {
		n := 0
		for _, v := range vals {
			n += len(ToString(v))
		}
		if err := in.Alloc(n, pos); err != nil {
			return nil, err
		}
		b := make([]byte, 0, n)
		for _, v := range vals {
			b = append(b, ToString(v)...)
		}
		return String(b), nil
	})
}

// test evaluates a condition.
func (in *interp) test(x syntax.Expr) (bool, *Unknown, error) {
	v, err := in.eval(x)
	if err != nil {
		return false, nil, err
	}
	b, u := in.Truth(v)
	return b, u, nil
}

func (in *interp) evalTernary(x *syntax.TernaryExpr) (Value, error) {
	cond, err := in.eval(x.Cond)
	if err != nil {
		return nil, err
	}
	pick := func(b bool) (Value, error) {
		switch {
		case !b:
			return in.eval(x.Else)
		case x.Then == nil:
			return narrow(cond, ToBool), nil
		}
		return in.eval(x.Then)
	}
	b, u := in.Truth(cond)
	if u == nil {
		return pick(b)
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		if err := in.refine(x.Cond, i == 0); err != nil {
			return nil, err
		}
		return pick(i == 0)
	})
}

// evalLogic evaluates && and ||, whose right side may not be reached.
func (in *interp) evalLogic(x *syntax.BinaryExpr) (Value, error) {
	and := x.Op == "&&"
	b, u, err := in.test(x.L)
	if err != nil {
		return nil, err
	}
	right := func() (Value, error) {
		b, u, err := in.test(x.R)
		if err != nil {
			return nil, err
		}
		if u != nil {
			return Maybe(u), nil
		}
		return Bool(b), nil
	}
	if u == nil {
		if b != and {
			return Bool(b), nil
		}
		return right()
	}
	return in.splitValue(u, 2, func(i int) (Value, error) {
		left := i == 0
		if err := in.refine(x.L, left); err != nil {
			return nil, err
		}
		if left != and {
			return Bool(left), nil
		}
		return right()
	})
}

func (in *interp) evalMatch(x *syntax.MatchExpr) (Value, error) {
	subject, err := in.eval(x.Subject)
	if err != nil {
		return nil, err
	}
	return in.matchFrom(x, subject, 0, 0)
}

// matchFrom goes on with condition j of arm i.
func (in *interp) matchFrom(x *syntax.MatchExpr, subject Value, i, j int) (Value, error) {
	for ; i < len(x.Arms); i, j = i+1, 0 {
		for ; j < len(x.Arms[i].Conds); j++ {
			v, err := in.eval(x.Arms[i].Conds[j])
			if err != nil {
				return nil, err
			}
			eq, err := in.compareOp("===", subject, v, x.Pos)
			if err != nil {
				return nil, err
			}
			b, u := in.Truth(eq)
			if u != nil {
				return in.splitValue(u, 2, func(k int) (Value, error) {
					if k == 0 {
						return in.eval(x.Arms[i].Body)
					}
					if err := in.enter(x.Pos); err != nil {
						return nil, err
					}
					defer in.leave()
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
	return nil, in.Throw("UnhandledMatchError", "Unhandled match case", x.Pos)
}

func (in *interp) evalArray(x *syntax.ArrayExpr) (Value, error) {
	if err := in.Alloc(128+96*len(x.Items), x.Pos); err != nil {
		return nil, err
	}
	a := NewArray()
	for _, item := range x.Items {
		if err := in.evalItem(a, item, x.Pos); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (in *interp) evalItem(a *Array, item syntax.ArrayItem, pos syntax.Pos) error {
	if item.Val == nil {
		return in.unsupported(pos, "an empty element in an array")
	}
	if item.Spread {
		v, err := in.eval(item.Val)
		if err != nil {
			return err
		}
		return in.spreadInto(a, v, pos)
	}
	var k Value
	var err error
	if item.Key != nil {
		if k, err = in.eval(item.Key); err != nil {
			return err
		}
	}
	var v Value
	if item.Ref {
		return in.unsupported(pos, "a reference in an array")
	}
	if v, err = in.eval(item.Val); err != nil {
		return err
	}
	if k == nil && a.open != nil {
		a.invalidate(a.open) // where it goes depends on a key that is not known
		return nil
	}
	if k == nil {
		if !a.Push(Share(v)) {
			return in.Throw("Error", "Cannot add element to the array as the next element is already occupied", pos)
		}
		return nil
	}
	if u := in.UnknownIn(k, 0); u != nil {
		a.invalidate(u)
		return nil
	}
	ky, ok := ToKey(k)
	if !ok {
		return in.Throw("TypeError", "Illegal offset type", pos)
	}
	a.Set(ky, Share(v))
	return nil
}

// invalidate makes every element unknown: a write hit one of them, or one more.
func (a *Array) invalidate(u *Unknown) {
	a.Why, a.open = u, Opaque(u)
	for i := range a.Entries {
		if !a.Entries[i].Gone {
			a.Entries[i].Value = Opaque(u)
		}
	}
}

// spreadInto appends the elements of …$v.
func (in *interp) spreadInto(a *Array, v Value, pos syntax.Pos) error {
	b, ok := v.(*Array)
	if !ok {
		if u, ok := v.(*Unknown); ok {
			a.Why, a.open = Opaque(u), Opaque(u)
			return nil
		}
		if v.Kind() == KindObject {
			return in.unsupported(pos, "an iterator")
		}
		return in.Throw("Error", "Only arrays and Traversables can be unpacked", pos)
	}
	if err := in.Alloc(b.Size(), pos); err != nil {
		return err
	}
	if !b.certain() {
		a.Why = in.UnknownIn(b, 0)
		a.open = Opaque(a.Why)
	}
	b.Each(func(k Key, v Value) bool {
		Share(v)
		if k.Str {
			a.Set(k, v)
		} else {
			a.Push(v)
		}
		return true
	})
	return nil
}
