package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

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

func (in *interp) execForeach(s *syntax.ForeachStmt) error {
	if s.Ref {
		panic(in.Unsupported("foreach by reference"))
	}
	v := in.eval(s.Subject)
	if o, ok := v.(*Object); ok {
		return in.foreachObject(s, o)
	}
	a, ok := v.(*Array)
	u, isUnknown := v.(*Unknown)
	request := ok && a.Why == nil && a.Rest&restRequest != 0 && a.Rest&restEnv == 0
	listed := ok && a.Listed && a.Rest == restNone && a.open == nil
	if ok && !a.certain() && !request && !listed {
		u, isUnknown = in.UnknownIn(a), true
	}
	switch {
	case isUnknown:
		u = Opaque(u)
		return in.foreachAny(s, u, u)
	case !ok:
		return nil // PHP warns
	}
	Share(a)
	if request {
		if err := in.foreachRequest(s, a); err != nil {
			return err
		}
	}
	for _, e := range a.Entries {
		in.Steps(1)
		if err := in.foreachTurn(s, e, listed); err != nil {
			return err
		}
		if request {
			if err := in.foreachRequest(s, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// foreachTurn runs the body for one element. If the array is listed, only the order of
// its elements is known: then the body runs only in the worlds that have the element.
func (in *interp) foreachTurn(s *syntax.ForeachStmt, e Entry, listed bool) error {
	u, ok := e.Value.(*Unknown)
	if !listed || !ok {
		in.foreachBind(s, e.Key.Value(), e.Value)
		return in.runIteration(s.Body)
	}
	return in.runIterationOf(func() error {
		return in.split(Opaque(u), func() error { return nil }, func() error {
			in.foreachBind(s, e.Key.Value(), e.Value)
			return in.exec(s.Body)
		})
	})
}

// requestSample are examples of request variables, for a loop over all variables that may
// be set.
var requestSample = strings.Fields(`HTTP_HOST HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_X_Y9 HTTPS REQUEST_URI REQUEST_TIME_FLOAT REMOTE_ADDR
	SERVER_NAME SERVER_ADDR SERVER_SOFTWARE SCRIPT_NAME SCRIPT_FILENAME REDIRECT_STATUS REDIRECT_Y9 SSL_Y9 CONTENT_TYPE PATH_TRANSLATED PHP_SELF
	AUTH_TYPE GEOIP_Y9 UNIQUE_ID QUERY_STRING GATEWAY_INTERFACE ORIG_PATH_INFO FCGI_ROLE USER HOME CONTEXT_PREFIX argv argc`)

// foreachRequest runs the body for request variables that may be set between two
// elements: for each name of requestSample any number of times, with an unknown value.
func (in *interp) foreachRequest(s *syntax.ForeachStmt, a *Array) error {
	u := in.UnknownOf(Undecidable, a.Rest.Reason()).From(a.Rest.Origin(""))
	for _, name := range requestSample {
		if _, known := a.Get(StrKey(name)); known || !a.Rest.Covers(name) {
			continue
		}
		if err := in.foreachAny(s, u, String(name)); err != nil {
			return err
		}
	}
	return nil
}

// foreachBind assigns an element to the loop's variables.
func (in *interp) foreachBind(s *syntax.ForeachStmt, key, v Value) {
	in.unpackInto(s.Val, Share(Present(v)))
	if s.Key != nil {
		in.unpackInto(s.Key, key)
	}
}

// foreachObject runs the body for each property that the running code may read.
func (in *interp) foreachObject(s *syntax.ForeachStmt, o *Object) error {
	props := Share(in.Props(o))
	seen := in.visible(o, in.frame.class)
	if seen.Why != nil {
		panic(in.Refuse(Undecidable, "depends on object properties that are not known"))
	}
	for _, e := range seen.Entries {
		in.Steps(1)
		in.foreachBind(s, e.Key.Value(), e.Value)
		if err := in.runIteration(s.Body); err != nil {
			return err
		}
		if in.Props(o) != props {
			panic(in.Unsupported("a foreach over an object that changes"))
		}
	}
	return nil
}

// foreachAny runs the body any number of times, for an unknown value.
func (in *interp) foreachAny(s *syntax.ForeachStmt, u *Unknown, key Value) error {
	return in.widen(u, func() error {
		in.foreachBind(s, key, u)
		return in.runIteration(s.Body)
	})
}
