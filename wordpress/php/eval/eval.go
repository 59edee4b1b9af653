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
	"sync"
	"time"
)

// Files reads the files of a site. Paths are absolute and clean. PHP would see the errors
// fs.ErrNotExist and fs.ErrPermission, too. FileErrors classifies other errors. The
// implementation follows symlinks.
type Files interface {
	ReadFile(path string) ([]byte, error)
	Stat(path string) (fs.FileInfo, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	Resolve(path string) (string, error) // the real path
}

// FileErrors classifies the errors of Files.
type FileErrors interface {
	Outside(err error) bool   // the path is outside the folders that may be read
	Irregular(err error) bool // it is not a regular file (a FIFO, a device), or it is too large
}

// Options describe the file to evaluate, and everything that is known about its
// environment.
type Options struct {
	Files     Files
	Errors    FileErrors        // classifies the errors of Files; nil: no file is outside or irregular
	File      string            // the file to evaluate, by the path that PHP uses
	Constants map[string]string // defined before the file runs (ABSPATH)
	Stop      []string          // including one of these files ends a world: wp-settings.php
	Env       map[string]string // the complete environment of the site's PHP, if EnvKnown
	EnvKnown  bool
	// VariablesOrder is php.ini's variables_order. If it contains E, $_ENV holds the
	// environment. "" is unknown: then answers must hold both with E and without.
	VariablesOrder string
	Host           string // HTTP_HOST of a request that no proxy changed; "" is unknown
	Scheme         string // http or https, for such a request; "" is unknown
	Port           string // SERVER_PORT, if Scheme is known
	DocRoot        string // DOCUMENT_ROOT and the working directory
	Limits         Limits
}

// Result holds what is the same in all worlds that reached a Stop file.
type Result struct {
	in    *interp
	state *state
	files []string

	other *Result  // the result with another variables_order; nil: there is no difference
	why   *Refusal // the reason to give where the two results differ
}

// A State says whether a constant or variable is known.
type State uint8

// Known: the same value in every world. Absent: in no world. Open: differs between
// worlds, or depends on something unknown.
const (
	Absent State = iota
	Known
	Open
)

// An Answer is the state of a constant or variable, and its value if known.
type Answer struct {
	State State
	Value Value    // if Known
	Text  string   // the value as a string, if it is Known and a scalar
	Why   *Refusal // if Open: the input that decides
}

// A Library holds the functions, constants and classes of PHP, by name. Evaluations share
// it, and nobody changes it after the first one.
type Library struct {
	Functions  map[string]Function
	Constants  map[string]Value
	Classes    []NativeClass
	ClassNames map[string]bool // all of PHP's own classes, in lower case
	VendorMaps []string        // slots of Call.Store; including a vendor file sets each to an empty map

	link    sync.Once
	natives map[string]*PHPClass // see nativeClasses
}

// MaxTime is the time limit of an evaluation, in addition to the limit of its context.
const MaxTime = 4 * time.Second

// OwnFault begins the message of a refusal that a bug of the evaluator causes.
const OwnFault = "internal error of wp-oneway, please report it"

// Eval evaluates a file and the files that it includes. An error is a *syntax.Error, a
// *Refusal or the error of the context. A panic of the evaluator itself also becomes a
// *Refusal: the files of one site must not end the program for all other sites.
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

// evalBothOrders evaluates with the environment in $_ENV. If the program has read $_ENV,
// it evaluates again without.
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

// isEnd reports whether the program ended before WordPress starts.
func isEnd(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.end
}

// Constant returns what is known about a constant.
func (r *Result) Constant(name string) Answer {
	return r.agreed((*Result).constant, name)
}

// agreed returns an answer that holds for every variables_order.
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
	v, ok := r.in.Constant(name)
	if !ok {
		return Answer{}
	}
	return r.answer(v)
}

// Variable returns what is known about a global variable; null counts as Absent.
func (r *Result) Variable(name string) Answer {
	return r.agreed((*Result).variable, name)
}

func (r *Result) variable(name string) Answer {
	v := r.in.Global(name)
	if v.Kind() == KindNull {
		return Answer{}
	}
	return r.answer(v)
}

func (r *Result) answer(v Value) Answer {
	if u := r.in.UnknownIn(v); u != nil {
		return Answer{State: Open, Why: u.refusal()}
	}
	return Answer{State: Known, Value: v, Text: ToString(v)}
}

// Files lists the files that were read: first those that ran as PHP, in the order of
// their first run, then those that were read as data.
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
