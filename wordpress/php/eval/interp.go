package eval

import (
	"context"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// An interp evaluates one program. It walks the syntax tree once for all worlds. A world
// is one possible course of the program; where a condition is unknown, both branches are
// evaluated and their worlds are joined. st is the state of the current world or join.
// Worlds that leave a construct early (break, return, throw) wait in pending until the
// construct that catches them joins them again.
type interp struct {
	ctx       context.Context
	opt       Options
	lib       *Library
	natives   map[string]*PHPClass
	stepsLeft int
	bytesLeft int
	depth     int
	calls     int

	st      *state
	frame   *frame
	globals *frame
	Src     *syntax.Source
	pending []outcome
	base    int // of pending: what the innermost construct catches begins here
	trying  int // try blocks around

	nextSlot int
	serial   int
	slots    map[slotName]int
	exported map[int]bool // slots of variables that a function made its own with global

	getting   map[getting]bool // properties that __get runs for
	sources   map[string]*syntax.Source
	read      map[string]int // files by path; order from 1 of code, 0 of data
	codeFiles int
	memo      map[string]any // what libraries found out, for all worlds
	methods   map[string]bool
	anonymous map[*syntax.ClassDecl]string // what tells nameless classes apart

	snapshot *state // the join of the worlds that reached a stop file
	snapWhy  *Unknown
	why      *Unknown // what the innermost split was about
	deaths   []*Refusal
	envRead  *Refusal // where $_ENV was looked at first; nil: nowhere
}

type slotName struct {
	space byte // f function, k class, c constant, s static, i included, m model
	name  string
}

// A frame is one activation of a function, or the global scope.
type frame struct {
	fn     *syntax.FuncDecl
	class  *PHPClass // whose code runs
	static *PHPClass // late static binding
	this   *Object
	vars   map[string]int
	serial int

	closure int // which closure runs, 0: none
}

// Errors of an evaluation step that do not end the evaluation, as a *Refusal, a
// *syntax.Error or the context's error do:
type (
	// jump leaves constructs: break, continue and return.
	jump struct {
		kind  jumpKind
		depth int
		val   Value
	}
	// thrown is an exception that is not caught yet.
	thrown struct {
		val Value
		why *Refusal
	}
	// dead is the end of a world.
	dead struct{ why *Refusal }
)

type jumpKind uint8

const (
	jumpBreak jumpKind = iota
	jumpContinue
	jumpReturn
)

func (*jump) Error() string     { return "jump" }
func (t *thrown) Error() string { return "throw: " + t.why.Error() }
func (d *dead) Error() string   { return "world ended: " + d.why.Error() }

// An outcome is a world that left the straight path.
type outcome struct {
	err error // *jump or *thrown
	st  *state
	why *Unknown
}

func newInterp(ctx context.Context, opt Options, lib *Library) *interp {
	opt.Limits = opt.Limits.WithDefaults()
	in := &interp{
		ctx: ctx, opt: opt, lib: lib, memo: map[string]any{},
		stepsLeft: opt.Limits.Steps, bytesLeft: opt.Limits.Bytes,
		st: newState(), slots: map[slotName]int{}, exported: map[int]bool{},
		getting: map[getting]bool{}, sources: map[string]*syntax.Source{}, read: map[string]int{}, methods: map[string]bool{}, anonymous: map[*syntax.ClassDecl]string{},
	}
	in.natives = in.linkNatives()
	in.globals = in.newFrame()
	in.frame = in.globals
	return in
}

func (in *interp) newFrame() *frame {
	in.serial++
	return &frame{vars: map[string]int{}, serial: in.serial}
}

func (in *interp) newSlot(k slotKind) int {
	in.nextSlot++
	return in.nextSlot*int(slotKinds) + int(k)
}

// slot returns the slot of a name, the same in every world.
func (in *interp) slot(space byte, name string) int {
	n := slotName{space, name}
	if id, ok := in.slots[n]; ok {
		return id
	}
	k := slotNamed
	if space == 's' {
		k = slotOpaque
	}
	id := in.newSlot(k)
	in.slots[n] = id
	return id
}

// charge counts steps where an error cannot be returned; the next steps does.
func (in *interp) charge(n int) { in.stepsLeft = max(0, in.stepsLeft-n) }

func (in *interp) file() string {
	if in.Src == nil {
		return in.opt.File
	}
	return in.Src.Path
}

func (in *interp) unknownAt(c Class, pos syntax.Pos, reason string) *Unknown {
	return &Unknown{Class: c, File: in.file(), Line: int(pos.Line), Expr: in.Snippet(pos), Reason: reason}
}

// die ends the world for a reason that matters if all worlds end.
func (in *interp) die(pos syntax.Pos, format string, args ...any) error {
	return &dead{&Refusal{
		Class: Undecidable, File: in.file(), Line: int(pos.Line), Message: fmt.Sprintf(format, args...), Origin: OriginStop, Expr: in.Snippet(pos),
	}}
}

// run evaluates the program and returns the join of the worlds that reached a
// stop file.
func (in *interp) run() (*state, error) {
	in.prepareWorld()
	var end error
	err := interrupted(func() error {
		_, end = in.attemptValue(in.start)
		if in.stepsLeft == 0 {
			in.Steps(1, syntax.Pos{})
		}
		return nil
	})
	if s, ok := err.(*stopped); ok {
		return nil, s.error
	}
	if err != nil {
		return nil, err
	}
	if in.snapshot != nil {
		return in.snapshot, nil
	}
	in.note(end)
	for _, o := range in.pending {
		in.note(o.err)
	}
	if len(in.deaths) > 0 {
		why := *in.deaths[0]
		why.end = true
		return nil, &why
	}
	return nil, &Refusal{Class: Undecidable, File: in.opt.File, end: true, Origin: OriginStop, Message: "ends before WordPress starts: nothing requires wp-settings.php"}
}

// note keeps the reason of a world's end.
func (in *interp) note(err error) {
	switch err := err.(type) {
	case *dead:
		if len(in.deaths) < 8 {
			in.deaths = append(in.deaths, err.why)
		}
	case *thrown:
		in.deaths = append(in.deaths, err.why)
	}
}

// split evaluates every alternative from the current state, and joins the states of those
// that end normally. The others wait in pending. why is the unknown that decides.
func (in *interp) split(why *Unknown, alternatives ...func() error) error {
	base, outer := in.st, in.why
	in.why = why
	defer func() { in.why = outer }()
	var ends confluence
	for _, alternative := range alternatives {
		in.st = base.fork()
		in.arrive(&ends, in.attempt(alternative), why)
	}
	return in.proceed(&ends)
}

// splitValue is split of n alternatives that yield values, which are joined too.
func (in *interp) splitValue(why *Unknown, n int, alternative func(i int) Value) Value {
	var val Value
	alternatives := make([]func() error, n)
	for i := range n {
		alternatives[i] = func() error {
			v := alternative(i)
			if val != nil {
				v = in.joinValues(val, v, why, 0)
			}
			val = v
			return nil
		}
	}
	if err := in.split(why, alternatives...); err != nil {
		panic(err)
	}
	return val
}

const maxThrown = 16

// wait lets outcomes wait for the construct that catches them. Those that go to
// the same place are joined at once.
func (in *interp) wait(left []outcome) {
next:
	for _, o := range left {
		thrownBefore := 0
		for i := in.base; i < len(in.pending); i++ {
			p := &in.pending[i]
			if _, ok := p.err.(*thrown); ok {
				thrownBefore++
			}
			if err := in.merge(*p, o, thrownBefore); err != nil {
				p.err, p.st = err, in.join(p.st, o.st, FirstUnknown(o.why, p.why))
				continue next
			}
		}
		in.pending = append(in.pending, o)
	}
}

// merge returns what two outcomes are together; nil if they go to different places.
func (in *interp) merge(p, o outcome, thrownBefore int) error {
	switch x := p.err.(type) {
	case *jump:
		y, ok := o.err.(*jump)
		if !ok || x.kind != y.kind || x.depth != y.depth {
			return nil
		}
		if x.kind != jumpReturn {
			return x
		}
		return &jump{kind: jumpReturn, val: in.joinValues(x.val, y.val, FirstUnknown(o.why, p.why), 0)}
	case *thrown:
		y, ok := o.err.(*thrown)
		if !ok || thrownBefore < maxThrown {
			return nil
		}
		return &thrown{in.joinValues(x.val, y.val, FirstUnknown(o.why, p.why), 0), x.why}
	}
	return nil
}

// mark begins a construct that catches outcomes; the returned function ends it.
func (in *interp) mark() (base int, end func()) {
	outer := in.base
	in.base = len(in.pending)
	return in.base, func() { in.base = outer }
}

// interrupted runs f. Errors of expressions travel as panics, as in the parser; here
// they become errors again, each at the construct that joins worlds.
func interrupted(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *jump:
			err = r
		case *thrown:
			err = r
		case *dead:
			err = r
		case *Refusal:
			err = r
		case *syntax.Error:
			err = r
		case *stopped:
			err = r
		default:
			panic(r)
		}
	}()
	return f()
}

// attempt runs f and returns how its world left the straight path, or nil. What ends
// the evaluation of all worlds travels on.
func (in *interp) attempt(f func() error) error {
	err := interrupted(f)
	switch err.(type) {
	case nil, *jump, *thrown, *dead:
		return err
	}
	panic(err)
}

// attemptValue is attempt of what yields a value.
func (in *interp) attemptValue(f func() Value) (v Value, err error) {
	err = in.attempt(func() error { v = f(); return nil })
	return v, err
}

// A confluence is where worlds meet that leave a construct.
type confluence struct {
	live *state // the join of those that go straight on
	left []outcome
	end  error // why one of them ended
}

// arrive adds the present world, which left the straight path with err.
func (in *interp) arrive(c *confluence, err error, why *Unknown) {
	switch err.(type) {
	case nil:
		c.live = in.join(c.live, in.st, why)
	case *dead:
		in.note(err)
		c.end = err
	default:
		c.left = append(c.left, outcome{err, in.st, why})
	}
}

// proceed goes on with the world that goes straight on, if there is one, or with the
// first of the others. The rest waits for the constructs that catch it.
func (in *interp) proceed(c *confluence) error {
	switch {
	case c.live != nil:
		in.st = c.live
		in.wait(c.left)
		return nil
	case len(c.left) > 0:
		in.st = c.left[0].st
		in.wait(c.left[1:])
		return c.left[0].err
	}
	return c.end
}

// rejoin joins the present world, which left a construct with err and val, with those
// that wait in pending[base:] for its end: match accepts them, and returns the value
// that comes with each.
func (in *interp) rejoin(base int, err error, val Value, match func(error) (Value, bool)) (Value, error) {
	live, st := err == nil, in.st
	if v, ok := match(err); ok {
		val, live = v, true
	}
	back := live
	kept := in.pending[:base]
	for _, o := range in.pending[base:] {
		switch v, ok := match(o.err); {
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
	_, ended := err.(*dead)
	if ended {
		in.note(err)
	}
	if back && !live && !ended {
		in.wait([]outcome{{err, st, in.whyOr(val)}})
	}
	if !back {
		return nil, err
	}
	return val, nil
}
