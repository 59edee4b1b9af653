package eval

import (
	"maps"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

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
	strict := !to.weak && in.Src != nil && in.Src.Strict
	args = in.arguments(to.fn, args, coercionRules{what: to.name + "()", strict: strict, self: to.class, static: to.static})
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
