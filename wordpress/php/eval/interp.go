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
	base    int               // of pending: what the innermost construct catches begins here
	trying  []*syntax.TryStmt // the try blocks around

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

// fatal reports an error that ends the evaluation of all worlds.
func fatal(err error) bool {
	switch err.(type) {
	case nil, *jump, *thrown, *dead:
		return false
	}
	return true
}

// run evaluates the program and returns the join of the worlds that reached a
// stop file.
func (in *interp) run() (*state, error) {
	in.prepareWorld()
	err := in.start()
	if fatal(err) {
		return nil, err
	}
	if in.stepsLeft == 0 {
		return nil, in.Steps(1, syntax.Pos{})
	}
	if in.snapshot != nil {
		return in.snapshot, nil
	}
	in.note(err)
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
	_, err := in.splitValue(why, len(alternatives), func(i int) (Value, error) {
		return Null, alternatives[i]()
	})
	return err
}

// splitValue is split of n alternatives that yield values, which are joined too.
func (in *interp) splitValue(why *Unknown, n int, alternative func(i int) (Value, error)) (Value, error) {
	base, outer := in.st, in.why
	in.why = why
	defer func() { in.why = outer }()
	var live *state
	var val Value
	var left []outcome
	var end error
	for i := range n {
		in.st = base.fork()
		v, err := alternative(i)
		switch err := err.(type) {
		case nil:
			if live == nil {
				val = v
			} else {
				val = in.joinValues(val, v, why, 0)
			}
			joined, err2 := in.join(live, in.st, why)
			if err2 != nil {
				return nil, err2
			}
			live = joined
		case *dead:
			in.note(err)
			end = err
		case *jump, *thrown:
			left = append(left, outcome{err, in.st, why})
		default:
			return nil, err
		}
	}
	return in.settle(live, val, left, end)
}

// settle continues with the world that ended normally, if there is one, or with the first
// of the others.
func (in *interp) settle(live *state, val Value, left []outcome, end error) (Value, error) {
	if live != nil {
		in.st = live
		return val, in.wait(left)
	}
	if len(left) == 0 {
		return nil, end
	}
	in.st = left[0].st
	return nil, ErrorsFirst(in.wait(left[1:]), left[0].err)
}

// ErrorsFirst is the first of two errors, or nil.
func ErrorsFirst(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

const maxThrown = 16

// wait lets outcomes wait for the construct that catches them. Those that go to
// the same place are joined at once.
func (in *interp) wait(left []outcome) error {
next:
	for _, o := range left {
		thrownBefore := 0
		for i := in.base; i < len(in.pending); i++ {
			p := &in.pending[i]
			if _, ok := p.err.(*thrown); ok {
				thrownBefore++
			}
			if err := in.merge(*p, o, thrownBefore); err != nil {
				st, fail := in.join(p.st, o.st, FirstUnknown(o.why, p.why))
				if fail != nil {
					return fail
				}
				p.err, p.st = err, st
				continue next
			}
		}
		in.pending = append(in.pending, o)
	}
	return nil
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

// take removes from pending[base:] what match accepts and joins it with the
// present world, if that is live. A match returns the value that comes with it.
func (in *interp) take(base int, live bool, val Value, match func(error) (Value, bool)) (Value, bool, error) {
	kept := in.pending[:base]
	for _, o := range in.pending[base:] {
		v, ok := match(o.err)
		if !ok {
			kept = append(kept, o)
			continue
		}
		if !live {
			in.st, val, live = o.st, v, true
			continue
		}
		st, err := in.join(in.st, o.st, o.why)
		if err != nil {
			return nil, false, err
		}
		in.st = st
		if val != nil && v != nil {
			val = in.joinValues(val, v, o.why, 0)
		}
	}
	in.pending = kept
	return val, live, nil
}
