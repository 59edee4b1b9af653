package eval

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// start evaluates the first file.
func (in *interp) start() error {
	text, u, ok, err := in.ReadFile(in.opt.File, syntax.Pos{})
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
	in.st.Set(in.slot('i', in.opt.File), Bool(true))
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
func (in *interp) parsed(path, text string) (*syntax.Source, error) {
	if s, ok := in.sources[path]; ok && s.Text == text {
		return s, nil
	}
	if err := in.Alloc(24*len(text), syntax.Pos{}); err != nil {
		return nil, err
	}
	s, err := syntax.Parse(path, text)
	var nest *syntax.NestingError
	if errors.As(err, &nest) {
		return nil, &Refusal{Class: Undecidable, File: nest.File, Line: nest.Line, Message: nest.Msg}
	}
	if err != nil {
		return nil, err
	}
	in.sources[path] = s
	return s, nil
}

// runSource runs a file in the present frame; its value is what it returns.
func (in *interp) runSource(src *syntax.Source) (Value, error) {
	outer := in.Src
	base, end := in.mark()
	in.Src = src
	err := in.hoist(src.Body)
	if err == nil {
		err = in.exec(src.Body)
	}
	in.Src = outer
	end()
	if fatal(err) {
		return nil, err
	}
	var val Value = Int(1)
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
func (in *interp) hoist(body []syntax.Stmt) error {
	for _, s := range body {
		switch s := s.(type) {
		case *syntax.FuncStmt:
			if s.Hoisted {
				if err := in.declareFunction(s.Fn, s.Pos); err != nil {
					return err
				}
			}
		case *syntax.ClassStmt:
			if !s.Hoisted || !in.linkable(s.Decl) {
				continue
			}
			if err := in.execClass(s.Decl, s.Pos); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkable reports that a class's parents exist already.
func (in *interp) linkable(d *syntax.ClassDecl) bool {
	names := append([]string{d.Parent}, d.Interfaces...)
	for _, n := range append(names, d.Traits...) {
		if n == "" {
			continue
		}
		if c, u := in.findClass(n, syntax.Pos{}); c == nil || u != nil {
			return false
		}
	}
	return true
}

func (in *interp) evalInclude(x *syntax.IncludeExpr) (Value, error) {
	v, err := in.eval(x.X)
	if err != nil {
		return nil, err
	}
	if v, err = in.ConvertString(v, x.Pos); err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if !ok {
		return in.include(x, ToString(v))
	}
	if u.Alts == nil {
		named := *Opaque(u)
		named.Reason = "runs a file whose name is not known: " + u.Reason
		return in.includeUnknown(&named)
	}
	return in.splitValue(u, len(u.Alts), func(i int) (Value, error) {
		return in.include(x, ToString(u.Alts[i]))
	})
}

func (in *interp) unsafeOf(u *Unknown, _ syntax.Pos) *Unknown {
	c := *Opaque(u)
	c.Class, c.Reason = Unsafe, "runs code that is not known: "+c.Reason
	return &c
}

// includeUnknown is unknown code running here.
func (in *interp) includeUnknown(u *Unknown) (Value, error) {
	in.Poison(u)
	return Opaque(u), in.Steps(64, syntax.Pos{})
}

// include runs a file that is known by name.
func (in *interp) include(x *syntax.IncludeExpr, name string) (Value, error) {
	once := strings.HasSuffix(x.Kind, "_once")
	abs, unfit := in.includePath(name)
	if unfit != "" {
		return in.includeUnknown(in.unknownAt(Unsafe, x.Pos, "runs code from "+unfit))
	}
	if slices.Contains(in.opt.Stop, abs) || in.sameAsStop(abs) {
		return nil, in.reachStop(x.Pos)
	}
	slot := in.slot('i', in.identity(abs))
	if once {
		switch done := in.st.Get(slot).(type) {
		case Bool:
			return Bool(true), nil
		case *Unknown:
			return in.splitValue(done, 2, func(i int) (Value, error) {
				if i == 0 {
					return Bool(true), nil
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
func (in *interp) reachStop(pos syntax.Pos) error {
	if in.frame != in.globals {
		v, err := in.Load(in.varPlace(in.frame, "table_prefix", pos))
		if err != nil {
			return err
		}
		if err := in.assign(in.varPlace(in.globals, "table_prefix", pos), v); err != nil {
			return err
		}
	}
	if in.snapWhy == nil {
		in.snapWhy = in.why
	}
	why := FirstUnknown(in.snapWhy, in.why)
	if why == nil {
		why = in.whyOr(nil)
	}
	joined, err := in.join(in.snapshot, in.st.fork(), why)
	if err != nil {
		return err
	}
	in.snapshot = joined
	return in.die(pos, "reaches WordPress")
}

const vendorDir = "/vendor/"

// VendorDirs is the slot with the vendor folders that files were included from.
const VendorDirs = "vendor.dirs"

// enterVendor remembers that a file of a vendor folder was included.
func (in *interp) enterVendor(file string) {
	in.storeSlot("vendor", Bool(true))
	for _, name := range in.lib.VendorMaps {
		if in.loadSlot(name) == nil {
			in.storeSlot(name, NewArray()) // so that worlds that write it join with those that do not
		}
	}
	dir := file[:strings.LastIndex(file, vendorDir)+len(vendorDir)-1]
	old, known := in.loadSlot(VendorDirs).(String)
	if !known && in.loadSlot(VendorDirs) != nil {
		return // worlds differ
	}
	if !strings.Contains("\n"+string(old)+"\n", "\n"+dir+"\n") {
		in.storeSlot(VendorDirs, String(strings.TrimPrefix(string(old)+"\n"+dir, "\n")))
	}
}

func (in *interp) includeFile(x *syntax.IncludeExpr, abs string, slot int) (Value, error) {
	text, u, ok, err := in.ReadFile(abs, x.Pos)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return in.includeUnknown(u)
	case !ok && strings.HasPrefix(x.Kind, "require"):
		return nil, in.die(x.Pos, "stops: cannot open a file")
	case !ok:
		return Bool(false), nil
	}
	in.st.Set(slot, Bool(true))
	if strings.Contains(abs, vendorDir) {
		in.enterVendor(abs)
		return in.unknownAt(Undecidable, x.Pos, "depends on a library"), nil
	}
	if in.codeFiles >= in.opt.Limits.Files || in.calls >= in.opt.Limits.Depth {
		return nil, in.Refuse(Undecidable, x.Pos, "evaluate: includes too many files")
	}
	in.note1(abs)
	return in.runText(abs, text, x.Pos)
}

// runText parses and runs code; what PHP would not parse throws a ParseError.
func (in *interp) runText(name, text string, pos syntax.Pos) (Value, error) {
	src, err := in.parsed(name, text)
	var badSyntax *syntax.Error
	if errors.As(err, &badSyntax) {
		thrownErr := in.Throw("ParseError", badSyntax.Msg, pos)
		if t, ok := thrownErr.(*thrown); ok {
			t.why = &Refusal{Class: Syntax, File: badSyntax.File, Line: badSyntax.Line, Message: badSyntax.Msg}
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
func (in *interp) evalEval(x *syntax.EvalExpr) (Value, error) {
	v, err := in.eval(x.X)
	if err != nil {
		return nil, err
	}
	u, ok := v.(*Unknown)
	if ok && u.Alts == nil {
		return in.includeUnknown(in.unsafeOf(u, x.Pos))
	}
	run := func(v Value) (Value, error) {
		code, err := in.StringOf(v, x.Pos)
		if err != nil {
			return nil, err
		}
		if in.calls >= in.opt.Limits.Depth {
			return nil, in.Refuse(Undecidable, x.Pos, "evaluate: nested too deeply")
		}
		val, err := in.runText(in.file()+"("+ToString(Int(int64(x.Line)))+") : eval()'d code", "<?php "+code, x.Pos)
		if err == nil && val == Value(Int(1)) && !strings.Contains(code, "return") {
			val = Null
		}
		return val, err
	}
	if ok {
		return in.splitValue(u, len(u.Alts), func(i int) (Value, error) { return run(u.Alts[i]) })
	}
	return run(v)
}
