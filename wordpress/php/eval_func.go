package php

// run1 calls a function of the program with evaluated arguments.
func (in *interp) run1(to *callee, args []Value, named *Array, pos at) (Value, error) {
	switch {
	case to.unknown != nil:
		in.poison(to.unknown)
		return opaque(to.unknown), nil
	case to.builtin != nil:
		return in.apply(to, args, make([]target, len(args)), pos)
	case to.magic != nil:
		plain := *to
		plain.magic = nil
		return in.run1(&plain, []Value{strVal(*to.magic), listOf(args...)}, nil, pos)
	case to.fn.generator:
		return in.unknownAt(Undecidable, pos, "depends on a generator"), nil
	}
	if in.calls >= in.opt.Limits.Depth {
		return nil, in.refuse(Undecidable, pos, "evaluate: calls are nested deeper than %d", in.opt.Limits.Depth)
	}
	if err := in.alloc(512+64*len(to.fn.params), pos); err != nil {
		return nil, err
	}
	f := in.newFrame()
	f.fn, f.class, f.static, f.this = to.fn, to.class, to.static, to.this
	f.args, f.caller = args, in.frame
	if to.closure != nil {
		f.closure = to.closure.id
	}
	frame, src, trying := in.frame, in.src, in.trying
	base, end := in.mark()
	in.calls++
	in.frame, in.src = f, to.fn.file
	v, err := in.body(to, f, args, named, pos)
	in.frame, in.src, in.trying = frame, src, trying
	in.refReturn = in.refReturn || to.fn.refReturn
	in.calls--
	end()
	if v, err = in.returned(f, base, v, err); err != nil || to.fn.arrow != nil {
		return v, err
	}
	return in.coerceResult(to.fn, v, pos)
}

// body binds the arguments and runs the function.
func (in *interp) body(to *callee, f *frame, args []Value, named *Array, pos at) (Value, error) {
	if err := in.bindParams(to.fn, f, args, named, pos); err != nil {
		return nil, err
	}
	if to.closure != nil {
		for i, name := range to.closure.names {
			in.st.set(in.varPlace(f, name, pos).slot, share(to.closure.vals[i]))
		}
	}
	if to.fn.arrow != nil {
		v, err := in.eval(to.fn.arrow)
		if err != nil {
			return nil, err
		}
		return in.coerceResult(to.fn, v, pos)
	}
	err := in.exec(to.fn.body)
	if err == nil {
		return null, nil
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
	return in.unknownAt(Undecidable, at{}, "depends on an exception")
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
		in.st.set(slot, nil)
	}
}

func (in *interp) bindParams(fn *funcDecl, f *frame, args []Value, named *Array, pos at) error {
	if n := len(fn.params); named != nil && (n == 0 || !fn.params[n-1].variadic) && fn.left(named).len() > 0 {
		return in.throw("Error", "Unknown named parameter", pos)
	}
	for i, p := range fn.params {
		slot := in.varPlace(f, p.name, pos).slot
		if p.variadic {
			in.st.set(slot, restArgs(args, i, fn.left(named)))
			return nil
		}
		if named != nil && i < len(args) {
			if _, twice := named.get(key{s: p.name, str: true}); twice {
				return in.throw("Error", "Named parameter $"+p.name+" overwrites previous argument", pos)
			}
		}
		v, ok := argument(args, named, i, p.name)
		if !ok {
			if p.def == nil {
				return in.throw("ArgumentCountError", "Too few arguments to function "+fn.name+"()", pos)
			}
			def, err := in.eval(p.def)
			if err != nil {
				return err
			}
			v = def
		} else if v.kind() != kRef {
			c, err := in.coerce(v, p.typ, p.def, fn, pos)
			if err != nil {
				return err
			}
			v = c
		}
		in.st.set(slot, share(v))
		if p.promote && f.this != nil {
			if err := in.setProp(f.this, p.name, in.deref(v), pos); err != nil {
				return err
			}
		}
	}
	return nil
}

// left are the named arguments that no parameter has the name of.
func (f *funcDecl) left(named *Array) *Array {
	if named == nil {
		return nil
	}
	out := newArray()
	named.each(func(k key, v Value) bool {
		for _, p := range f.params {
			if p.name == k.s && !p.variadic {
				return true
			}
		}
		out.set(k, v)
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
	return named.get(key{s: name, str: true})
}

func restArgs(args []Value, from int, named *Array) *Array {
	rest := newArray()
	for _, v := range args[min(from, len(args)):] {
		rest.push(share(v))
	}
	if named != nil {
		named.each(func(k key, v Value) bool {
			rest.set(k, share(v))
			return true
		})
	}
	return rest
}

// coerce converts an argument to a declared scalar type, as PHP does without
// strict types.
func (in *interp) coerce(v Value, t *typeHint, def expr, fn *funcDecl, pos at) (Value, error) {
	if t == nil || t.inter {
		return v, nil
	}
	if u, ok := v.(*Unknown); ok {
		return in.coerceUnknown(u, t, def, fn, pos)
	}
	if v.kind() == kNull {
		if t.nullable || t.accepts("null", "mixed") || isNullLiteral(def) {
			return v, nil
		}
		return nil, in.throw("TypeError", fn.name+"(): null given for a parameter that takes none", pos)
	}
	if in.fits(v, t) {
		return v, nil
	}
	if c := weaken(v, t); c != nil && !(fn.file != nil && in.strictCaller() && v.kind() != kInt) {
		return c, nil
	}
	return nil, in.throw("TypeError", fn.name+"(): argument of type "+typeWord(v)+" given", pos)
}

// coerceUnknown converts each of the values that an unknown may be.
func (in *interp) coerceUnknown(u *Unknown, t *typeHint, def expr, fn *funcDecl, pos at) (Value, error) {
	if u.alts == nil {
		return u, in.mayFail(u, true, pos)
	}
	return in.lift([]Value{u}, pos, func(vals []Value) (Value, error) {
		return in.coerce(vals[0], t, def, fn, pos)
	})
}

func (in *interp) strictCaller() bool { return in.src != nil && in.src.strict }

func isNullLiteral(x expr) bool {
	l, ok := x.(*litExpr)
	return ok && l.v.kind() == kNull
}

func (t *typeHint) accepts(names ...string) bool {
	for _, n := range names {
		for _, m := range t.names {
			if m == n {
				return true
			}
		}
	}
	return false
}

// fits reports whether a value is of the type without conversion.
func (in *interp) fits(v Value, t *typeHint) bool {
	switch v := v.(type) {
	case boolVal:
		return t.accepts("mixed", "bool") || bool(v) && t.accepts("true") || !bool(v) && t.accepts("false")
	case intVal:
		return t.accepts("mixed", "int")
	case floatVal:
		return t.accepts("mixed", "float")
	case strVal:
		return t.accepts("mixed", "string", "callable")
	case *Array:
		return t.accepts("mixed", "array", "iterable", "callable")
	case *Object:
		if t.accepts("mixed", "object", "self", "static", "callable", "iterable") {
			return true
		}
		for _, n := range t.names {
			if v.class.isA(n) {
				return true
			}
		}
		return false
	}
	return true
}

// weaken converts between scalars; nil if PHP would not.
func weaken(v Value, t *typeHint) Value {
	if v.kind() >= kArray {
		return nil
	}
	number, numeric := v, v.kind() != kString
	if s, ok := v.(strVal); ok {
		number, numeric = isNumeric(string(s))
	}
	f, isFloat := number.(floatVal)
	switch {
	case t.accepts("int") && numeric && (!isFloat || float64(f) == float64(int64(f))):
		return intVal(toInt(number))
	case t.accepts("float") && numeric:
		return floatVal(toFloat(number))
	case t.accepts("string"):
		return strVal(toString(v))
	case t.accepts("bool"):
		return boolVal(toBool(v))
	}
	return nil
}

// coerceResult converts what a function returns.
func (in *interp) coerceResult(fn *funcDecl, v Value, pos at) (Value, error) {
	t := fn.result
	if u, ok := v.(*Unknown); ok && u.alts != nil && t != nil {
		return in.lift([]Value{v}, pos, func(vals []Value) (Value, error) { return in.coerceResult(fn, vals[0], pos) })
	}
	if t == nil || t.inter || v.kind() >= kArray || v.kind() == kNull && (t.nullable || t.accepts("null", "mixed", "void")) || in.fits(v, t) && v.kind() != kNull {
		return v, nil
	}
	if v.kind() != kNull {
		if c := weaken(v, t); c != nil {
			return c, nil
		}
	}
	return nil, in.throw("TypeError", fn.name+"(): Return value is of type "+typeWord(v), pos)
}

// takes reports whether a function has a parameter of that name.
func (f *funcDecl) takes(name string) bool {
	for _, p := range f.params {
		if p.name == name {
			return true
		}
	}
	return false
}

// makeClosure evaluates function () use ($x) {…} and fn () => ….
func (in *interp) makeClosure(x *closureExpr) (Value, error) {
	in.serial++
	c := &closure{id: in.serial, callee: callee{name: "{closure}", fn: x.fn, class: in.frame.class, static: in.frame.static}}
	if !x.static {
		c.this = in.frame.this
	}
	if err := in.alloc(256+64*(len(x.uses)+len(in.frame.vars)), x.at); err != nil {
		return nil, err
	}
	for _, u := range x.uses {
		p := in.varPlace(in.frame, u.name, x.at)
		v, err := in.load(p)
		if u.ref {
			v, err = in.reference(p)
		}
		if err != nil {
			return nil, err
		}
		c.names, c.vals = append(c.names, u.name), append(c.vals, share(v))
	}
	if x.arrow {
		for name := range in.frame.vars {
			v, err := in.load(in.varPlace(in.frame, name, x.at))
			if err != nil {
				return nil, err
			}
			if v.kind() != kNull && !x.fn.takes(name) {
				c.names, c.vals = append(c.names, name), append(c.vals, share(v))
			}
		}
	}
	return &Object{class: in.natives["closure"], fn: c}, nil
}
