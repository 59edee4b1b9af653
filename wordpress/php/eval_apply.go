package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"slices"
	"strings"
)

// callBuiltin evaluates the arguments of a builtin and calls it.
func (in *interp) callBuiltin(to *callee, args []syntax.Arg, pos syntax.Pos) (Value, error) {
	vals := make([]Value, 0, len(args))
	targets := make([]target, 0, len(args))
	put := func(name string, v Value, t target) error {
		i := len(vals)
		if name != "" {
			if i = to.builtin.argument(name); i < 0 {
				return in.throw("Error", "Unknown named parameter $"+name, pos)
			}
		}
		for len(vals) <= i {
			vals, targets = append(vals, absentVal{}), append(targets, nil)
		}
		if vals[i].kind() != kAbsent {
			return in.throw("Error", "Named parameter $"+name+" overwrites previous argument", pos)
		}
		vals[i], targets[i] = v, t
		return nil
	}
	for _, a := range args {
		if a.Spread {
			list, err := in.spreadArgs(to, len(vals), a.X, pos)
			if err != nil {
				return nil, err
			}
			for _, e := range pairs(list) {
				name := ""
				if e.k.str {
					name = e.k.s
				}
				if err := put(name, e.v, nil); err != nil {
					return nil, err
				}
			}
			continue
		}
		i := len(vals)
		if a.Name != "" {
			if i = to.builtin.argument(a.Name); i < 0 && to.builtin.takes == nil {
				return in.unknownAt(Undecidable, pos, "names an argument of a builtin"), nil
			}
		}
		v, t, err := in.builtinArg(a.X, i >= 0 && to.builtin.byRef(i) && (!to.builtin.unmodelled || isPlace(a.X)))
		if err != nil {
			return nil, err
		}
		if err := put(a.Name, v, t); err != nil {
			return nil, err
		}
	}
	return in.apply(to, vals, targets, pos)
}

// argument is the position of a named argument.
func (f *function) argument(name string) int {
	for i, p := range f.takes {
		if p.name == name && !p.variadic {
			return i
		}
	}
	return -1
}

func (f *function) byRef(i int) bool {
	return f.refs>>min(i, 30)&1 == 1 || f.restRefs && f.refs>>min(i, 30) == 0 && f.refs != 0
}

func isPlace(x syntax.Expr) bool {
	switch x.(type) {
	case *syntax.VarExpr, *syntax.IndexExpr, *syntax.PropExpr, *syntax.StaticPropExpr:
		return true
	}
	return false
}

// temporary throws where an argument by reference is neither a variable nor what a
// call returns.
func (in *interp) temporary(x syntax.Expr) error {
	switch x.(type) {
	case *syntax.CallExpr, *syntax.MethodExpr, *syntax.StaticCallExpr, *syntax.NewExpr:
		return nil
	}
	return in.throw("Error", "Argument could not be passed by reference", x.Where())
}

func (in *interp) builtinArg(x syntax.Expr, ref bool) (Value, target, error) {
	if ref {
		switch x.(type) {
		case *syntax.VarExpr, *syntax.IndexExpr, *syntax.PropExpr, *syntax.StaticPropExpr:
			p, err := in.wholePlace(x)
			if err != nil {
				return nil, nil, err
			}
			if n := len(p.path); n > 0 && p.path[n-1].push {
				return null, p, nil
			}
			v, err := in.load(p)
			return share(v), p, err
		}
	}
	v, err := in.eval(x)
	if err == nil && ref {
		err = in.temporary(x)
	}
	if err != nil {
		return nil, nil, err
	}
	return share(v), nil, nil
}

// apply calls a builtin with values. See func.go for what it is spared.
func (in *interp) apply(to *callee, vals []Value, targets []target, pos syntax.Pos) (Value, error) {
	f := to.builtin
	c := &call{in: in, name: to.name, args: vals, targets: targets, pos: pos, this: to.this, class: to.static, weak: to.weak || !to.direct}
	if len(vals) < f.min || f.max >= 0 && len(vals) > f.max && f.fn != nil {
		return nil, c.throw("ArgumentCountError", to.name+"() expects another number of arguments")
	}
	if err := in.steps(2, pos); err != nil {
		return nil, err
	}
	if err := in.enter(pos); err != nil {
		return nil, err
	}
	defer in.leave()
	if err := in.convert(to, vals, pos); err != nil {
		return nil, err
	}
	if f.lazy {
		return f.fn(c)
	}
	given := append([]Value(nil), vals...)
	return in.applyKnown(f, c, given, pos)
}

func (in *interp) applyKnown(f *function, c *call, vals []Value, pos syntax.Pos) (Value, error) {
	pure := f.refs == 0
	u := in.unknownIn(listOf(vals...), 0)
	each := u != nil && f.each && in.elementsOnly(vals)
	if u != nil && !each && in.mayCall(vals, 0) {
		in.poison(u) // a callback runs, nobody knows how often and with what
		return opaque(u), in.steps(64, pos)
	}
	once := func(vals []Value) (Value, error) {
		c.args = slices.Clone(vals)
		c.gave = false
		v, err := f.fn(c)
		if u, ok := v.(*Unknown); ok && c.gave && err == nil && in.mayCall(vals, 0) {
			in.poison(u) // what it would call was not called, or not as often
		}
		return v, err
	}
	if each {
		return once(vals)
	}
	if pure {
		v, err := in.lift(vals, pos, once)
		if u, ok := v.(*Unknown); ok && (c.name == "json_decode" || c.name == "json_encode") {
			in.storeSlot(jsonErrorSlot, opaque(u))
		}
		if u, ok := v.(*Unknown); ok && u.alts == nil && err == nil && (f.strict || c.name == "json_decode") {
			err = in.mayFail(u, c.name != "json_decode", pos)
		}
		return v, err
	}
	for i, v := range vals {
		if u := in.unknownIn(v, 0); u != nil && (!f.byRef(i) || !f.outOnly) {
			return opaque(u), in.invalidateTargets(c.targets, u)
		}
	}
	return once(vals)
}

// elementsOnly reports that nothing is unknown but what arrays hold, beside plain
// values: not which elements there are.
func (in *interp) elementsOnly(vals []Value) bool {
	for _, v := range vals {
		a, ok := v.(*Array)
		if !ok && v.kind() == kUnknown || ok && (!a.certain() || a.open != nil) {
			return false
		}
		if ok {
			for i := range a.entries {
				if !a.entries[i].gone && a.entries[i].v.kind() == kAbsent {
					return false
				}
			}
		}
	}
	return true
}

// calledForEffect are functions of PHP's that do more than give a value, when they
// are called back.
var calledForEffect = syntax.WordSet(`define putenv call_user_func call_user_func_array forward_static_call forward_static_call_array func_get_args
	array_map array_walk array_walk_recursive array_filter array_reduce usort uasort uksort iterator_apply preg_replace_callback
	preg_replace_callback_array register_shutdown_function spl_autoload_register class_alias set_error_handler set_exception_handler
	file_put_contents unlink touch mkdir rmdir chmod chown chgrp rename copy symlink link move_uploaded_file tempnam fopen fwrite fputs
	chdir set_include_path ini_set ini_alter ini_restore mb_internal_encoding setlocale strtok next prev reset end each`)

// mayCall reports whether one of a builtin's arguments is a callback of the
// program's own, or one of PHP's functions that change the world.
func (in *interp) mayCall(vals []Value, depth int) bool {
	for _, v := range vals {
		switch v := v.(type) {
		case *Object:
			if m, _ := v.class.method("__invoke"); v.fn != nil || m != nil || depth > 0 {
				return true
			}
		case strVal:
			name := syntax.Lower(strings.TrimPrefix(string(v), `\`))
			if calledForEffect[name] {
				return true
			}
			if i := indexOf(name, "::"); i > 0 && in.methods[name[i+2:]] || depth > 0 && in.methods[name] {
				return true
			}
			if _, user := in.st.get(in.slot('f', name)).(*definition); user {
				return true
			}
		case *Array:
			if v.len() == 2 && depth == 0 {
				first, _ := v.get(intKey(0))
				second, _ := v.get(intKey(1))
				if first != nil && second != nil && in.mayCall([]Value{in.deref(first), in.deref(second)}, 1) {
					return true
				}
			}
		}
	}
	return false
}

// invalidateTargets makes by-reference arguments unknown.
func (in *interp) invalidateTargets(targets []target, u *Unknown) error {
	for _, t := range targets {
		if t == nil {
			continue
		}
		if err := in.assign(t, opaque(u)); err != nil {
			return err
		}
	}
	return nil
}

// spreadArgs is what f(...$x) passes to the parameters from one on, by name where
// the keys are names.
func (in *interp) spreadArgs(to *callee, from int, x syntax.Expr, pos syntax.Pos) (*Array, error) {
	v, err := in.eval(x)
	if err != nil {
		return nil, err
	}
	if to.takesRefs(from) {
		return nil, in.unsupported(pos, "an argument list unpacked into parameters by reference")
	}
	list := newArray()
	if err := in.spreadInto(list, v, pos); err != nil {
		return nil, err
	}
	if list.why != nil {
		return nil, in.refuse(Undecidable, pos, "evaluate: the arguments depend on %s", list.why.Expr)
	}
	return list, nil
}

// takesRefs reports that there are parameters by reference from one on.
func (c *callee) takesRefs(from int) bool {
	if c.builtin != nil {
		return c.builtin.refs>>min(from, 30) != 0 || c.builtin.restRefs
	}
	return c.fn != nil && slices.ContainsFunc(c.fn.Params, func(p syntax.Param) bool { return p.Ref })
}

// jsonErrorSlot holds what json_last_error says. The evaluator makes it unknown when
// JSON is.
const jsonErrorSlot = "json.error"
