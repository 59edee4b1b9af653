package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// execLoop runs loops and switch, and collects the worlds that break out.
func (in *interp) execLoop(s syntax.Stmt) error {
	base, end := in.mark()
	var err error
	switch s := s.(type) {
	case *syntax.WhileStmt:
		err = in.iterate(s.Pos, nil, in.condition([]syntax.Expr{s.Cond}), s.Body, nil)
	case *syntax.DoStmt:
		err = in.turn(s.Body)
		if err == nil {
			err = in.iterate(s.Pos, nil, in.condition([]syntax.Expr{s.Cond}), s.Body, nil)
		}
	case *syntax.ForStmt:
		if err = in.evalAll(s.Init); err == nil {
			err = in.iterate(s.Pos, nil, in.condition(s.Cond), s.Body, s.Step)
		}
	case *syntax.ForeachStmt:
		err = in.execForeach(s)
	case *syntax.SwitchStmt:
		err = in.execSwitch(s)
	}
	end()
	if fatal(err) {
		return err
	}
	return in.leaveLoop(base, err)
}

// leaveLoop joins what broke out of the innermost loop with what came to its end;
// breaks of outer loops come one loop nearer.
func (in *interp) leaveLoop(base int, err error) error {
	outer := func(err error) error {
		if j, ok := err.(*jump); ok && j.kind != jumpReturn {
			if j.depth <= 1 {
				return nil
			}
			return &jump{kind: j.kind, depth: j.depth - 1}
		}
		return err
	}
	waiting := append([]outcome(nil), in.pending[base:]...)
	in.pending = in.pending[:base]
	waiting = append([]outcome{{err, in.st, in.whyOf(waiting)}}, waiting...)
	var live *state
	var end error
	for _, o := range waiting {
		switch e := outer(o.err).(type) {
		case nil:
			joined, fail := in.join(live, o.st, o.why)
			if fail != nil {
				return fail
			}
			live = joined
		case *dead:
			in.note(e)
			end = e
		default:
			if fail := in.wait([]outcome{{e, o.st, o.why}}); fail != nil {
				return fail
			}
		}
	}
	return in.resume(base, live, end)
}

// condition evaluates what stands between the semicolons of for: the last decides.
func (in *interp) condition(xs []syntax.Expr) func() (bool, *Unknown, error) {
	return func() (bool, *Unknown, error) {
		if len(xs) == 0 {
			return true, nil, nil
		}
		if err := in.evalAll(xs[:len(xs)-1]); err != nil {
			return false, nil, err
		}
		return in.test(xs[len(xs)-1])
	}
}

// turn runs a loop's body once. What continues joins at its end.
func (in *interp) turn(body []syntax.Stmt) error {
	return in.turnOf(func() error { return in.exec(body) })
}

// turnOf is turn of what runs as the body does.
func (in *interp) turnOf(run func() error) error {
	err := run()
	if fatal(err) {
		return err
	}
	live := err == nil || isContinue(err)
	if d, ok := err.(*dead); ok {
		in.note(d)
	}
	away, st := err, in.st
	_, back, fail := in.take(in.base, live, Null, func(err error) (Value, bool) { return Null, isContinue(err) })
	if fail != nil {
		return fail
	}
	switch {
	case live:
		return nil
	case back:
		if _, ok := away.(*dead); ok {
			return nil
		}
		return in.wait([]outcome{{away, st, in.whyOr(nil)}})
	}
	return away
}

func isContinue(err error) bool {
	j, ok := err.(*jump)
	return ok && j.kind == jumpContinue && j.depth == 1
}

// iterate runs a loop: prepare, if it is set, begins every turn.
func (in *interp) iterate(pos syntax.Pos, prepare func() error, cond func() (bool, *Unknown, error), body []syntax.Stmt, step []syntax.Expr) error {
	for {
		if err := in.Steps(1, pos); err != nil {
			return err
		}
		b, u, err := cond()
		if err != nil {
			return err
		}
		if u != nil {
			return in.widen(pos, u, prepare, cond, body, step)
		}
		if !b {
			return nil
		}
		if err := in.oneTurn(prepare, body, step); err != nil {
			return err
		}
	}
}

func (in *interp) oneTurn(prepare func() error, body []syntax.Stmt, step []syntax.Expr) error {
	if prepare != nil {
		if err := prepare(); err != nil {
			return err
		}
	}
	if err := in.turn(body); err != nil {
		return err
	}
	return in.evalAll(step)
}

const maxRounds = 10

// widen runs a loop whose number of turns is unknown, until nothing changes any
// more. The condition has just been evaluated to the unknown u.
func (in *interp) widen(pos syntax.Pos, u *Unknown, prepare func() error, cond func() (bool, *Unknown, error), body []syntax.Stmt, step []syntax.Expr) error {
	why := Opaque(u)
	exit := in.st.fork()
	head := in.st.fork()
	for round := 0; ; round++ {
		in.st = head.fork()
		err := in.oneTurn(prepare, body, step)
		if err == nil && cond != nil {
			_, _, err = cond()
		}
		if fatal(err) {
			return err
		}
		if err != nil {
			in.note(err)
			if _, ok := err.(*dead); !ok {
				if fail := in.wait([]outcome{{err, in.st, why}}); fail != nil {
					return fail
				}
			}
			break
		}
		next, stable, err := in.widened(head, in.st, why, round)
		if err != nil {
			return err
		}
		if exit, err = in.join(exit, next.fork(), why); err != nil {
			return err
		}
		if stable {
			break
		}
		head = next
	}
	in.st = exit
	return in.Steps(1, pos)
}

// widened joins a loop's head with its end. After a few rounds everything that
// still changes becomes unknown, and in the end everything.
func (in *interp) widened(head, end *state, why *Unknown, round int) (*state, bool, error) {
	next, err := in.join(head.fork(), end, why)
	if err != nil {
		return nil, false, err
	}
	stable := next.poison == head.poison
	var moved []int
	err = differing(head, next, func(slot int, x, y Value) error {
		if x != y {
			stable = false
			if _, def := y.(*definition); !def && x != nil {
				moved = append(moved, slot)
			}
		}
		return in.Steps(1, syntax.Pos{})
	})
	if err != nil || stable {
		return next, stable, err
	}
	if round >= 2 {
		for _, slot := range moved {
			next.Set(slot, why)
		}
	}
	if round >= maxRounds {
		in.st = next
		in.Poison(why)
		return in.st, true, nil
	}
	return next, false, nil
}

// execSwitch first finds the worlds that enter at each case, then runs the bodies
// in order, each with the worlds that fall through to it.
func (in *interp) execSwitch(s *syntax.SwitchStmt) error {
	subject, err := in.eval(s.Subject)
	if err != nil {
		return err
	}
	entries := make([]*state, len(s.Cases)+1)
	why, err := in.matchCases(s, subject, entries)
	if err != nil {
		return err
	}
	var live *state
	var end error
	for i := range s.Cases {
		st, err := in.join(live, entries[i], why)
		if err != nil {
			return err
		}
		if live = st; live == nil {
			continue
		}
		in.st = live
		err = in.exec(s.Cases[i].Body)
		live = nil
		switch err.(type) {
		case nil:
			live = in.st
		case *dead:
			in.note(err)
			end = err
		case *jump, *thrown:
			if fail := in.wait([]outcome{{err, in.st, why}}); fail != nil {
				return fail
			}
		default:
			return err
		}
	}
	if live, err = in.join(live, entries[len(s.Cases)], why); err != nil {
		return err
	}
	return in.resume(in.base, live, end)
}

// matchCases sorts the worlds by the case they enter at; the last entry is of
// those that enter none.
func (in *interp) matchCases(s *syntax.SwitchStmt, subject Value, entries []*state) (*Unknown, error) {
	why := in.whyOr(nil)
	def := len(s.Cases)
	for i, c := range s.Cases {
		if c.Cond == nil {
			def = i
			continue
		}
		v, err := in.eval(c.Cond)
		if err != nil {
			return nil, err
		}
		eq, err := in.compareOp("==", subject, v, c.Cond.Where())
		if err != nil {
			return nil, err
		}
		b, u := in.Truth(eq)
		if u != nil {
			why = u
			entries[i] = in.st.fork()
			in.st = in.st.fork()
			continue
		}
		if b {
			entries[i] = in.st
			return why, nil
		}
	}
	entries[def] = in.st
	return why, nil
}
