package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// How worlds leave constructs, and where they are joined again.

// The ways in which a world leaves the normal flow. Statements return them as errors;
// expressions panic with them. A *Refusal, a *syntax.Error or the end of the context ends
// all worlds.
type (
	// jump leaves constructs: break, continue and return.
	jump struct {
		kind  jumpKind
		depth int
		val   Value
	}
	// worldEndError is the end of a world.
	worldEndError struct{ why *Refusal }
)

type jumpKind uint8

const (
	jumpBreak jumpKind = iota
	jumpContinue
	jumpReturn
)

func (*jump) Error() string { return "jump" }

func (d *worldEndError) Error() string { return "world ended: " + d.why.Error() }

// An outcome is a world that left the normal flow.
type outcome struct {
	jump *jump
	st   *state
	why  *Unknown
}

// recordEnd records the reason why the first world ended.
func (in *interp) recordEnd(err error) {
	if d, ok := err.(*worldEndError); ok && in.ended == nil {
		in.ended = d.why
	}
}

// split evaluates every alternative from the current state, and joins the states of those
// that end normally. The others wait in pending. why is the unknown that decides.
func (in *interp) split(why *Unknown, alternatives ...func() error) error {
	base, outer := in.st, in.why
	in.why = why
	defer func() { in.why = outer }()
	var ends joinPoint
	for _, alternative := range alternatives {
		in.st = in.fork(base)
		in.addOutcome(&ends, in.attempt(alternative), why)
	}
	return in.resume(&ends)
}

// SplitValue is like split, for two alternatives that yield values: one for each of the two
// groups of worlds that why separates. The values are joined too.
func (in *interp) SplitValue(why *Unknown, alternative func(first bool) Value) Value {
	var val Value
	of := func(first bool) func() error {
		return func() error {
			v := alternative(first)
			if val != nil {
				v = in.joinValues(val, v, why, 0)
			}
			val = v
			return nil
		}
	}
	if err := in.split(why, of(true), of(false)); err != nil {
		panic(err)
	}
	return val
}

// suspend adds outcomes to pending, for the construct that catches them. Outcomes that go
// to the same place are joined at once.
func (in *interp) suspend(left []outcome) {
next:
	for _, o := range left {
		for i := in.base; i < len(in.pending); i++ {
			p := &in.pending[i]
			if p.jump.kind != o.jump.kind || p.jump.depth != o.jump.depth {
				continue
			}
			why := FirstUnknown(o.why, p.why)
			if o.jump.kind == jumpReturn {
				p.jump = &jump{kind: jumpReturn, val: in.joinValues(p.jump.val, o.jump.val, why, 0)}
			}
			p.st = in.join(p.st, o.st, why)
			continue next
		}
		in.pending = append(in.pending, o)
	}
}

// mark begins a construct that catches outcomes; the returned function ends it.
func (in *interp) mark() (base int, end func()) {
	outer := in.base
	in.base = len(in.pending)
	return in.base, func() { in.base = outer }
}

// catchPanic runs f and returns its panic as an error. Errors of expressions are panics,
// as in the parser; each construct that joins worlds converts them to errors again.
func catchPanic(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *jump:
			err = r
		case *worldEndError:
			err = r
		case *Refusal:
			err = r
		case *syntax.Error:
			err = r
		case *canceled:
			err = r
		default:
			panic(r)
		}
	}()
	return f()
}

// attempt runs f and returns how its world left the normal flow, or nil. It panics again
// with an error that ends all worlds.
func (in *interp) attempt(f func() error) error {
	err := catchPanic(f)
	switch err.(type) {
	case nil, *jump, *worldEndError:
		return err
	}
	panic(err)
}

// attemptValue is like attempt, for a function that returns a value.
func (in *interp) attemptValue(f func() Value) (v Value, err error) {
	err = in.attempt(func() error { v = f(); return nil })
	return v, err
}

// A joinPoint collects the worlds that leave a construct, and joins those that go on
// normally.
type joinPoint struct {
	live *state // the join of those that go on normally
	left []outcome
	end  error // the reason why one of them ended
}

// addOutcome adds the current world, which left the normal flow with err.
func (in *interp) addOutcome(c *joinPoint, err error, why *Unknown) {
	switch err := err.(type) {
	case nil:
		c.live = in.join(c.live, in.st, why)
	case *jump:
		c.left = append(c.left, outcome{err, in.st, why})
	default:
		in.recordEnd(err)
		c.end = err
	}
}

// resume continues with the world that goes on normally, if there is one, else with the
// first of the others. The rest waits for the constructs that catch it.
func (in *interp) resume(c *joinPoint) error {
	switch {
	case c.live != nil:
		in.st = c.live
		in.suspend(c.left)
		return nil
	case len(c.left) > 0:
		in.st = c.left[0].st
		in.suspend(c.left[1:])
		return c.left[0].jump
	}
	return c.end
}

// joinJumps joins the current world, which left a construct with err and val, with the
// worlds in pending[base:] that wait for the end of this construct. match reports whether
// a jump, which may be nil, ends there, and returns its value.
func (in *interp) joinJumps(base int, err error, val Value, match func(*jump) (Value, bool)) (Value, error) {
	live, st := err == nil, in.st
	left, _ := err.(*jump)
	if v, ok := match(left); ok {
		val, live = v, true
	}
	back := live
	kept := in.pending[:base]
	for _, o := range in.pending[base:] {
		switch v, ok := match(o.jump); {
		case !ok:
			kept = append(kept, o)
		case !back:
			in.st, val, back = o.st, v, true
		default:
			in.st = in.join(in.st, o.st, o.why)
			val = in.joinValues(val, v, o.why, 0)
		}
	}
	in.pending = kept
	in.recordEnd(err)
	if back && !live && left != nil {
		in.suspend([]outcome{{left, st, in.splitReason(val)}})
	}
	if !back {
		return nil, err
	}
	return val, nil
}
