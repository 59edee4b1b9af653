package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Limits are the limits of one evaluation. A zero field means the default.
type Limits struct {
	Steps    int // statements, expressions and loop iterations; 2 million
	Bytes    int // total bytes allocated, freed or not; 112 MiB
	Depth    int // nested calls and includes; 400
	FileSize int // bytes of one file; 4 MiB
	Files    int // number of included files; 512
}

// WithDefaults returns the limits with the default for each field that is not positive.
func (l Limits) WithDefaults() Limits {
	set := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	set(&l.Steps, 2_000_000)
	set(&l.Bytes, 112<<20)
	set(&l.Depth, 400)
	set(&l.FileSize, 4<<20)
	set(&l.Files, 512)
	return l
}

// A Refusal ends an evaluation, or says why a value is not known.
type Refusal struct { //nolint:errname // also used as an answer
	Class   Class
	File    string
	Line    int
	Message string
	Origin  Origin
	Expr    string // the expression that decides; "" if there is none

	end bool // the program ends before WordPress starts
}

// Error returns one line: file:line: message: expression.
func (r *Refusal) Error() string {
	s := r.Message
	if r.Expr != "" {
		s += ": " + r.Expr
	}
	if r.File == "" {
		return s
	}
	return fmt.Sprintf("%s:%d: %s", r.File, r.Line, s)
}

const contextEvery = 1024

// Steps charges n steps, and checks the context every contextEvery steps. It panics with
// a *Refusal if none are left or the time is over.
func (in *interp) Steps(n int) {
	if n < 0 || n > in.stepsLeft {
		in.stepsLeft = 0
		panic(in.Refuse(Undecidable, "exceeds a limit: runs more than %d steps", in.opt.Limits.Steps))
	}
	before := in.stepsLeft
	in.stepsLeft -= n
	if before/contextEvery == in.stepsLeft/contextEvery {
		return
	}
	in.checkDeadline()
}

// canceled is the panic value that ends an evaluation whose context was canceled.
type canceled struct{ error }

func (in *interp) checkDeadline() {
	err := in.ctx.Err()
	if err == nil {
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		panic(in.Refuse(Undecidable, "exceeds a limit: takes too long"))
	}
	panic(&canceled{err})
}

// Alloc charges n bytes before they are allocated. It panics with a *Refusal if the limit
// is exceeded.
func (in *interp) Alloc(n int) {
	if n < 0 || n > in.bytesLeft {
		in.bytesLeft = 0
		panic(in.Refuse(Undecidable, "exceeds a limit: needs more than %d MiB", in.opt.Limits.Bytes>>20))
	}
	in.bytesLeft -= n
	in.Steps(n >> 12)
}

// maxNested limits the recursion of the evaluator: a stack overflow would end the whole
// process.
const maxNested = 12_000

// enter adds one level of nested expressions and blocks. leave removes it, and goes back to
// the position outside of it.
func (in *interp) enter() {
	if in.depth >= maxNested {
		panic(in.Refuse(Undecidable, "exceeds a limit: is nested deeper than %d", maxNested))
	}
	in.depth++
}

func (in *interp) leave(outer syntax.Pos) { in.depth, in.pos = in.depth-1, outer }

// Refuse returns a refusal that ends the evaluation. The caller panics with it.
func (in *interp) Refuse(c Class, format string, args ...any) error {
	return &Refusal{Class: c, File: in.file(), Line: int(in.pos.Line), Message: fmt.Sprintf(format, args...)}
}

// Exceptions are not caught: an exception ends its world. In a try statement, a program
// that throws or may throw one is refused.
const caught = "an exception inside a try statement"

// Throw returns the error for an exception of one of PHP's classes. The caller panics
// with it.
func (in *interp) Throw(class, message string) error {
	return in.throw("stops with " + class + ": " + plainMessage(message))
}

func (in *interp) throw(message string) error {
	in.MayThrow()
	return in.endWorld("%s", message)
}

// MayThrow is called where PHP may throw an exception because of an unknown value. The
// worlds in which it does end, and the others continue.
func (in *interp) MayThrow() {
	if in.trying > 0 {
		panic(in.Unsupported(caught))
	}
}
