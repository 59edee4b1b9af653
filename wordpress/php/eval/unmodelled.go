package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Functions and classes of PHP that exist and are not evaluated.

// calledAnytime are functions that register a callback which PHP may call at any time.
var calledAnytime = syntax.WordSet("set_error_handler ob_start register_tick_function")

// laterCalls are functions that store a callback and do not call it at once.
var laterCalls = syntax.WordSet(`register_shutdown_function set_exception_handler spl_autoload_register header_register_callback
	session_set_save_handler assert_options`)

// NotModelled returns a function whose result and by-reference arguments become unknown.
// why is the reason; "" means that the function is not evaluated.
func NotModelled(class Class, why string) Function {
	return Function{Max: -1, Lazy: true, Unmodelled: true, Run: func(c *Call) Value {
		u := c.Unknown(why).From(OriginVolatile)
		if u.Class = class; why == "" {
			u = c.Refused()
		}
		switch {
		case calledAnytime[c.Name]:
			if c.mayCall(c.Args[:min(1, len(c.Args))], 0) {
				panic(c.Unsupported(c.Name + "() with a function of the program"))
			}
		case !laterCalls[c.Name] && (c.mayCall(c.Args, 0) || c.nameClass(c.Args) || c.Name == "unserialize" && len(c.methods) > 0):
			c.Poison(u) // a callback runs an unknown number of times, with unknown arguments
			c.Steps(64)
			return u
		}
		if f := c.lib.Functions[c.Name]; !f.NeverFails {
			c.MayThrow()
		}
		c.invalidateTargets(c.targets, u)
		return u
	}}
}

// bindingMethods are methods of PHP's classes for databases that take a variable by reference and
// change it in a later call.
var bindingMethods = syntax.WordSet("bind_param bind_result bindparam bindcolumn")

// isUnmodelledClass reports whether an expression is the name of a class of PHP that is not
// evaluated, and that the program does not declare.
func (in *interp) isUnmodelledClass(x syntax.Expr) bool {
	n, ok := x.(*syntax.NameExpr)
	if !ok || in.st.poison != nil {
		return false
	}
	low := syntax.Lower(strings.TrimPrefix(n.Name, `\`))
	_, declared := in.st.Get(in.slot('k', low)).(*definition)
	return in.lib.ClassNames[low] && !declared
}

// callUnmodelled evaluates the arguments of a method of PHP that is not evaluated, whose result
// is u. The method may change an object, call a function of the program, or make an object of a
// class of the program. If an argument permits that, everything may have changed.
func (in *interp) callUnmodelled(u *Unknown, args []syntax.Arg) []Value {
	vals := in.evalArgs(args)
	if slices.ContainsFunc(vals, func(v Value) bool { return HoldsObject(v, 0) }) || in.mayCall(vals, 0) || in.nameClass(vals) {
		in.Poison(u)
	}
	in.MayThrow()
	return vals
}

// nameClass reports whether one of the arguments is the name of a class of the program.
func (in *interp) nameClass(vals []Value) bool {
	return slices.ContainsFunc(vals, func(v Value) bool {
		name, ok := v.(String)
		if !ok {
			return false
		}
		_, declared := in.st.Get(in.slot('k', syntax.Lower(strings.TrimPrefix(string(name), `\`)))).(*definition)
		return declared
	})
}
