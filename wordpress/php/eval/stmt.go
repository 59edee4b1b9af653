package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// exec runs statements in turn.
func (in *interp) exec(body []syntax.Stmt) error {
	if len(body) == 0 {
		return nil
	}
	if err := in.enter(body[0].Where()); err != nil {
		return err
	}
	defer in.leave()
	for _, s := range body {
		if err := in.Steps(1, s.Where()); err != nil {
			return err
		}
		if err := in.execOne(s); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) execOne(s syntax.Stmt) error {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		_, err := in.eval(s.X)
		return err
	case *syntax.EchoStmt:
		for _, x := range s.Xs {
			if err := in.print(x); err != nil {
				return err
			}
		}
		return nil
	case *syntax.IfStmt:
		return in.execIf(s)
	case *syntax.ReturnStmt:
		return in.execReturn(s)
	case *syntax.BreakStmt:
		kind := jumpBreak
		if s.Cont {
			kind = jumpContinue
		}
		return &jump{kind: kind, depth: s.Depth}
	case *syntax.WhileStmt, *syntax.DoStmt, *syntax.ForStmt, *syntax.ForeachStmt, *syntax.SwitchStmt:
		return in.execLoop(s)
	case *syntax.TryStmt:
		return in.execTry(s)
	case *syntax.FuncStmt:
		if s.Hoisted {
			return nil
		}
		return in.declareFunction(s.Fn, s.Pos)
	case *syntax.ClassStmt:
		return in.execClass(s.Decl, s.Pos)
	case *syntax.BlockStmt:
		return in.exec(s.Body)
	}
	return in.execNames(s)
}

// print evaluates what is printed: an object's __toString runs.
func (in *interp) print(x syntax.Expr) error {
	v, err := in.eval(x)
	if err == nil {
		_, err = in.ConvertString(v, x.Where())
	}
	return err
}

func (in *interp) evalAll(xs []syntax.Expr) error {
	for _, x := range xs {
		if _, err := in.eval(x); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) execNames(s syntax.Stmt) error {
	switch s := s.(type) {
	case *syntax.GlobalStmt:
		return in.execGlobal(s)
	case *syntax.StaticStmt:
		return in.execStatic(s)
	case *syntax.UnsetStmt:
		for _, x := range s.Vars {
			if _, ok := x.(*syntax.PropExpr); ok {
				return in.unsupported(s.Pos, "unset() of a property")
			}
			p, err := in.place(x)
			if err != nil {
				return err
			}
			if err := in.touchProp(x, p); err != nil {
				return err
			}
			if err := in.unset(p); err != nil {
				return err
			}
		}
		return nil
	case *syntax.ConstStmt:
		for _, item := range s.Items {
			v, err := in.eval(item.Val)
			if err != nil {
				return err
			}
			if _, err := in.Define(item.Name, v, s.Pos); err != nil {
				return err
			}
		}
		return nil
	case *syntax.HaltStmt:
		return &jump{kind: jumpReturn, val: Int(1)}
	case *syntax.LabelStmt:
		return nil
	}
	return in.Refuse(Undecidable, s.Where(), "evaluate: not supported: %s", in.Snippet(s.Where()))
}

func (in *interp) execIf(s *syntax.IfStmt) error {
	b, u, err := in.test(s.Cond)
	if err != nil {
		return err
	}
	if u == nil {
		if b {
			return in.exec(s.Then)
		}
		return in.exec(s.Else)
	}
	return in.split(u,
		func() error {
			if err := in.refine(s.Cond, true); err != nil {
				return err
			}
			return in.exec(s.Then)
		},
		func() error {
			if err := in.refine(s.Cond, false); err != nil {
				return err
			}
			return in.exec(s.Else)
		})
}

func (in *interp) execReturn(s *syntax.ReturnStmt) error {
	v := Null
	if s.X != nil {
		var err error
		if v, err = in.eval(s.X); err != nil {
			return err
		}
	}
	return &jump{kind: jumpReturn, val: Share(v)}
}

func (in *interp) execGlobal(s *syntax.GlobalStmt) error {
	for _, x := range s.Vars {
		v := x.(*syntax.VarExpr)
		if v.Dyn != nil {
			return in.unsupported(s.Pos, "a computed name after global")
		}
		local := in.varPlace(in.frame, v.Name, s.Pos)
		global := in.varPlace(in.globals, v.Name, s.Pos)
		if local.slot == global.slot {
			continue
		}
		if in.st.Get(global.slot) == nil {
			if v, _ := in.raw(global); v != nil {
				in.st.Set(global.slot, v)
			}
		}
		in.exported[global.slot] = true
		in.st.Set(local.slot, refVal{global.slot})
	}
	return nil
}

func (in *interp) execStatic(s *syntax.StaticStmt) error {
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
				var err error
				if v, err = in.eval(item.Val); err != nil {
					return err
				}
			}
			in.st.Set(slot, Share(v))
		}
		in.st.Set(in.varPlace(in.frame, item.Name, s.Pos).slot, refVal{slot})
	}
	return nil
}

// execTry runs try and catch for every way out of the body.
func (in *interp) execTry(s *syntax.TryStmt) error {
	if s.HasFinally {
		return in.unsupported(s.Pos, "finally")
	}
	outer, endOuter := in.mark()
	defer endOuter()
	trying := in.trying
	in.trying = append(trying[:len(trying):len(trying)], s)
	err := in.exec(s.Body)
	in.trying = trying
	if fatal(err) {
		return err
	}
	return in.catchAll(s, outer, err)
}

// catchAll gives what was thrown to the catch clauses.
func (in *interp) catchAll(s *syntax.TryStmt, base int, err error) error {
	waiting := append([]outcome(nil), in.pending[base:]...)
	in.pending = in.pending[:base]
	var live *state
	why := in.whyOf(waiting)
	main := outcome{err, in.st, why}
	var end error
	for _, o := range append(waiting, main) {
		t, isThrown := o.err.(*thrown)
		in.st = o.st
		result := o.err
		if isThrown {
			result = in.catch(s, t, 0)
		}
		switch result.(type) {
		case nil:
			joined, fail := in.join(live, in.st, FirstUnknown(o.why, why))
			if fail != nil {
				return fail
			}
			live = joined
		case *dead:
			in.note(result)
			end = result
		case *jump, *thrown:
			if fail := in.wait([]outcome{{result, in.st, o.why}}); fail != nil {
				return fail
			}
		default:
			return result
		}
	}
	return in.resume(base, live, end)
}

// resume goes on with the live world, or with one that waits above base.
func (in *interp) resume(base int, live *state, end error) error {
	if live != nil {
		in.st = live
		return nil
	}
	if n := len(in.pending); n > base {
		o := in.pending[n-1]
		in.pending = in.pending[:n-1]
		in.st = o.st
		return o.err
	}
	return end
}

// catch runs the first clause from i on that takes the exception.
func (in *interp) catch(s *syntax.TryStmt, t *thrown, i int) error {
	for ; i < len(s.Catches); i++ {
		c := s.Catches[i]
		o, known := t.val.(*Object)
		takes := false
		for _, name := range c.Classes {
			takes = takes || known && o.Class.IsA(syntax.Lower(name)) || syntax.Lower(name) == "throwable"
		}
		if !takes && known {
			continue
		}
		run := func() error {
			if c.Name != "" {
				if err := in.assign(in.varPlace(in.frame, c.Name, s.Pos), t.val); err != nil {
					return err
				}
			}
			return in.exec(c.Body)
		}
		if takes {
			return run()
		}
		u := t.val.(*Unknown)
		return in.split(u, run, func() error { return in.catch(s, t, i+1) })
	}
	return t
}
