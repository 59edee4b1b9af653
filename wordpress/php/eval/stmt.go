package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// exec runs statements in order. The error says how the world left the normal flow.
func (in *interp) exec(body []syntax.Stmt) error {
	if len(body) == 0 {
		return nil
	}
	in.enter()
	defer in.leave(in.pos)
	return in.attempt(func() error {
		for _, s := range body {
			in.pos = s.Where()
			in.Steps(1)
			if err := in.execOne(s); err != nil {
				return err
			}
		}
		return nil
	})
}

func (in *interp) execOne(s syntax.Stmt) error {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		in.eval(s.X)
	case *syntax.EchoStmt:
		for _, x := range s.Xs {
			in.print(x)
		}
	case *syntax.IfStmt:
		return in.execIf(s)
	case *syntax.ReturnStmt:
		v := Null
		if s.X != nil {
			v = in.eval(s.X)
		}
		return &jump{kind: jumpReturn, val: Share(v)}
	case *syntax.BreakStmt:
		kind := jumpBreak
		if s.Cont {
			kind = jumpContinue
		}
		return &jump{kind: kind, depth: s.Depth}
	case *syntax.LoopStmt, *syntax.ForeachStmt, *syntax.SwitchStmt:
		return in.execLoop(s)
	case *syntax.TryStmt:
		return in.execTry(s)
	case *syntax.BlockStmt:
		return in.exec(s.Body)
	case *syntax.HaltStmt:
		return &jump{kind: jumpReturn, val: Int(1)}
	default:
		in.execNames(s)
	}
	return nil
}

// print evaluates an expression that is printed.
func (in *interp) print(x syntax.Expr) { in.ConvertString(in.eval(x)) }

func (in *interp) evalAll(xs []syntax.Expr) {
	for _, x := range xs {
		in.eval(x)
	}
}

// execNames runs the statements that declare or delete names.
func (in *interp) execNames(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.FuncStmt:
		if !s.Hoisted {
			in.declareFunction(s.Fn)
		}
	case *syntax.ClassStmt:
		in.execClass(s.Decl)
	case *syntax.GlobalStmt:
		in.execGlobal(s)
	case *syntax.StaticStmt:
		in.execStatic(s)
	case *syntax.UnsetStmt:
		for _, x := range s.Vars {
			if inProperty(x) {
				panic(in.Unsupported("unset() of a property"))
			}
			in.unset(in.place(x))
		}
	case *syntax.ConstStmt:
		for _, item := range s.Items {
			in.Define(item.Name, in.eval(item.Val))
		}
	case *syntax.LabelStmt:
	default:
		panic(in.Unsupported("this statement"))
	}
}

func (in *interp) execIf(s *syntax.IfStmt) error {
	b, u := in.test(s.Cond)
	if u == nil {
		if b {
			return in.exec(s.Then)
		}
		return in.exec(s.Else)
	}
	return in.split(u,
		func() error {
			in.refine(s.Cond, true)
			return in.exec(s.Then)
		},
		func() error {
			in.refine(s.Cond, false)
			return in.exec(s.Else)
		})
}

func (in *interp) execGlobal(s *syntax.GlobalStmt) {
	for _, x := range s.Vars {
		v := x.(*syntax.VarExpr)
		if v.Dyn != nil {
			panic(in.Unsupported("a computed name after global"))
		}
		local := in.varPlace(in.frame, v.Name)
		global := in.varPlace(in.globals, v.Name)
		if local.slot == global.slot {
			continue
		}
		if in.st.Get(global.slot) == nil {
			if v, _ := in.dereference(global); v != nil {
				in.st.Set(global.slot, v)
			}
		}
		in.exported[global.slot] = true
		in.st.Set(local.slot, refVal{global.slot})
	}
}

func (in *interp) execStatic(s *syntax.StaticStmt) {
	for _, item := range s.Vars {
		name := "main"
		if in.frame.fn != nil {
			name = in.frame.fn.File.Path + ":" + ToString(Int(int64(in.frame.fn.Line))) + in.frame.fn.Name
		}
		if in.frame.closure != 0 {
			name += "#" + ToString(Int(int64(in.frame.closure)))
		}
		if in.frame.class != nil {
			name = in.frame.class.ID + "::" + name
		}
		slot := in.slot('s', name+"$"+item.Name)
		if in.st.Get(slot) == nil {
			v := Null
			if item.Val != nil {
				v = in.eval(item.Val)
			}
			in.st.Set(slot, Share(v))
		}
		in.st.Set(in.varPlace(in.frame, item.Name).slot, refVal{slot})
	}
}

// execTry runs the body of a try statement.
func (in *interp) execTry(s *syntax.TryStmt) error {
	if s.HasFinally {
		panic(in.Unsupported("finally"))
	}
	in.trying++
	defer func() { in.trying-- }()
	return in.exec(s.Body)
}
