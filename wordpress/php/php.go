package php

import (
	"context"
	"fmt"
	"io/fs"
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
	Irregular(err error) bool // it is no regular file, or too large
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
	Host      string // HTTP_HOST; "" is unknown
	DocRoot   string // DOCUMENT_ROOT and the working directory
	Limits    Limits
}

// Result is what the worlds that reached a Stop file agree on.
type Result struct {
	in    *interp
	state *state
	files []string
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

// maxTime is what an evaluation may take by the clock, whatever its context says.
const maxTime = 4 * time.Second

// ownFault begins the message of a panic.
const ownFault = "evaluate: a fault of the reader's own"

// Eval evaluates a file and what it includes. An error is a *SyntaxError, a
// *Refusal or the context's. A panic of the evaluator's own is a *Refusal too: what
// one site's files do to it must not end the program for all the others.
func Eval(ctx context.Context, opt Options) (result *Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			result, err = nil, &Refusal{Class: Undecidable, File: opt.File, Message: fmt.Sprintf("%s: %v", ownFault, r)}
		}
	}()
	in := newInterp(ctx, opt)
	st, err := in.run()
	if err != nil {
		return nil, err
	}
	in.st = st
	return &Result{in: in, state: st, files: in.fileList()}, nil
}

// Constant answers for a constant.
func (r *Result) Constant(name string) Answer {
	v, ok := r.in.peekConst(name)
	if !ok {
		return Answer{}
	}
	return r.answer(v)
}

// Variable answers for a global variable; null is Absent.
func (r *Result) Variable(name string) Answer {
	v := r.in.readGlobal(name)
	if v.kind() == kNull {
		return Answer{}
	}
	return r.answer(v)
}

func (r *Result) answer(v Value) Answer {
	if u := r.in.unknownIn(v, 0); u != nil {
		return Answer{State: Open, Why: u.refusal()}
	}
	return Answer{State: Known, Value: v, Text: toString(v)}
}

// Files lists the files that were read as PHP, in order, the first one first, and
// after them those that were read as data.
func (r *Result) Files() []string { return r.files }

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
