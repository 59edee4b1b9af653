package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// execLoop runs a loop or a switch, and joins the worlds that break out of it.
func (in *interp) execLoop(s syntax.Stmt) error {
	base, end := in.mark()
	err := in.attempt(func() error {
		switch s := s.(type) {
		case *syntax.LoopStmt:
			if s.After {
				if err := in.runIteration(s.Body); err != nil {
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

// leaveLoop joins the worlds that broke out of the innermost loop with those that reached
// its end. A break of an outer loop now has one loop less to leave.
func (in *interp) leaveLoop(base int, err error) error {
	waiting := append([]outcome(nil), in.pending[base:]...)
	in.pending = in.pending[:base]
	why := in.splitReason(nil)
	if len(waiting) > 0 {
		why = waiting[0].why
	}
	var ends joinPoint
	in.addOutcome(&ends, outside(err), why)
	for _, o := range waiting {
		in.st = o.st
		in.addOutcome(&ends, outside(o.jump), o.why)
	}
	return in.resume(&ends)
}

// outside returns the error with which a world leaves a loop: nil if it goes on after the
// loop.
func outside(err error) error {
	j, ok := err.(*jump)
	switch {
	case !ok || j.kind == jumpReturn:
		return err
	case j.depth > 1:
		return &jump{kind: j.kind, depth: j.depth - 1}
	}
	return nil
}

// runIteration runs one iteration: the body of a loop. Worlds that continue are joined at
// its end.
func (in *interp) runIteration(body []syntax.Stmt) error {
	return in.runIterationOf(func() error { return in.exec(body) })
}

// runIterationOf is like runIteration, for an iteration that is given as a function.
func (in *interp) runIterationOf(run func() error) error {
	_, err := in.joinJumps(in.base, in.attempt(run), Null, func(j *jump) (Value, bool) {
		return Null, j != nil && j.kind == jumpContinue && j.depth == 1
	})
	return err
}

// iterate runs a loop, starting with its condition.
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
		err := in.runIteration(s.Body)
		if err == nil {
			in.evalAll(s.Step)
		}
		return err
	}
	for {
		in.Steps(1)
		b, u := cond()
		switch {
		case u != nil:
			return in.widen(u, func() error {
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

// widen runs a loop with an unknown number of iterations, until the state no longer
// changes. u is the unknown that decides.
func (in *interp) widen(u *Unknown, turn func() error) error {
	why := Opaque(u)
	exit := in.fork(in.st)
	head := in.st
	for round := 0; ; round++ {
		in.st = in.fork(head)
		if err := in.attempt(turn); err != nil {
			in.recordEnd(err)
			if j, ok := err.(*jump); ok {
				in.suspend([]outcome{{j, in.st, why}})
			}
			break
		}
		next, stable := in.widened(head, in.st, why, round)
		exit = in.join(exit, in.fork(next), why)
		if stable {
			break
		}
		head = next
	}
	in.st = exit
	in.Steps(1)
	return nil
}

// widened joins the state before an iteration (head) with the state after it (end). From
// the third round on, every slot that still changes becomes unknown. After maxRounds,
// everything does. It also reports whether the state is stable.
func (in *interp) widened(head, end *state, why *Unknown, round int) (*state, bool) {
	next := in.join(in.fork(head), end, why)
	stable := next.poison == head.poison
	var moved []int
	diffStates(head, next, func(slot int, x, y Value) {
		stable = false
		if _, def := y.(*definition); !def && x != nil {
			moved = append(moved, slot)
		}
		in.Steps(1)
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

// execSwitch first finds the worlds that enter at each case. Then it runs the bodies in
// order, each also with the worlds that fall through to it.
func (in *interp) execSwitch(s *syntax.SwitchStmt) error {
	subject := in.eval(s.Subject)
	entries := make([]*state, len(s.Cases)+1)
	why := in.matchCases(s, subject, entries)
	var ends joinPoint
	for i := range s.Cases {
		live := in.join(ends.live, entries[i], why)
		if ends.live = nil; live == nil {
			continue
		}
		in.st = live
		in.addOutcome(&ends, in.exec(s.Cases[i].Body), why)
	}
	ends.live = in.join(ends.live, entries[len(s.Cases)], why)
	return in.resume(&ends)
}

// matchCases sorts the worlds by the case at which they enter. The last entry has the
// worlds that enter at none.
func (in *interp) matchCases(s *syntax.SwitchStmt, subject Value, entries []*state) *Unknown {
	why := in.splitReason(nil)
	def := len(s.Cases)
	for i, c := range s.Cases {
		if c.Cond == nil {
			def = i
			continue
		}
		v := in.eval(c.Cond)
		eq := in.compareOp("==", subject, v)
		b, u := in.Truth(eq)
		if u != nil {
			why = u
			entries[i] = in.fork(in.st)
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
