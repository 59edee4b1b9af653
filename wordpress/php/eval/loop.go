package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// execLoop runs loops and switch, and collects the worlds that break out.
func (in *interp) execLoop(s syntax.Stmt) error {
	base, end := in.mark()
	err := in.attempt(func() error {
		switch s := s.(type) {
		case *syntax.LoopStmt:
			if s.After {
				if err := in.turn(s.Body); err != nil {
					return err
				}
			}
			in.evalAll(s.Init)
			return in.iterate(s)
		case *syntax.ForeachStmt:
			return in.execForeach(s)
		}
		return in.execSwitch(s.(*syntax.SwitchStmt))
	})
	end()
	return in.leaveLoop(base, err)
}

// leaveLoop joins what broke out of the innermost loop with what came to its end;
// breaks of outer loops come one loop nearer.
func (in *interp) leaveLoop(base int, err error) error {
	waiting := append([]outcome(nil), in.pending[base:]...)
	in.pending = in.pending[:base]
	waiting = append([]outcome{{err, in.st, in.whyOf(waiting)}}, waiting...)
	var ends confluence
	for _, o := range waiting {
		err := o.err
		if j, ok := err.(*jump); ok && j.kind != jumpReturn {
			if err = nil; j.depth > 1 {
				err = &jump{kind: j.kind, depth: j.depth - 1}
			}
		}
		in.st = o.st
		in.arrive(&ends, err, o.why)
	}
	return in.proceed(&ends)
}

// turn runs a loop's body once. What continues joins at its end.
func (in *interp) turn(body []syntax.Stmt) error {
	return in.turnOf(func() error { return in.exec(body) })
}

// turnOf is turn of what runs as the body does.
func (in *interp) turnOf(run func() error) error {
	_, err := in.rejoin(in.base, in.attempt(run), Null, func(err error) (Value, bool) {
		j, ok := err.(*jump)
		return Null, ok && j.kind == jumpContinue && j.depth == 1
	})
	return err
}

// iterate runs a loop from its condition on.
func (in *interp) iterate(s *syntax.LoopStmt) error {
	cond := func() (bool, *Unknown) {
		if len(s.Cond) == 0 {
			return true, nil
		}
		last := len(s.Cond) - 1
		in.evalAll(s.Cond[:last])
		return in.test(s.Cond[last])
	}
	turn := func() error {
		err := in.turn(s.Body)
		if err == nil {
			in.evalAll(s.Step)
		}
		return err
	}
	for {
		in.Steps(1, s.Pos)
		b, u := cond()
		switch {
		case u != nil:
			return in.widen(s.Pos, u, func() error {
				err := turn()
				if err == nil {
					cond()
				}
				return err
			})
		case !b:
			return nil
		}
		if err := turn(); err != nil {
			return err
		}
	}
}

const maxRounds = 10

// widen runs the turns of a loop whose number is unknown, until nothing changes any
// more. u is the unknown that decides.
func (in *interp) widen(pos syntax.Pos, u *Unknown, turn func() error) error {
	why := Opaque(u)
	exit := in.st.fork()
	head := in.st.fork()
	for round := 0; ; round++ {
		in.st = head.fork()
		if err := in.attempt(turn); err != nil {
			in.note(err)
			if _, ok := err.(*dead); !ok {
				in.wait([]outcome{{err, in.st, why}})
			}
			break
		}
		next, stable := in.widened(head, in.st, why, round)
		exit = in.join(exit, next.fork(), why)
		if stable {
			break
		}
		head = next
	}
	in.st = exit
	in.Steps(1, pos)
	return nil
}

// widened joins a loop's head with its end. After a few rounds everything that
// still changes becomes unknown, and in the end everything.
func (in *interp) widened(head, end *state, why *Unknown, round int) (*state, bool) {
	next := in.join(head.fork(), end, why)
	stable := next.poison == head.poison
	var moved []int
	differing(head, next, func(slot int, x, y Value) {
		stable = false
		if _, def := y.(*definition); !def && x != nil {
			moved = append(moved, slot)
		}
		in.Steps(1, syntax.Pos{})
	})
	if stable {
		return next, true
	}
	if round >= 2 {
		for _, slot := range moved {
			next.Set(slot, why)
		}
	}
	if round >= maxRounds {
		in.st = next
		in.Poison(why)
		return in.st, true
	}
	return next, false
}

// execSwitch first finds the worlds that enter at each case, then runs the bodies
// in order, each with the worlds that fall through to it.
func (in *interp) execSwitch(s *syntax.SwitchStmt) error {
	subject := in.eval(s.Subject)
	entries := make([]*state, len(s.Cases)+1)
	why := in.matchCases(s, subject, entries)
	var ends confluence
	for i := range s.Cases {
		live := in.join(ends.live, entries[i], why)
		if ends.live = nil; live == nil {
			continue
		}
		in.st = live
		in.arrive(&ends, in.exec(s.Cases[i].Body), why)
	}
	ends.live = in.join(ends.live, entries[len(s.Cases)], why)
	return in.proceed(&ends)
}

// matchCases sorts the worlds by the case they enter at; the last entry is of
// those that enter none.
func (in *interp) matchCases(s *syntax.SwitchStmt, subject Value, entries []*state) *Unknown {
	why := in.whyOr(nil)
	def := len(s.Cases)
	for i, c := range s.Cases {
		if c.Cond == nil {
			def = i
			continue
		}
		v := in.eval(c.Cond)
		eq := in.compareOp("==", subject, v, c.Cond.Where())
		b, u := in.Truth(eq)
		if u != nil {
			why = u
			entries[i] = in.st.fork()
			in.st = in.st.fork()
			continue
		}
		if b {
			entries[i] = in.st
			return why
		}
	}
	entries[def] = in.st
	return why
}
