package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// callBuiltin evaluates the arguments of a builtin, then calls it.
func (in *interp) callBuiltin(to *callee, args []syntax.Arg) Value {
	vals, targets := make([]Value, len(args)), make([]*place, len(args))
	for i, a := range args {
		if to.builtin.ByRef(i) && isPlace(a.X) {
			vals[i], targets[i] = in.builtinTarget(a.X)
		} else if vals[i] = in.eval(a.X); to.builtin.ByRef(i) && !to.builtin.Unmodelled && !isCall(a.X) {
			panic(in.Unsupported("an argument by reference that is not a variable"))
		}
		Share(vals[i])
	}
	return in.apply(to, vals, targets)
}

// builtinTarget returns the place of an argument that a builtin takes by reference, and
// its value.
func (in *interp) builtinTarget(x syntax.Expr) (Value, *place) {
	p := in.place(x)
	if n := len(p.path); n > 0 && p.path[n-1].push {
		return Null, p
	}
	return in.load(p), p
}

func isCall(x syntax.Expr) bool {
	switch x.(type) {
	case *syntax.CallExpr, *syntax.MethodExpr, *syntax.StaticCallExpr, *syntax.NewExpr:
		return true
	}
	return false
}

// ByRef reports whether an argument is taken by reference.
func (f *Function) ByRef(i int) bool {
	return f.Refs>>min(i, 30)&1 == 1 || f.RestRefs && f.Refs>>min(i, 30) == 0 && f.Refs != 0
}

func isPlace(x syntax.Expr) bool {
	switch x.(type) {
	case *syntax.VarExpr, *syntax.IndexExpr, *syntax.PropExpr, *syntax.StaticPropExpr:
		return true
	}
	return false
}

// apply calls a builtin with evaluated arguments.
func (in *interp) apply(to *callee, vals []Value, targets []*place) Value {
	f := to.builtin
	c := &Call{interp: in, Name: to.name, Args: vals, targets: targets, This: to.this, Class: to.static}
	if len(vals) < f.Min || f.Max >= 0 && len(vals) > f.Max && f.Run != nil {
		panic(c.Throw("ArgumentCountError", to.name+"() expects another number of arguments"))
	}
	in.Steps(2)
	in.enter()
	defer in.leave(in.pos)
	in.convert(to, vals)
	if f.Lazy {
		return f.run(c)
	}
	given := append([]Value(nil), vals...)
	return in.applyKnown(f, c, given)
}

func (in *interp) applyKnown(f *Function, c *Call, vals []Value) Value {
	pure := f.Refs == 0
	u := in.UnknownIn(ListOf(vals...))
	each := u != nil && f.Each && in.elementsOnly(vals)
	if u != nil && !each && in.mayCall(vals, 0) {
		in.Poison(u) // a callback runs an unknown number of times, with unknown arguments
		in.Steps(64)
		return Opaque(u)
	}
	once := func(vals []Value) Value {
		c.Args = slices.Clone(vals)
		c.inexact = false
		v := f.run(c)
		if u, ok := v.(*Unknown); ok && c.inexact && in.mayCall(vals, 0) {
			in.Poison(u) // a callback did not run here, or ran fewer times than in PHP
		}
		return v
	}
	if each {
		return once(vals)
	}
	if pure {
		v := in.Lift(vals, once)
		if u, ok := v.(*Unknown); ok && (c.Name == "json_decode" || c.Name == "json_encode") {
			in.Store(JSONErrorSlot, Opaque(u))
		}
		if v.Kind() == KindUnknown && (f.Strict || c.Name == "json_decode") {
			in.MayThrow()
		}
		return v
	}
	for _, v := range vals {
		if u := in.UnknownIn(v); u != nil {
			in.invalidateTargets(c.targets, u)
			return Opaque(u)
		}
	}
	return once(vals)
}

// elementsOnly reports whether the only unknowns are elements of arrays, and it is known
// which elements exist.
func (in *interp) elementsOnly(vals []Value) bool {
	for _, v := range vals {
		a, ok := v.(*Array)
		if !ok && v.Kind() == KindUnknown || ok && (!a.certain() || a.open != nil) {
			return false
		}
		if ok {
			for i := range a.Entries {
				if a.Entries[i].Value.Kind() == KindAbsent {
					return false
				}
			}
		}
	}
	return true
}

// calledForEffect are functions of PHP that have an effect when they are used as a
// callback.
var calledForEffect = syntax.WordSet(`define putenv call_user_func call_user_func_array forward_static_call forward_static_call_array func_get_args
	array_map array_walk array_walk_recursive array_filter array_reduce usort uasort uksort iterator_apply preg_replace_callback
	preg_replace_callback_array register_shutdown_function spl_autoload_register class_alias set_error_handler set_exception_handler
	file_put_contents unlink touch mkdir rmdir chmod chown chgrp rename copy symlink link move_uploaded_file tempnam fopen fwrite fputs
	chdir set_include_path ini_set ini_alter ini_restore mb_internal_encoding setlocale strtok next prev reset end each`)

// mayCall reports whether one of a builtin's arguments is a callback: a function of the
// program, or one of the functions in calledForEffect.
func (in *interp) mayCall(vals []Value, depth int) bool {
	for _, v := range vals {
		switch v := v.(type) {
		case *Object:
			if v.fn != nil || depth > 0 {
				return true
			}
		case String:
			name := syntax.Lower(strings.TrimPrefix(string(v), `\`))
			if calledForEffect[name] {
				return true
			}
			if i := strings.Index(name, "::"); i > 0 && in.methods[name[i+2:]] || depth > 0 && in.methods[name] {
				return true
			}
			if _, user := in.st.Get(in.slot('f', name)).(*definition); user {
				return true
			}
		case *Array:
			if v.Len() == 2 && depth == 0 {
				first, _ := v.Get(IntKey(0))
				second, _ := v.Get(IntKey(1))
				if first != nil && second != nil && in.mayCall([]Value{Present(first), Present(second)}, 1) {
					return true
				}
			}
		}
	}
	return false
}

// invalidateTargets makes the by-reference arguments unknown.
func (in *interp) invalidateTargets(targets []*place, u *Unknown) {
	for _, t := range targets {
		if t == nil {
			continue
		}
		in.assign(t, Opaque(u))
	}
}

// JSONErrorSlot is the slot with the result of json_last_error. The evaluator makes it
// unknown when the JSON text is unknown.
const JSONErrorSlot = "json.error"

// Lift applies a pure function to values, some of which may be unknown. If exactly one is
// unknown and has alternatives, f is applied to each alternative. Otherwise the result is
// unknown.
func (in *interp) Lift(vals []Value, f func([]Value) Value) Value {
	var why *Unknown
	var at, count int
	for i, v := range vals {
		u := in.UnknownIn(v)
		if u == nil {
			continue
		}
		if at, count = i, count+1; why == nil || u.Class > why.Class {
			why = u
		}
	}
	switch {
	case why == nil:
		return f(vals)
	case count > 1 || why.Alts == nil:
		return Opaque(why)
	}
	out := *why
	out.Alts = nil
	for _, alt := range why.Alts {
		with := slices.Clone(vals)
		with[at] = alt
		v, err := in.attemptValue(func() Value { return f(with) })
		if err != nil {
			in.MayThrow()
			return Opaque(why)
		}
		if v.Kind() >= KindArray {
			return Opaque(why)
		}
		if !slices.ContainsFunc(out.Alts, func(w Value) bool { return Identical(v, w) }) {
			out.Alts = append(out.Alts, v)
		}
	}
	if len(out.Alts) == 1 {
		return out.Alts[0]
	}
	return &out
}

// Opaque returns the unknown without its alternatives.
func Opaque(u *Unknown) *Unknown {
	if u.Alts == nil && !u.conditionalReference {
		return u
	}
	c := *u
	c.Alts, c.conditionalReference = nil, false
	return &c
}

// UnknownIn returns v if it is an unknown, or an unknown that v contains at any depth; nil
// if there is none. A contained one is returned without its alternatives, because they are
// not alternatives of v.
func (in *interp) UnknownIn(v Value) *Unknown { return in.unknownIn(v, 0) }

func (in *interp) unknownIn(v Value, depth int) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *Array:
		if v.Why != nil {
			return Opaque(v.Why)
		}
		if v.Rest != restNone {
			return in.UnknownOf(Undecidable, v.Rest.Reason()).From(v.Rest.Origin(""))
		}
		if in.charge(len(v.Entries)); depth > 64 || in.stepsLeft == 0 {
			return in.UnknownOf(Undecidable, "exceeds a limit: has too many elements, or is nested too deeply")
		}
		for i := range v.Entries {
			if u := in.unknownIn(v.Entries[i].Value, depth+1); u != nil {
				return Opaque(u)
			}
		}
	}
	return nil
}

// Truth returns a value as a condition, or the unknown that it depends on.
func (in *interp) Truth(v Value) (bool, *Unknown) {
	switch v := v.(type) {
	case *Unknown:
		return false, v
	case *Array:
		if v.certain() {
			return v.Len() > 0, nil
		}
		for _, e := range v.Entries {
			if e.Value.Kind() < KindUnknown {
				return true, nil
			}
		}
		return false, in.UnknownIn(v)
	}
	return ToBool(v), nil
}

// Share marks an array as held more than once, so that it is copied before a write.
func Share(v Value) Value {
	if a, ok := v.(*Array); ok {
		a.shared = true
	}
	return v
}

// A signature is the parameters of one of PHP's own functions.
type signature []Formal

// A Formal is a parameter of a builtin.
type Formal struct {
	Name     string
	Typ      *syntax.TypeHint // nil: anything
	Ref      bool
	Variadic bool
	Optional bool
}

// at returns the parameter of argument i; nil if there is none.
func (s signature) at(i int) *Formal {
	switch n := len(s); {
	case i < n:
		return &s[i]
	case n > 0 && s[n-1].Variadic:
		return &s[n-1]
	}
	return nil
}

// convert converts arguments to the types that a function declares.
func (in *interp) convert(to *callee, vals []Value) {
	for i, v := range vals {
		switch p := to.builtin.Takes.at(i); {
		case p == nil || p.Typ == nil || p.Ref:
		case v.Kind() != KindUnknown:
			vals[i] = in.coerce(v, p.Typ, coercionRules{what: to.name + "(): Argument $" + p.Name, internal: true, strict: in.strict()})
		case in.strict():
			in.MayThrow()
		}
	}
}
