package eval

import (
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
	weak       bool     // PHP itself makes the call, without strict types
	direct     bool     // a builtin that the source calls by its name
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
		to := in.function(name.Name, name.Fallback)
		if to != nil && to.builtin != nil {
			to.direct = to.name == syntax.Lower(name.Name)
		}
		return to
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

// Invoke calls a PHP callable for a builtin.
func (in *interp) invoke(fn Value, args []Value, weak bool) Value {
	to := in.callable(fn)
	to.weak = weak
	for _, v := range args {
		Share(v)
	}
	return in.call(to, args)
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
