package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// run1 calls a function of the program with evaluated arguments.
func (in *interp) run1(to *callee, args []Value, named *Array, pos syntax.Pos) (Value, error) {
	switch {
	case to.unknown != nil:
		in.Poison(to.unknown)
		return Opaque(to.unknown), nil
	case to.builtin != nil:
		return in.apply(to, args, make([]target, len(args)), pos)
	case to.magic != nil:
		plain := *to
		plain.magic = nil
		return in.run1(&plain, []Value{String(*to.magic), ListOf(args...)}, nil, pos)
	case to.fn.Generator:
		return nil, in.unsupported(pos, "a generator")
	}
	if in.calls >= in.opt.Limits.Depth {
		return nil, in.Refuse(Undecidable, pos, "evaluate: calls are nested deeper than %d", in.opt.Limits.Depth)
	}
	if err := in.Alloc(512+64*len(to.fn.Params), pos); err != nil {
		return nil, err
	}
	f := in.newFrame()
	f.fn, f.class, f.static, f.this = to.fn, to.class, to.static, to.this
	f.args, f.caller = args, in.frame
	if to.closure != nil {
		f.closure = to.closure.id
	}
	frame, src, trying := in.frame, in.Src, in.trying
	strict := !to.weak && src != nil && src.Strict
	base, end := in.mark()
	in.calls++
	in.frame, in.Src = f, to.fn.File
	v, err := in.body(to, f, args, named, typing{what: to.name + "()", strict: strict, self: to.class, static: to.static, pos: pos})
	in.frame, in.Src, in.trying = frame, src, trying
	in.calls--
	end()
	if r, ok := err.(*Refusal); ok && r.File == "" && src != nil && to.fn.File != src {
		err = in.Refuse(Undecidable, pos, "evaluate: such a call of %s() is not modelled", to.name)
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
func (in *interp) body(to *callee, f *frame, args []Value, named *Array, by typing) (Value, error) {
	pos := by.pos
	if err := in.bind1(to, f, args, named, by); err != nil {
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

// bind1 gives the parameters, and what a closure uses, their values.
func (in *interp) bind1(to *callee, f *frame, args []Value, named *Array, by typing) error {
	if err := in.bindParams(to.fn, f, args, named, by); err != nil || to.closure == nil {
		return err
	}
	for i, name := range to.closure.names {
		in.st.Set(in.varPlace(f, name, by.pos).slot, Share(to.closure.vals[i]))
	}
	return nil
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

func (in *interp) bindParams(fn *syntax.FuncDecl, f *frame, args []Value, named *Array, by typing) error {
	pos := by.pos
	if n := len(fn.Params); named != nil && (n == 0 || !fn.Params[n-1].Variadic) && leftover(fn, named).Len() > 0 {
		return in.Throw("Error", "Unknown named parameter", pos)
	}
	for i, p := range fn.Params {
		slot := in.varPlace(f, p.Name, pos).slot
		if p.Variadic && p.Ref {
			return in.unsupported(pos, "a variadic parameter by reference")
		}
		if p.Variadic {
			rest, err := in.restArgs(args[min(i, len(args)):], leftover(fn, named), p, by)
			in.st.Set(slot, rest)
			return err
		}
		if named != nil && i < len(args) {
			if _, twice := named.Get(Key{S: p.Name, Str: true}); twice {
				return in.Throw("Error", "Named parameter $"+p.Name+" overwrites previous argument", pos)
			}
		}
		v, ok := argument(args, named, i, p.Name)
		if !ok {
			if p.Default == nil {
				return in.Throw("ArgumentCountError", "Too few arguments to function "+fn.Name+"()", pos)
			}
			def, err := in.eval(p.Default)
			if err != nil {
				return err
			}
			if v = def; def.Kind() == KindInt && p.Type != nil && !p.Type.Accepts("int", "mixed") {
				v, err = in.coerce(def, p.Type, by)
			}
			if err != nil {
				return err
			}
		} else {
			c, err := in.coerceArg(v, p, by)
			if err != nil {
				return err
			}
			v = c
		}
		in.st.Set(slot, Share(v))
		if p.Promote && f.this != nil {
			if err := in.SetProp(f.this, p.Name, in.deref(v), pos); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftover are the named arguments that no parameter has the name of.
func leftover(f *syntax.FuncDecl, named *Array) *Array {
	if named == nil {
		return nil
	}
	out := NewArray()
	named.Each(func(k Key, v Value) bool {
		for _, p := range f.Params {
			if p.Name == k.S && !p.Variadic {
				return true
			}
		}
		out.Set(k, v)
		return true
	})
	return out
}

func argument(args []Value, named *Array, i int, name string) (Value, bool) {
	if i < len(args) {
		return args[i], true
	}
	if named == nil {
		return nil, false
	}
	return named.Get(Key{S: name, Str: true})
}

// coerceArg converts an argument; one by reference where it lies.
func (in *interp) coerceArg(v Value, p syntax.Param, by typing) (Value, error) {
	if !p.Ref {
		v = in.deref(v)
	}
	if v.Kind() == KindNull && isNullLiteral(p.Default) {
		return v, nil
	}
	r, ok := v.(refVal)
	if !ok {
		return in.coerce(v, p.Type, by)
	}
	if old := in.deref(r); p.Type != nil && (old.Kind() != KindNull || !isNullLiteral(p.Default)) {
		c, err := in.coerce(old, p.Type, by)
		if err != nil {
			return nil, err
		}
		if c.Kind() != old.Kind() {
			in.writeCell(r, c)
		}
	}
	return v, nil
}

// restArgs is what a variadic parameter takes.
func (in *interp) restArgs(args []Value, named *Array, p syntax.Param, by typing) (*Array, error) {
	rest := NewArray()
	for _, v := range args {
		c, err := in.coerceArg(v, p, by)
		if err != nil {
			return rest, err
		}
		rest.Push(Share(c))
	}
	var err error
	if named != nil {
		named.Each(func(k Key, v Value) bool {
			if v, err = in.coerceArg(v, p, by); err == nil {
				rest.Set(k, Share(v))
			}
			return err == nil
		})
	}
	return rest, err
}

// takes reports whether a function has a parameter of that name.
func takes(f *syntax.FuncDecl, name string) bool {
	for _, p := range f.Params {
		if p.Name == name {
			return true
		}
	}
	return false
}

// makeClosure evaluates function () use ($x) {…} and fn () => ….
func (in *interp) makeClosure(x *syntax.ClosureExpr) (Value, error) {
	in.serial++
	c := &closure{id: in.serial, callee: callee{name: "{closure}", fn: x.Fn, class: in.frame.class, static: in.frame.static}}
	if !x.Static {
		c.this = in.frame.this
	}
	if err := in.Alloc(256+64*(len(x.Uses)+len(in.frame.vars)), x.Pos); err != nil {
		return nil, err
	}
	for _, u := range x.Uses {
		p := in.varPlace(in.frame, u.Name, x.Pos)
		v, err := in.Load(p)
		if u.Ref {
			v, err = in.reference(p)
		}
		if err != nil {
			return nil, err
		}
		c.names, c.vals = append(c.names, u.Name), append(c.vals, Share(v))
	}
	if x.Arrow {
		for name := range in.frame.vars {
			v, err := in.Load(in.varPlace(in.frame, name, x.Pos))
			if err != nil {
				return nil, err
			}
			if v.Kind() != KindNull && !takes(x.Fn, name) {
				c.names, c.vals = append(c.names, name), append(c.vals, Share(v))
			}
		}
	}
	return &Object{Class: in.natives["closure"], fn: c}, nil
}
