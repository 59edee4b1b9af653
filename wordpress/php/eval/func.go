package eval

import (
	"maps"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// run1 calls a function of the program with evaluated arguments.
func (in *interp) run1(to *callee, args []Value, pos syntax.Pos) (Value, error) {
	switch {
	case to.unknown != nil:
		in.Poison(to.unknown)
		return Opaque(to.unknown), nil
	case to.builtin != nil:
		return in.apply(to, args, make([]target, len(args)), pos)
	case to.fn.Generator:
		return nil, in.unsupported(pos, "a generator")
	}
	if to.through != "" {
		args = []Value{String(to.through), ListOf(args...)}
	}
	if in.calls >= in.opt.Limits.Depth {
		return nil, in.Refuse(Undecidable, pos, "evaluate: calls are nested deeper than %d", in.opt.Limits.Depth)
	}
	if err := in.Alloc(512+64*len(to.fn.Params), pos); err != nil {
		return nil, err
	}
	f := in.newFrame()
	f.fn, f.class, f.static, f.this = to.fn, to.class, to.static, to.this
	if to.closure != nil {
		f.closure = to.closure.id
	}
	frame, src, trying := in.frame, in.Src, in.trying
	strict := !to.weak && src != nil && src.Strict
	base, end := in.mark()
	in.calls++
	in.frame, in.Src = f, to.fn.File
	v, err := in.body(to, f, args, typing{what: to.name + "()", strict: strict, self: to.class, static: to.static, pos: pos})
	in.frame, in.Src, in.trying = frame, src, trying
	in.calls--
	end()
	if r, ok := err.(*Refusal); ok && r.File == "" && src != nil && to.fn.File != src {
		err = in.unsupported(pos, "such a call of "+to.name+"()")
	}
	if v, err = in.returned(f, base, v, err); err != nil || to.fn.Arrow != nil {
		return v, err
	}
	if to.fn.RefReturn {
		return nil, in.unsupported(pos, "a function that returns a reference")
	}
	return in.coerceResult(to, v, pos)
}

// body binds the arguments and runs the function.
func (in *interp) body(to *callee, f *frame, args []Value, by typing) (Value, error) {
	pos := by.pos
	if err := in.bind(to, f, args, by); err != nil {
		return nil, err
	}
	if to.fn.Arrow != nil {
		v, err := in.eval(to.fn.Arrow)
		if err != nil {
			return nil, err
		}
		return in.coerceResult(to, v, pos)
	}
	err := in.exec(to.fn.Body)
	if err == nil {
		return Null, nil
	}
	return nil, err
}

// returned joins the ways out of a function.
func (in *interp) returned(f *frame, base int, v Value, err error) (Value, error) {
	if fatal(err) {
		return nil, err
	}
	live := err == nil
	if j, ok := err.(*jump); ok && j.kind == jumpReturn {
		v, live = j.val, true
	}
	if d, ok := err.(*dead); ok {
		in.note(d)
	}
	away, st := err, in.st
	v, back, fail := in.take(base, live, v, func(err error) (Value, bool) {
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
	if t, ok := away.(*thrown); ok && !live {
		if err := in.wait([]outcome{{t, st, in.whyOr(v)}}); err != nil {
			return nil, err
		}
	}
	in.release(f)
	return v, nil
}

// whyOr is what told the worlds apart, as far as is known.
func (in *interp) whyOr(v Value) *Unknown {
	if u, ok := v.(*Unknown); ok {
		return u
	}
	if in.why != nil {
		return in.why
	}
	return in.unknownAt(Undecidable, syntax.Pos{}, "depends on an exception")
}

// whyOf is what told the worlds that wait from the present one.
func (in *interp) whyOf(waiting []outcome) *Unknown {
	if len(waiting) > 0 {
		return waiting[0].why
	}
	return in.whyOr(nil)
}

// release forgets a function's variables.
func (in *interp) release(f *frame) {
	for _, slot := range f.vars {
		in.st.Set(slot, nil)
	}
}

// bind gives the parameters, and the variables that a closure uses, their values.
func (in *interp) bind(to *callee, f *frame, args []Value, by typing) error {
	for i, p := range to.fn.Params {
		v, err := in.parameter(to.fn, args, i, by)
		if err != nil {
			return err
		}
		in.st.Set(in.varPlace(f, p.Name, by.pos).slot, Share(v))
		if p.Promote && f.this != nil {
			if err := in.SetProp(f.this, p.Name, v, by.pos); err != nil {
				return err
			}
		}
	}
	if to.closure == nil {
		return nil
	}
	for i, name := range to.closure.names {
		in.st.Set(in.varPlace(f, name, by.pos).slot, Share(to.closure.vals[i]))
	}
	return nil
}

// parameter returns the value of parameter i.
func (in *interp) parameter(fn *syntax.FuncDecl, args []Value, i int, by typing) (Value, error) {
	p := fn.Params[i]
	switch {
	case p.Ref:
		return nil, in.unsupported(by.pos, "a parameter by reference")
	case p.Variadic:
		rest := NewArray()
		for _, v := range args[min(i, len(args)):] {
			c, err := in.coerce(v, p.Type, by)
			if err != nil {
				return nil, err
			}
			rest.Push(Share(c))
		}
		return rest, nil
	case i < len(args):
		if args[i].Kind() == KindNull && isNullLiteral(p.Default) {
			return Null, nil
		}
		return in.coerce(args[i], p.Type, by)
	case p.Default == nil:
		return nil, in.Throw("ArgumentCountError", "Too few arguments to function "+fn.Name+"()", by.pos)
	}
	v, err := in.eval(p.Default)
	if err == nil && v.Kind() == KindInt && p.Type != nil && !p.Type.Accepts("int", "mixed") {
		return in.coerce(v, p.Type, by)
	}
	return v, err
}

// makeClosure evaluates function () use ($x) {…} and fn () => ….
func (in *interp) makeClosure(x *syntax.ClosureExpr) (Value, error) {
	in.serial++
	c := &closure{id: in.serial, callee: callee{name: "{closure}", fn: x.Fn, class: in.frame.class, static: in.frame.static, this: in.frame.this}}
	if err := in.Alloc(256+64*(len(x.Uses)+len(in.frame.vars)), x.Pos); err != nil {
		return nil, err
	}
	if x.Static {
		c.this = nil
	}
	var names []string
	for _, u := range x.Uses {
		if u.Ref {
			return nil, in.unsupported(x.Pos, "a closure that uses a variable by reference")
		}
		names = append(names, u.Name)
	}
	if x.Arrow {
		names = slices.Collect(maps.Keys(in.frame.vars))
	}
	for _, name := range names {
		v, err := in.Load(in.varPlace(in.frame, name, x.Pos))
		if err != nil {
			return nil, err
		}
		parameter := slices.ContainsFunc(x.Fn.Params, func(p syntax.Param) bool { return p.Name == name })
		if !x.Arrow || v.Kind() != KindNull && !parameter {
			c.names, c.vals = append(c.names, name), append(c.vals, Share(v))
		}
	}
	return &Object{Class: in.natives["closure"], fn: c}, nil
}
