// Package eval walks the syntax tree of a program over known values and explicit
// unknowns. The functions, constants and classes of PHP are given to it.
package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"time"
)

// Files is where an evaluation reads from: paths are absolute and clean. What
// errors mean: fs.ErrNotExist and fs.ErrPermission are what PHP would see; Outside
// is a path that leaves what may be read; Irregular is a FIFO, a device, a file too
// large. Links are followed by the implementation.
type Files interface {
	ReadFile(path string) ([]byte, error)
	Stat(path string) (fs.FileInfo, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	Resolve(path string) (string, error) // the real path
}

// FileErrors classifies the errors of Files.
type FileErrors interface {
	Outside(err error) bool   // reading it would be unsafe
	Irregular(err error) bool // it is not a regular file, or too large
}

// Options say what to evaluate, and all that is known of the world around it.
type Options struct {
	Files     Files
	Errors    FileErrors        // how to tell the errors of Files; nil: none is outside or irregular
	File      string            // the file to evaluate, as PHP has its path
	Constants map[string]string // defined before it starts (ABSPATH)
	Stop      []string          // including one of these files ends a world: wp-settings.php
	Env       map[string]string // the complete environment of the site's PHP, if EnvKnown
	EnvKnown  bool
	// VariablesOrder is php.ini's variables_order. With E, $_ENV holds the
	// environment. "" is unknown: answers are those that hold with E and without.
	VariablesOrder string
	Host           string // HTTP_HOST, of a request that no proxy changed; "" is unknown
	Scheme         string // http or https, of such a request; "" is unknown
	Port           string // SERVER_PORT, where Scheme is known
	DocRoot        string // DOCUMENT_ROOT and the working directory
	Limits         Limits
}

// Result is what the worlds that reached a Stop file agree on.
type Result struct {
	in    *interp
	state *state
	files []string

	other *Result  // the same with another variables_order; nil: that makes no difference
	why   *Refusal // what is not known where the two differ
}

// A State says what is known of a constant or variable.
type State uint8

// Known has a value in every world; Absent is in none; Open differs, or depends on
// something unknown.
const (
	Absent State = iota
	Known
	Open
)

// An Answer is a constant or variable as the worlds have it.
type Answer struct {
	State State
	Value Value    // if Known
	Text  string   // its value as a string, if Known and a scalar
	Why   *Refusal // if Open: what decides
}

// A Library is what PHP offers to a program: functions, constants and classes by name.
// It is shared by evaluations and does not change.
type Library struct {
	Functions  map[string]Function
	Constants  map[string]Value
	Classes    []NativeClass
	ClassNames map[string]bool // of all of PHP's own classes, in lower case
	VendorMaps []string        // what Call.Store keeps maps under that are empty once a vendor folder is loaded
}

// MaxTime is what an evaluation may take by the clock, whatever its context says.
const MaxTime = 4 * time.Second

// OwnFault begins the message of a panic.
const OwnFault = "evaluate: a fault of the reader's own"

// Eval evaluates a file and what it includes. An error is a *SyntaxError, a
// *Refusal or the context's. A panic of the evaluator's own is a *Refusal too: what
// one site's files do to it must not end the program for all the others.
func Eval(ctx context.Context, opt Options, lib *Library) (result *Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			result, err = nil, &Refusal{Class: Undecidable, File: opt.File, Message: fmt.Sprintf("%s: %v", OwnFault, r)}
		}
	}()
	opt.Limits = opt.Limits.WithDefaults()
	if opt.VariablesOrder != "" || !opt.EnvKnown || len(opt.Env) == 0 {
		in := newInterp(ctx, opt, lib)
		return in.result()
	}
	return evalBothOrders(ctx, opt, lib)
}

// result evaluates the program.
func (in *interp) result() (*Result, error) {
	st, err := in.run()
	if err != nil {
		return nil, err
	}
	in.st = st
	return &Result{in: in, state: st, files: in.fileList()}, nil
}

// evalBothOrders evaluates with the environment in $_ENV and, if the program has
// looked there, without.
func evalBothOrders(ctx context.Context, opt Options, lib *Library) (*Result, error) {
	opt.VariablesOrder = "EGPCS"
	in := newInterp(ctx, opt, lib)
	with, err := in.result()
	if in.envRead == nil {
		return with, err
	}
	opt.VariablesOrder = "GPCS"
	opt.Limits.Steps, opt.Limits.Bytes = max(in.stepsLeft, 1), max(in.bytesLeft, 1)
	second := newInterp(ctx, opt, lib)
	without, errWithout := second.result()
	switch {
	case err != nil && (errWithout != nil || !isEnd(err)):
		return nil, err
	case err != nil:
		return without, nil //nolint:nilerr // PHP would not start WordPress with the other order
	case errWithout != nil && isEnd(errWithout):
		return with, nil
	case errWithout != nil:
		return nil, in.envRead
	}
	with.other, with.why = without, in.envRead
	return with, nil
}

// isEnd reports that an evaluation came to its end before WordPress starts.
func isEnd(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.end
}

// Constant answers for a constant.
func (r *Result) Constant(name string) Answer {
	return r.agreed((*Result).constant, name)
}

// agreed is an answer that holds whatever the order of variables is.
func (r *Result) agreed(ask func(*Result, string) Answer, name string) Answer {
	a := ask(r, name)
	if r.other == nil || a.State == Open {
		return a
	}
	b := ask(r.other, name)
	same := a.State == b.State && (a.State == Absent || Identical(a.Value, b.Value))
	if b.State == Open || same {
		return b
	}
	return Answer{State: Open, Why: r.why}
}

func (r *Result) constant(name string) Answer {
	v, ok := r.in.peekConst(name)
	if !ok {
		return Answer{}
	}
	return r.answer(v)
}

// Variable answers for a global variable; null is Absent.
func (r *Result) Variable(name string) Answer {
	return r.agreed((*Result).variable, name)
}

func (r *Result) variable(name string) Answer {
	v := r.in.readGlobal(name)
	if v.Kind() == KindNull {
		return Answer{}
	}
	return r.answer(v)
}

func (r *Result) answer(v Value) Answer {
	if u := r.in.UnknownIn(v, 0); u != nil {
		return Answer{State: Open, Why: u.refusal()}
	}
	return Answer{State: Known, Value: v, Text: ToString(v)}
}

// Files lists the files that were read as PHP, in order, the first one first, and
// after them those that were read as data.
func (r *Result) Files() []string {
	files := r.files
	if r.other != nil {
		for _, f := range r.other.files {
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	return files
}

func (in *interp) fileList() []string {
	var code, data []string
	for path, order := range in.read {
		if order > 0 {
			code = append(code, path)
		} else {
			data = append(data, path)
		}
	}
	sort.Slice(code, func(i, j int) bool { return in.read[code[i]] < in.read[code[j]] })
	sort.Strings(data)
	return append(code, data...)
}

func (u *Unknown) refusal() *Refusal {
	return &Refusal{Class: u.Class, File: u.File, Line: u.Line, Message: u.Reason, Origin: u.Origin, Expr: u.Expr}
}
