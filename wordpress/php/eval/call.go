package eval

import (
	"maps"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// A callee is the function or method that a call runs.
type callee struct {
	name       string
	fn         *syntax.FuncDecl
	builtin    *Function
	calledName string // the name of the called method, if __call runs in its place
	this       *Object
	class      *PHPClass // the class that the code belongs to
	static     *PHPClass
	closure    *closure
	unknown    *Unknown // not nil if it is not known which function runs
}

// A closure is a function as a value.
type closure struct {
	callee
	id    int // distinguishes its static variables from those of other closures
	names []string
	vals  []Value // the values of the variables in names
}

func (in *interp) calleeOf(x *syntax.CallExpr) *callee {
	if name, ok := x.Fn.(*syntax.NameExpr); ok {
		return in.function(name.Name, name.Fallback)
	}
	v := in.eval(x.Fn)
	return in.callable(v)
}

// function returns the function of a name: one of the program, or one of PHP.
func (in *interp) function(name, fallback string) *callee {
	for _, n := range []string{name, fallback} {
		if n == "" {
			continue
		}
		low := syntax.Lower(n)
		if d, ok := in.st.Get(in.slot('f', low)).(*definition); ok {
			if f, builtin := in.lib.Functions[low]; builtin && !f.Vendor && d.maybe != nil {
				return &callee{unknown: d.maybe} // a function of the program or of PHP
			}
			return in.userFunction(n, d)
		}
		if f, ok := in.lib.Functions[low]; ok && in.exists(&f) {
			return &callee{name: low, builtin: &f}
		}
	}
	if in.st.poison != nil {
		return &callee{unknown: in.st.poison}
	}
	if in.vendor() {
		return &callee{unknown: in.UnknownOf(Unsafe, "needs code of a vendor folder, which is not run")}
	}
	panic(in.Throw("Error", "Call to undefined function "+name+"()"))
}

func (in *interp) userFunction(name string, d *definition) *callee {
	if d.fn == nil {
		u, _ := d.v.(*Unknown)
		return &callee{unknown: FirstUnknown(u, d.maybe)}
	}
	if d.maybe != nil {
		in.MayThrow()
	}
	return &callee{name: name, fn: d.fn}
}

// vendor reports whether a file of a vendor folder was included. From then on, the models
// of libraries exist.
func (in *interp) vendor() bool {
	v := in.st.Get(in.slot('m', "vendor"))
	return v != nil && v.Kind() != KindNull
}

// exists reports whether a builtin certainly exists in the current world.
func (in *interp) exists(f *Function) bool {
	if f.After != "" && in.st.Get(in.slot('m', f.After)) != Value(Bool(true)) {
		return false
	}
	return !f.Vendor || in.vendor()
}

// callable returns the callee of a value: a closure, a name, or a class and method.
func (in *interp) callable(v Value) *callee {
	switch v := v.(type) {
	case *Object:
		if v.fn != nil {
			c := v.fn.callee
			c.closure = v.fn
			return &c
		}
		panic(in.Throw("Error", "Object of type "+v.Class.Name+" is not callable"))
	case String:
		if i := strings.Index(string(v), "::"); i > 0 {
			return in.staticCallee(string(v[:i]), string(v[i+2:]))
		}
		name := string(v)
		if name != "" && name[0] == '\\' {
			name = name[1:]
		}
		return in.function(name, "")
	case *Array:
		return in.callableArray(v)
	case *Unknown:
		return &callee{unknown: v}
	}
	panic(in.Throw("Error", "Value not callable"))
}

func (in *interp) callableArray(a *Array) *callee {
	if u := in.UnknownIn(a); u != nil {
		return &callee{unknown: u}
	}
	first, _ := a.Get(IntKey(0))
	second, _ := a.Get(IntKey(1))
	name, ok := second.(String)
	if a.Len() != 2 || !ok || first == nil {
		panic(in.Throw("Error", "Array callback must have exactly two elements"))
	}
	switch first := Present(first).(type) {
	case *Object:
		return in.methodCallee(first, string(name))
	case String:
		return in.staticCallee(string(first), string(name))
	}
	panic(in.Throw("Error", "First array member is not a valid class name or object"))
}

// callUnknown calls an unknown function: anything may have changed afterwards.
func (in *interp) callUnknown(u *Unknown, args []syntax.Arg) Value {
	for _, a := range args {
		in.eval(a.X)
	}
	in.Poison(u)
	in.Steps(64)
	return Opaque(u)
}

// callWith evaluates arguments and calls a callee with them.
func (in *interp) callWith(to *callee, args []syntax.Arg, first bool) Value {
	switch {
	case first:
		panic(in.Unsupported("a first-class callable"))
	case to.unknown != nil:
		return in.callUnknown(to.unknown, args)
	case to.builtin != nil:
		in.plainArgs(args)
		return in.callBuiltin(to, args)
	}
	return in.call(to, in.evalArgs(args))
}

// unpacked is a feature that is not evaluated.
const unpacked = "an unpacked array"

// plainArgs panics if an argument is named or unpacked.
func (in *interp) plainArgs(args []syntax.Arg) {
	for _, a := range args {
		switch {
		case a.Name != "":
			panic(in.Unsupported("a named argument"))
		case a.Spread:
			panic(in.Unsupported(unpacked))
		}
	}
}

// evalArgs evaluates the arguments of a function of the program.
func (in *interp) evalArgs(args []syntax.Arg) []Value {
	in.plainArgs(args)
	in.Alloc(16 * len(args))
	vals := make([]Value, len(args))
	for i, a := range args {
		vals[i] = Share(in.eval(a.X))
	}
	return vals
}

// call runs a function or method with evaluated arguments.
func (in *interp) call(to *callee, args []Value) Value {
	switch {
	case to.unknown != nil:
		in.Poison(to.unknown)
		return Opaque(to.unknown)
	case to.builtin != nil:
		return in.apply(to, args, make([]*place, len(args)))
	case to.fn.Generator:
		panic(in.Unsupported("a generator"))
	case to.fn.RefReturn:
		panic(in.Unsupported("a function that returns a reference"))
	}
	if to.calledName != "" {
		args = []Value{String(to.calledName), ListOf(args...)}
	}
	if in.calls >= in.opt.Limits.Depth {
		panic(in.Refuse(Undecidable, "exceeds a limit: calls are nested deeper than %d", in.opt.Limits.Depth))
	}
	in.Alloc(512 + 64*len(to.fn.Params))
	f := in.newFrame()
	f.fn, f.class, f.static, f.this = to.fn, to.class, to.static, to.this
	if to.closure != nil {
		f.closure = to.closure.id
	}
	args = in.arguments(to.fn, args, coercionRules{what: to.name + "()", strict: in.strict(), self: to.class, static: to.static})
	v := in.withFrame(f, to.fn.File, func() Value {
		return in.runBody(Null, func() error {
			in.bind(to, f, args)
			if to.fn.Arrow != nil {
				return &jump{kind: jumpReturn, val: in.eval(to.fn.Arrow)}
			}
			return in.exec(to.fn.Body)
		})
	})
	in.release(f)
	return in.coerceResult(to, v)
}

// runBody runs the body of a function or a file, and joins all worlds that return from
// it. end is the value if the body has no return.
func (in *interp) runBody(end Value, run func() error) Value {
	base, leave := in.mark()
	err := in.attempt(run)
	leave()
	v, err := in.joinJumps(base, err, end, func(j *jump) (Value, bool) {
		if j == nil || j.kind != jumpReturn {
			return nil, false
		}
		return j.val, true
	})
	if err != nil {
		panic(err)
	}
	return v
}

// splitReason returns the unknown that separates the worlds: v if it is one, else the
// reason of the innermost split.
func (in *interp) splitReason(v Value) *Unknown {
	if u, ok := v.(*Unknown); ok {
		return u
	}
	if in.why != nil {
		return in.why
	}
	return in.UnknownOf(Undecidable, "depends on a condition that is not known")
}

// release deletes the variables of a function that has returned.
func (in *interp) release(f *frame) {
	for _, slot := range f.vars {
		in.st.Set(slot, nil)
	}
}

// bind sets the parameters of a function, and the variables that a closure captured.
func (in *interp) bind(to *callee, f *frame, args []Value) {
	for i, p := range to.fn.Params {
		v := args[i]
		if v == nil {
			v = in.eval(p.Default)
			if v.Kind() == KindInt && p.Type != nil && !p.Type.Accepts("int", "mixed") {
				v = in.coerce(v, p.Type, coercionRules{what: to.name + "()"})
			}
		}
		in.st.Set(in.varPlace(f, p.Name).slot, Share(v))
		if p.Promote && f.this != nil {
			in.SetProp(f.this, p.Name, v)
		}
	}
	if to.closure == nil {
		return
	}
	for i, name := range to.closure.names {
		in.st.Set(in.varPlace(f, name).slot, Share(to.closure.vals[i]))
	}
}

// makeClosure evaluates function () use ($x) {…} and fn () => ….
func (in *interp) makeClosure(x *syntax.ClosureExpr) Value {
	in.serial++
	c := &closure{id: in.serial, callee: callee{name: "{closure}", fn: x.Fn, class: in.frame.class, static: in.frame.static, this: in.frame.this}}
	in.Alloc(256 + 64*(len(x.Uses)+len(in.frame.vars)))
	if x.Static {
		c.this = nil
	}
	var names []string
	for _, u := range x.Uses {
		if u.Ref {
			panic(in.Unsupported("a closure that uses a variable by reference"))
		}
		names = append(names, u.Name)
	}
	if x.Arrow {
		names = slices.Collect(maps.Keys(in.frame.vars))
	}
	for _, name := range names {
		v := in.load(in.varPlace(in.frame, name))
		parameter := slices.ContainsFunc(x.Fn.Params, func(p syntax.Param) bool { return p.Name == name })
		if !x.Arrow || v.Kind() != KindNull && !parameter {
			c.names, c.vals = append(c.names, name), append(c.vals, Share(v))
		}
	}
	return &Object{Class: in.natives["closure"], fn: c}
}

// withFrame runs code with the given frame and source file.
func (in *interp) withFrame(f *frame, src *syntax.Source, run func() Value) Value {
	frame, outer, pos := in.frame, in.Src, in.pos
	in.calls++
	defer func() {
		in.frame, in.Src, in.pos = frame, outer, pos
		in.calls--
	}()
	if in.frame, in.Src = f, src; src != outer {
		in.pos = syntax.Pos{}
	}
	return run()
}

// arguments returns a value for each parameter, converted to its type: nil if the default
// is to be used.
func (in *interp) arguments(fn *syntax.FuncDecl, args []Value, by coercionRules) []Value {
	out := make([]Value, 0, len(args))
	for i, p := range fn.Params {
		switch {
		case p.Ref:
			panic(in.Unsupported("a parameter by reference"))
		case p.Variadic:
			rest := NewArray()
			for _, v := range args[min(i, len(args)):] {
				rest.Push(Share(in.coerce(v, p.Type, by)))
			}
			out = append(out, rest)
		case i < len(args) && args[i].Kind() == KindNull && isNullLiteral(p.Default):
			out = append(out, Null)
		case i < len(args):
			out = append(out, in.coerce(args[i], p.Type, by))
		case p.Default == nil:
			panic(in.Throw("ArgumentCountError", "Too few arguments to function "+fn.Name+"()"))
		default:
			out = append(out, nil)
		}
	}
	return out
}
