package eval

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// start evaluates the first file.
func (in *interp) start() Value {
	text, u, ok := in.ReadFile(in.opt.File)
	switch {
	case u != nil:
		panic(&Refusal{Class: u.Class, File: in.opt.File, Message: u.Reason, Origin: u.Origin})
	case !ok:
		panic(&Refusal{Class: Unreadable, File: in.opt.File, Message: "cannot be read"})
	}
	src, bad := in.parsed(in.opt.File, text)
	if bad != nil {
		panic(bad)
	}
	in.recordCode(in.opt.File)
	in.st.Set(in.slot('i', in.opt.File), Bool(true))
	return in.runSource(src)
}

// recordCode records a file that was read as code.
func (in *interp) recordCode(path string) {
	if in.read[path] == 0 {
		in.codeFiles++
		in.read[path] = in.codeFiles
	}
}

// parsed parses a file once. The error is one for which PHP would refuse to parse the
// file.
func (in *interp) parsed(path, text string) (*syntax.Source, *syntax.Error) {
	if s, ok := in.sources[path]; ok && s.Text == text {
		return s, nil
	}
	in.Alloc(24 * len(text))
	s, err := syntax.Parse(path, text)
	var nest *syntax.NestingError
	if errors.As(err, &nest) {
		panic(&Refusal{Class: Undecidable, File: nest.File, Line: nest.Line, Message: nest.Msg})
	}
	var bad *syntax.Error
	if errors.As(err, &bad) {
		return nil, bad
	}
	in.sources[path] = s
	return s, nil
}

// runSource runs a file in the current frame, and returns the value that the file
// returns.
func (in *interp) runSource(src *syntax.Source) Value {
	return in.withFrame(in.frame, src, func() Value {
		return in.runBody(Int(1), func() error {
			in.hoist(src.Body)
			return in.exec(src.Body)
		})
	})
}

// hoist declares the functions and classes that exist before the first statement of a
// file runs.
func (in *interp) hoist(body []syntax.Stmt) {
	for _, s := range body {
		in.pos = s.Where()
		switch s := s.(type) {
		case *syntax.FuncStmt:
			if s.Hoisted {
				in.declareFunction(s.Fn)
			}
		case *syntax.ClassStmt:
			if !s.Hoisted || !in.linkable(s.Decl) {
				continue
			}
			in.execClass(s.Decl)
		}
	}
}

// linkable reports whether the parents of a class exist already.
func (in *interp) linkable(d *syntax.ClassDecl) bool {
	names := append([]string{d.Parent}, d.Interfaces...)
	for _, n := range append(names, d.Traits...) {
		if n == "" {
			continue
		}
		c, u := in.findClass(n)
		if u != nil && (in.lib.ClassNames[syntax.Lower(strings.TrimPrefix(n, `\`))] || u.Reason == in.unsupportedValue(foreignClass).Reason) {
			continue
		}
		if c == nil || u != nil {
			return false
		}
	}
	return true
}

func (in *interp) evalInclude(x *syntax.WordExpr, v Value) Value {
	v = in.ConvertString(v)
	u, ok := v.(*Unknown)
	if !ok {
		return in.include(x, ToString(v))
	}
	named := *Opaque(u)
	named.Reason = "runs a file whose name is not known: " + u.Reason
	return in.includeUnknown(&named)
}

// includeUnknown handles an include of unknown code: anything may have changed.
func (in *interp) includeUnknown(u *Unknown) Value {
	in.Poison(u)
	in.Steps(64)
	return Opaque(u)
}

// include runs a file whose name is known.
func (in *interp) include(x *syntax.WordExpr, name string) Value {
	once := strings.HasSuffix(x.Word, "_once")
	abs, unfit := in.includePath(name)
	if unfit != "" {
		return in.includeUnknown(in.UnknownOf(Unsafe, "runs code from "+unfit))
	}
	id := in.identity(abs)
	if slices.Contains(in.opt.Stop, abs) || in.isStop(id) {
		in.reachStop()
		return nil
	}
	slot := in.slot('i', id)
	if once {
		switch done := in.st.Get(slot).(type) {
		case Bool:
			return Bool(true)
		case *Unknown:
			return in.SplitValue(done, func(first bool) Value {
				if first {
					return Bool(true)
				}
				return in.includeFile(x, abs, slot)
			})
		}
	}
	return in.includeFile(x, abs, slot)
}

// isStop reports whether the evaluation ends at the file with this identity.
func (in *interp) isStop(id string) bool {
	for _, s := range in.opt.Stop {
		if in.identity(s) == id {
			return true
		}
	}
	return false
}

// identity returns the real path of a file; abs itself if it has none.
func (in *interp) identity(abs string) string {
	if real, err := in.opt.Files.Resolve(abs); err == nil {
		return real
	}
	return abs
}

// reachStop joins this world with the others that reach WordPress, and ends it. WordPress
// first copies $table_prefix from the scope that requires it to the global scope.
func (in *interp) reachStop() {
	if in.frame != in.globals {
		v := in.load(in.varPlace(in.frame, "table_prefix"))
		in.assign(in.varPlace(in.globals, "table_prefix"), v)
	}
	if in.snapWhy == nil {
		in.snapWhy = in.why
	}
	why := FirstUnknown(in.snapWhy, in.why)
	if why == nil {
		why = in.splitReason(nil)
	}
	joined := in.join(in.snapshot, in.fork(in.st), why)
	in.snapshot = joined
	panic(in.endWorld("reaches WordPress"))
}

const vendorDir = "/vendor/"

// VendorDirs is the slot with the vendor folders that files were included from.
const VendorDirs = "vendor.dirs"

// enterVendor records that a file of a vendor folder was included.
func (in *interp) enterVendor(file string) {
	in.Store("vendor", Bool(true))
	for _, name := range in.lib.VendorMaps {
		if in.Load(name) == nil {
			in.Store(name, NewArray()) // so that worlds that write the map can be joined with those that do not
		}
	}
	dir := file[:strings.LastIndex(file, vendorDir)+len(vendorDir)-1]
	old, known := in.Load(VendorDirs).(String)
	if !known && in.Load(VendorDirs) != nil {
		return // worlds differ
	}
	if !strings.Contains("\n"+string(old)+"\n", "\n"+dir+"\n") {
		in.Store(VendorDirs, String(strings.TrimPrefix(string(old)+"\n"+dir, "\n")))
	}
}

func (in *interp) includeFile(x *syntax.WordExpr, abs string, slot int) Value {
	text, u, ok := in.ReadFile(abs)
	switch {
	case u != nil:
		return in.includeUnknown(u)
	case !ok && strings.HasPrefix(x.Word, "require"):
		panic(in.endWorld("stops because a required file cannot be opened"))
	case !ok:
		return Bool(false)
	}
	in.st.Set(slot, Bool(true))
	if strings.Contains(abs, vendorDir) {
		in.enterVendor(abs)
		return in.UnknownOf(Undecidable, "depends on what a library file returns")
	}
	if in.codeFiles >= in.opt.Limits.Files || in.calls >= in.opt.Limits.Depth {
		panic(in.Refuse(Undecidable, "exceeds a limit: includes more than %d files, or nests them deeper than %d", in.opt.Limits.Files, in.opt.Limits.Depth))
	}
	in.recordCode(abs)
	return in.runText(abs, text)
}

// runText parses and runs code. Code that PHP cannot parse throws a ParseError.
func (in *interp) runText(name, text string) Value {
	src, bad := in.parsed(name, text)
	if bad != nil {
		in.MayThrow()
		panic(&worldEndError{&Refusal{Class: Syntax, File: bad.File, Line: bad.Line, Message: bad.Msg}})
	}
	return in.runSource(src)
}

// evalText evaluates eval($v).
func (in *interp) evalText(v Value) Value {
	if u, ok := v.(*Unknown); ok {
		c := *Opaque(u)
		c.Class, c.Reason = Unsafe, "runs code that is not known: "+c.Reason
		return in.includeUnknown(&c)
	}
	code := in.StringOf(v)
	if in.calls >= in.opt.Limits.Depth {
		panic(in.Refuse(Undecidable, "exceeds a limit: calls are nested deeper than %d", in.opt.Limits.Depth))
	}
	val := in.runText(in.file()+"("+ToString(Int(int64(in.pos.Line)))+") : eval()'d code", "<?php "+code)
	if val == Value(Int(1)) && !strings.Contains(code, "return") {
		val = Null
	}
	return val
}

// includePath returns the absolute path of an included file. unfit is as for Path.
func (in *interp) includePath(name string) (abs, unfit string) {
	abs, unfit = in.Path(name)
	if unfit != "" && strings.Contains(name, ":") || strings.HasPrefix(name, "/") {
		return abs, unfit
	}
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		return abs, unfit
	}
	if v := in.Load(includeSlot); v != nil && v.Kind() == KindUnknown {
		return "", "an include_path that is not known"
	}
	if unfit != "" {
		return "", unfit
	}
	if _, err := in.opt.Files.Stat(abs); err == nil || in.Rewritten(abs) != nil {
		return abs, ""
	}
	return in.Path(dirname(in.file()) + "/" + name)
}

// ReadFile reads a whole file, within the limits. ok is false where PHP would warn and
// return false. unknown is set for a path outside the site's home or through a stream
// wrapper.
func (in *interp) ReadFile(name string) (text string, unknown *Unknown, ok bool) {
	abs, unfit := in.Path(name)
	if unfit != "" {
		return "", in.UnknownOf(Unsafe, "reads from "+unfit), false
	}
	in.Steps(32)
	if u := in.Rewritten(abs); u != nil {
		return "", u, false
	}
	info, err := in.opt.Files.Stat(abs)
	if err != nil {
		return in.unread(err)
	}
	if info.IsDir() {
		return "", nil, false
	}
	if !info.Mode().IsRegular() || info.Size() > int64(in.opt.Limits.FileSize) {
		return "", in.UnknownOf(Unreadable, "needs a file that is not a regular file or is too large"), false
	}
	in.Alloc(int(info.Size()) + 512)
	b, err := in.opt.Files.ReadFile(abs)
	if err != nil {
		return in.unread(err)
	}
	if len(b) > in.opt.Limits.FileSize {
		return "", in.UnknownOf(Unreadable, "needs a file that is too large"), false
	}
	if _, seen := in.read[abs]; !seen {
		in.read[abs] = 0
	}
	return string(b), nil, true
}

// unread returns what ReadFile returns for an error of Files.
func (in *interp) unread(err error) (string, *Unknown, bool) {
	switch c := in.opt.Errors; {
	case c != nil && c.Outside(err):
		return "", in.UnknownOf(Unsafe, "reads a file outside the site's home").From(OriginHome), false
	case c != nil && c.Irregular(err):
		return "", in.UnknownOf(Unreadable, "needs a file that is not a regular file"), false
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, false
	}
	return "", in.UnknownOf(Unreadable, "needs a file that cannot be read"), false
}

// Path makes a file name absolute, from the working directory. If that is not
// possible, unfit is the stream wrapper ("http://").
func (in *interp) Path(name string) (abs, unfit string) {
	if i := strings.Index(name, "://"); i > 0 {
		s := syntax.Lower(name[:i])
		if s != "file" {
			return "", s + "://"
		}
		name = name[i+3:]
	}
	if strings.HasPrefix(syntax.Lower(name), "data:") {
		return "", "data:"
	}
	if strings.IndexByte(name, 0) >= 0 {
		return "/\x00", ""
	}
	if !strings.HasPrefix(name, "/") {
		name = in.opt.DocRoot + "/" + name
	}
	if strings.Contains(name+"/", "/../") {
		name = tidy(name)
		if real, err := in.opt.Files.Resolve(name); err == nil {
			return real, ""
		}
		return name, ""
	}
	return path.Clean(name), ""
}

// tidy removes empty and "." components. It keeps "..": if a symlink is before it, the
// parent of the symlink is not the parent of its target.
func tidy(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "/") {
		if part != "" && part != "." {
			b.WriteByte('/')
			b.WriteString(part)
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}
