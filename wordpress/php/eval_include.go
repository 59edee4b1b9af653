package php

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// start evaluates the first file.
func (in *interp) start() error {
	text, u, ok, err := in.readFile(in.opt.File, at{})
	switch {
	case err != nil:
		return err
	case u != nil:
		return &Refusal{Class: u.Class, File: in.opt.File, Message: u.Reason, Origin: u.Origin}
	case !ok:
		return &Refusal{Class: Unreadable, File: in.opt.File, Message: "cannot be read"}
	}
	src, err := in.parsed(in.opt.File, text)
	if err != nil {
		return err
	}
	in.note1(in.opt.File)
	in.st.set(in.slot('i', in.opt.File), boolVal(true))
	_, err = in.runSource(src)
	return err
}

// note1 remembers a file that was read as code.
func (in *interp) note1(path string) {
	if in.read[path] == 0 {
		in.codeFiles++
		in.read[path] = in.codeFiles
	}
}

// parsed parses a file once.
func (in *interp) parsed(path, text string) (*source, error) {
	if s, ok := in.sources[path]; ok && s.text == text {
		return s, nil
	}
	if err := in.alloc(24*len(text), at{}); err != nil {
		return nil, err
	}
	s, err := parse(path, text)
	var nest *nestingError
	if errors.As(err, &nest) {
		return nil, &Refusal{Class: Undecidable, File: nest.file, Line: nest.line, Message: nest.msg}
	}
	if err != nil {
		return nil, err
	}
	in.sources[path] = s
	return s, nil
}

// runSource runs a file in the present frame; its value is what it returns.
func (in *interp) runSource(src *source) (Value, error) {
	outer := in.src
	base, end := in.mark()
	in.src = src
	err := in.hoist(src.body)
	if err == nil {
		err = in.exec(src.body)
	}
	in.src = outer
	end()
	if fatal(err) {
		return nil, err
	}
	var val Value = intVal(1)
	live := err == nil
	if j, ok := err.(*jump); ok && j.kind == jumpReturn {
		val, live = j.val, true
	}
	if d, ok := err.(*dead); ok {
		in.note(d)
	}
	away, st := err, in.st
	val, back, fail := in.take(base, live, val, func(err error) (Value, bool) {
		j, ok := err.(*jump)
		if !ok || j.kind != jumpReturn {
			return nil, false
		}
		return j.val, true
	})
	if fail != nil {
		return nil, fail
	}
	if !back {
		return nil, away
	}
	if _, ok := away.(*dead); !ok && !live {
		return val, in.wait([]outcome{{away, st, in.whyOr(val)}})
	}
	return val, nil
}

// hoist declares functions and classes that are known before the file runs.
func (in *interp) hoist(body []stmt) error {
	for _, s := range body {
		switch s := s.(type) {
		case *funcStmt:
			if s.hoisted {
				if err := in.declareFunction(s.fn, s.at); err != nil {
					return err
				}
			}
		case *classStmt:
			if !s.hoisted || !in.linkable(s.decl) {
				continue
			}
			if err := in.execClass(s.decl, s.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkable reports that a class's parents exist already.
func (in *interp) linkable(d *classDecl) bool {
	names := append([]string{d.parent}, d.interfaces...)
	for _, n := range append(names, d.traits...) {
		if n == "" {
			continue
		}
		if c, u := in.findClass(n, at{}); c == nil || u != nil {
			return false
		}
	}
	return true
}

func (in *interp) evalInclude(x *includeExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	if v, err = in.convertString(v, x.at); err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if !ok {
		return in.include(x, toString(v))
	}
	if u.alts == nil {
		named := *opaque(u)
		named.Reason = "runs a file whose name is not known: " + u.Reason
		return in.includeUnknown(&named)
	}
	return in.splitValue(u, len(u.alts), func(i int) (Value, error) {
		return in.include(x, toString(u.alts[i]))
	})
}

func (in *interp) unsafeOf(u *Unknown, _ at) *Unknown {
	c := *opaque(u)
	c.Class, c.Reason = Unsafe, "runs code that is not known: "+c.Reason
	return &c
}

// includeUnknown is unknown code running here.
func (in *interp) includeUnknown(u *Unknown) (Value, error) {
	in.poison(u)
	return opaque(u), in.steps(64, at{})
}

// include runs a file that is known by name.
func (in *interp) include(x *includeExpr, name string) (Value, error) {
	once := strings.HasSuffix(x.kind, "_once")
	abs, unfit := in.includePath(name)
	if unfit != "" {
		return in.includeUnknown(in.unknownAt(Unsafe, x.at, "runs code from "+unfit))
	}
	if slices.Contains(in.opt.Stop, abs) || in.sameAsStop(abs) {
		return nil, in.reachStop(x.at)
	}
	slot := in.slot('i', in.identity(abs))
	if once {
		switch done := in.st.get(slot).(type) {
		case boolVal:
			return boolVal(true), nil
		case *Unknown:
			return in.splitValue(done, 2, func(i int) (Value, error) {
				if i == 0 {
					return boolVal(true), nil
				}
				return in.includeFile(x, abs, slot)
			})
		}
	}
	return in.includeFile(x, abs, slot)
}

func (in *interp) sameAsStop(abs string) bool {
	if path.Base(abs) != "wp-settings.php" && len(in.opt.Stop) == 0 {
		return false
	}
	id := in.identity(abs)
	for _, s := range in.opt.Stop {
		if in.identity(s) == id {
			return true
		}
	}
	return false
}

// identity is the real path of a file, or its own if it has none.
func (in *interp) identity(abs string) string {
	if real, err := in.opt.Files.Resolve(abs); err == nil {
		return real
	}
	return abs
}

// reachStop joins this world with the others that come to WordPress, and ends it.
// WordPress begins by making the prefix of the scope that requires it the global
// one.
func (in *interp) reachStop(pos at) error {
	if in.frame != in.globals {
		v, err := in.load2("table_prefix", pos)
		if err != nil {
			return err
		}
		if v == nil {
			v = null
		}
		if err := in.assign(in.varPlace(in.globals, "table_prefix", pos), v); err != nil {
			return err
		}
	}
	if in.snapWhy == nil {
		in.snapWhy = in.why
	}
	why := firstUnknown(in.snapWhy, in.why)
	if why == nil {
		why = in.whyOr(nil)
	}
	joined, err := in.join(in.snapshot, in.st.fork(), why)
	if err != nil {
		return err
	}
	in.snapshot = joined
	return in.die(Undecidable, pos, "reaches WordPress")
}

const vendorDir = "/vendor/"

func (in *interp) includeFile(x *includeExpr, abs string, slot int) (Value, error) {
	text, u, ok, err := in.readFile(abs, x.at)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return in.includeUnknown(u)
	case !ok && strings.HasPrefix(x.kind, "require"):
		return nil, in.die(Undecidable, x.at, "stops: cannot open %q", abs)
	case !ok:
		return boolVal(false), nil
	}
	in.st.set(slot, boolVal(true))
	if strings.Contains(abs, vendorDir) {
		in.enterVendor(abs)
		return in.unknownAt(Undecidable, x.at, "depends on a library"), nil
	}
	if in.codeFiles >= in.opt.Limits.Files || in.calls >= in.opt.Limits.Depth {
		return nil, in.refuse(Undecidable, x.at, "evaluate: includes too many files")
	}
	in.note1(abs)
	return in.runText(abs, text, x.at)
}

// runText parses and runs code; what PHP would not parse throws a ParseError.
func (in *interp) runText(name, text string, pos at) (Value, error) {
	src, err := in.parsed(name, text)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		thrownErr := in.throw("ParseError", syntax.Msg, pos)
		if t, ok := thrownErr.(*thrown); ok {
			t.why = &Refusal{Class: Syntax, File: syntax.File, Line: syntax.Line, Message: syntax.Msg}
		}
		return nil, thrownErr
	}
	if err != nil {
		return nil, err
	}
	in.calls++
	defer func() { in.calls-- }()
	return in.runSource(src)
}

// evalEval runs text as PHP.
func (in *interp) evalEval(x *evalExpr) (Value, error) {
	v, err := in.eval(x.x)
	if err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if ok && u.alts == nil {
		return in.includeUnknown(in.unsafeOf(u, x.at))
	}
	run := func(v Value) (Value, error) {
		code, err := in.stringOf(v, x.at)
		if err != nil {
			return nil, err
		}
		if in.calls >= in.opt.Limits.Depth {
			return nil, in.refuse(Undecidable, x.at, "evaluate: nested too deeply")
		}
		val, err := in.runText(in.file()+"("+toString(intVal(int64(x.line)))+") : eval()'d code", "<?php "+code, x.at)
		if err == nil && val == Value(intVal(1)) && !strings.Contains(code, "return") {
			val = null
		}
		return val, err
	}
	if ok {
		return in.splitValue(u, len(u.alts), func(i int) (Value, error) { return run(u.alts[i]) })
	}
	return run(v)
}
