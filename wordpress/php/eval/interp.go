package eval

import (
	"context"
	"fmt"
	"maps"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// An interp evaluates one program. It walks the syntax tree once for all worlds. A world
// is one possible run of the program. Where a condition is unknown, both branches are
// evaluated and their worlds are joined. st is the state of the current world or of
// several joined ones. Worlds that leave a construct early (break, return, throw) wait in
// pending until the construct that catches them joins them again.
type interp struct {
	ctx       context.Context
	opt       Options
	lib       *Library
	natives   map[string]*PHPClass // of lib
	stepsLeft int
	bytesLeft int
	depth     int
	calls     int

	st      *state
	frame   *frame
	globals *frame
	Src     *syntax.Source
	pos     syntax.Pos // the expression or statement that runs, in Src
	pending []outcome
	base    int // index in pending: from here on, the innermost construct catches
	trying  int // number of try blocks around the code

	nextSlot int
	serial   int
	slots    map[slotName]int
	exported map[int]bool // slots of global variables that a function imported with global

	sources   map[string]*syntax.Source
	read      map[string]int // files by path: for code its order, from 1; for data 0
	codeFiles int
	memo      map[string]any // findings of libraries, for all worlds; see Call.Memo
	methods   map[string]bool
	hidden    string // the hidden of a class that the program declares; "": of none

	snapshot *state // the join of the worlds that reached a Stop file
	snapWhy  *Unknown
	why      *Unknown // the unknown of the innermost split
	ended    *Refusal // the reason why the first world ended
	envRead  *Refusal // the first use of $_ENV; nil: none
}

type slotName struct {
	space byte // f function, k class, c constant, s static, i included, m model
	name  string
}

// A frame is one activation of a function, or the global scope.
type frame struct {
	fn     *syntax.FuncDecl
	class  *PHPClass // the class whose code runs
	static *PHPClass // late static binding
	this   *Object
	vars   map[string]int
	serial int

	closure int // the ID of the running closure; 0: none
}

func newInterp(ctx context.Context, opt Options, lib *Library) *interp {
	opt.Limits = opt.Limits.WithDefaults()
	in := &interp{
		ctx: ctx, opt: opt, lib: lib, memo: map[string]any{},
		stepsLeft: opt.Limits.Steps, bytesLeft: opt.Limits.Bytes,
		st: newState(), slots: map[slotName]int{}, exported: map[int]bool{},
		sources: map[string]*syntax.Source{}, read: map[string]int{}, methods: map[string]bool{},
	}
	in.natives = lib.nativeClasses()
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

// charge charges n steps without panicking, even after the evaluation has ended. If none
// are left, the next call of Steps panics.
func (in *interp) charge(n int) { in.stepsLeft = max(0, in.stepsLeft-n) }

func (in *interp) file() string {
	if in.Src == nil {
		return in.opt.File
	}
	return in.Src.Path
}

// UnknownOf returns an unknown, with the expression that is evaluated as its source.
func (in *interp) UnknownOf(c Class, reason string) *Unknown {
	return &Unknown{Class: c, File: in.file(), Line: int(in.pos.Line), Expr: in.Snippet(in.pos), Reason: reason}
}

// endWorld returns the end of a world. Its reason is reported if all worlds end.
func (in *interp) endWorld(format string, args ...any) error {
	return &worldEndError{&Refusal{
		Class: Undecidable, File: in.file(), Line: int(in.pos.Line), Message: fmt.Sprintf(format, args...), Origin: OriginStop, Expr: in.Snippet(in.pos),
	}}
}

// run evaluates the program and returns the join of the worlds that reached a Stop file.
func (in *interp) run() (*state, error) {
	in.prepareWorld()
	var end error
	err := catchPanic(func() error {
		_, end = in.attemptValue(in.start)
		if in.stepsLeft == 0 {
			in.Steps(1)
		}
		return nil
	})
	if s, ok := err.(*canceled); ok {
		return nil, s.error
	}
	if err != nil {
		return nil, err
	}
	if in.snapshot != nil {
		return in.snapshot, nil
	}
	in.recordEnd(end)
	if in.ended != nil {
		why := *in.ended
		why.end = true
		return nil, &why
	}
	return nil, &Refusal{Class: Undecidable, File: in.opt.File, end: true, Origin: OriginStop, Message: "ends before WordPress starts: nothing requires wp-settings.php"}
}

// A state holds everything that a program can change: variables, constants, functions,
// classes, properties, the environment.
type state struct {
	slots map[int]Value
	epoch *epoch // arrays with this epoch may be changed in place

	poison *Unknown // not nil if unknown code has run in this world
	serial int      // serial of the newest frame that the unknown code could change
}

// An epoch identifies a state between two forks.
type epoch struct{ _ byte }

// A slotKind says what it means for a join if only one of the worlds has the slot.
type slotKind int

const (
	slotCell   slotKind = iota // reachable only from worlds that have it
	slotNamed                  // absent means unset, which reads as null
	slotOpaque                 // absent has another meaning: a known value joins to an unknown
	slotKinds
)

func newState() *state { return &state{slots: map[int]Value{}, epoch: &epoch{}} }

// fork returns a copy of a state. The two share arrays; therefore neither may change one
// in place.
func (in *interp) fork(s *state) *state {
	in.Alloc(48 * len(s.slots))
	in.Steps(len(s.slots) / 8)
	c := *s
	c.slots, c.epoch = maps.Clone(s.slots), &epoch{}
	s.epoch = &epoch{}
	return &c
}

// Get returns the content of a slot; nil if it is empty.
func (s *state) Get(slot int) Value { return s.slots[slot] }

// Set sets the content of a slot; nil empties it.
func (s *state) Set(slot int, v Value) {
	if v == nil {
		delete(s.slots, slot)
		return
	}
	s.slots[slot] = v
}

// diffStates visits the slots whose contents are not identical in two states. visit may
// set the slot that it is called with.
func diffStates(a, b *state, visit func(slot int, x, y Value)) {
	for slot, x := range a.slots {
		if y := b.slots[slot]; x != y {
			visit(slot, x, y)
		}
	}
	for slot, y := range b.slots {
		if _, both := a.slots[slot]; !both {
			visit(slot, nil, y)
		}
	}
}
