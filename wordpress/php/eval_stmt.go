package php

// exec runs statements in turn.
func (in *interp) exec(body []stmt) error {
	if len(body) == 0 {
		return nil
	}
	if err := in.enter(body[0].where()); err != nil {
		return err
	}
	defer in.leave()
	for _, s := range body {
		if err := in.steps(1, s.where()); err != nil {
			return err
		}
		if err := in.execOne(s); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) execOne(s stmt) error {
	switch s := s.(type) {
	case *exprStmt:
		_, err := in.eval(s.x)
		return err
	case *echoStmt:
		for _, x := range s.xs {
			if err := in.print(x); err != nil {
				return err
			}
		}
		return nil
	case *ifStmt:
		return in.execIf(s)
	case *returnStmt:
		return in.execReturn(s)
	case *breakStmt:
		kind := jumpBreak
		if s.cont {
			kind = jumpContinue
		}
		return &jump{kind: kind, depth: s.depth}
	case *whileStmt, *doStmt, *forStmt, *foreachStmt, *switchStmt:
		return in.execLoop(s)
	case *tryStmt:
		return in.execTry(s)
	case *funcStmt:
		if s.hoisted {
			return nil
		}
		return in.declareFunction(s.fn, s.at)
	case *classStmt:
		return in.execClass(s.decl, s.at)
	case *blockStmt:
		return in.exec(s.body)
	}
	return in.execNames(s)
}

// print evaluates what is printed: an object's __toString runs.
func (in *interp) print(x expr) error {
	v, err := in.eval(x)
	if err == nil {
		_, err = in.convertString(v, x.where())
	}
	return err
}

func (in *interp) evalAll(xs []expr) error {
	for _, x := range xs {
		if _, err := in.eval(x); err != nil {
			return err
		}
	}
	return nil
}

func (in *interp) execNames(s stmt) error {
	switch s := s.(type) {
	case *globalStmt:
		return in.execGlobal(s)
	case *staticStmt:
		return in.execStatic(s)
	case *unsetStmt:
		for _, x := range s.vars {
			if prop, ok := x.(*propExpr); ok {
				if err := in.unsetProp(prop); err != nil {
					return err
				}
				continue
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
	case *constStmt:
		for _, item := range s.items {
			v, err := in.eval(item.val)
			if err != nil {
				return err
			}
			if _, err := in.define(item.name, v, s.at); err != nil {
				return err
			}
		}
		return nil
	case *haltStmt:
		return &jump{kind: jumpReturn, val: intVal(1)}
	case *labelStmt:
		return nil
	}
	return in.refuse(Undecidable, s.where(), "evaluate: not supported: %s", in.snippet(s.where()))
}

func (in *interp) execIf(s *ifStmt) error {
	b, u, err := in.test(s.cond)
	if err != nil {
		return err
	}
	if u == nil {
		if b {
			return in.exec(s.then)
		}
		return in.exec(s.els)
	}
	return in.split(u,
		func() error {
			if err := in.refine(s.cond, true); err != nil {
				return err
			}
			return in.exec(s.then)
		},
		func() error {
			if err := in.refine(s.cond, false); err != nil {
				return err
			}
			return in.exec(s.els)
		})
}

func (in *interp) execReturn(s *returnStmt) error {
	v := null
	if s.x != nil {
		var err error
		if v, err = in.eval(s.x); err != nil {
			return err
		}
	}
	return &jump{kind: jumpReturn, val: share(v)}
}

func (in *interp) execGlobal(s *globalStmt) error {
	for _, x := range s.vars {
		v := x.(*varExpr)
		local, err := in.variable(v)
		if err != nil {
			return err
		}
		var global *place
		if v.dyn == nil {
			global = in.varPlace(in.globals, v.name, s.at)
		} else if global, err = in.dynGlobal(v, s.at); err != nil {
			return err
		}
		if local.wild != nil || global.wild != nil {
			return in.scatter(firstUnknown(local.wild, global.wild))
		}
		if local.slot == global.slot {
			continue
		}
		if in.st.get(global.slot) == nil {
			if v, _ := in.raw(global); v != nil {
				in.st.set(global.slot, v)
			}
		}
		in.exported[global.slot] = true
		in.st.set(local.slot, refVal{global.slot})
	}
	return nil
}

func (in *interp) dynGlobal(v *varExpr, pos at) (*place, error) {
	name, err := in.eval(v.dyn)
	if err != nil {
		return nil, err
	}
	return in.namedPlace(in.globals, name, pos)
}

func (in *interp) execStatic(s *staticStmt) error {
	for _, item := range s.vars {
		name := "main"
		if in.frame.fn != nil {
			name = in.frame.fn.file.path + ":" + toString(intVal(int64(in.frame.fn.line))) + in.frame.fn.name
		}
		if in.frame.closure != 0 {
			name += "#" + toString(intVal(int64(in.frame.closure)))
		}
		if in.frame.class != nil {
			name = in.frame.class.id + "::" + name
		}
		slot := in.slot('s', name+"$"+item.name)
		if in.st.get(slot) == nil {
			v := null
			if item.val != nil {
				var err error
				if v, err = in.eval(item.val); err != nil {
					return err
				}
			}
			in.st.set(slot, share(v))
		}
		in.st.set(in.varPlace(in.frame, item.name, s.at).slot, refVal{slot})
	}
	return nil
}

// execTry runs try, catch and finally for every way out of the body.
func (in *interp) execTry(s *tryStmt) error {
	outer, endOuter := in.mark()
	defer endOuter()
	trying := in.trying
	in.trying = append(trying[:len(trying):len(trying)], s)
	err := in.exec(s.body)
	in.trying = trying
	if fatal(err) {
		return err
	}
	err = in.catchAll(s, outer, err)
	if !s.hasFinally || fatal(err) {
		return err
	}
	return in.finally(s, outer, err)
}

// catchAll gives what was thrown to the catch clauses.
func (in *interp) catchAll(s *tryStmt, base int, err error) error {
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
			joined, fail := in.join(live, in.st, firstUnknown(o.why, why))
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
func (in *interp) catch(s *tryStmt, t *thrown, i int) error {
	for ; i < len(s.catches); i++ {
		c := s.catches[i]
		o, known := t.val.(*Object)
		takes := false
		for _, name := range c.classes {
			takes = takes || known && o.class.isA(lower(name)) || lower(name) == "throwable"
		}
		if !takes && known {
			continue
		}
		run := func() error {
			if c.name != "" {
				if err := in.assign(in.varPlace(in.frame, c.name, s.at), t.val); err != nil {
					return err
				}
			}
			return in.exec(c.body)
		}
		if takes {
			return run()
		}
		u := t.val.(*Unknown)
		return in.split(u, run, func() error { return in.catch(s, t, i+1) })
	}
	return t
}

// finally runs the last clause on every way out.
func (in *interp) finally(s *tryStmt, base int, err error) error {
	waiting := append([]outcome(nil), in.pending[base:]...)
	in.pending = in.pending[:base]
	if d, ok := err.(*dead); ok { // the world ended: exit runs no finally
		in.note(d)
	} else {
		waiting = append(waiting, outcome{err, in.st, in.whyOf(waiting)})
	}
	var live *state
	end := err
	for _, o := range waiting {
		in.st = o.st
		result := in.exec(s.finally)
		if result == nil {
			result = o.err
		}
		switch result.(type) {
		case nil:
			joined, fail := in.join(live, in.st, o.why)
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
