package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Functions of PHP that exist and are not evaluated.

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
			if c.in.mayCall(c.Args[:min(1, len(c.Args))], 0) {
				panic(c.in.unsupported(c.pos, c.Name+"() with a function of the program"))
			}
		case !laterCalls[c.Name] && (c.in.mayCall(c.Args, 0) || c.in.mayConvert(c.Args, 0)):
			c.Poison(u) // a callback runs an unknown number of times, with unknown arguments
			c.Steps(64)
			return u
		}
		if f := c.in.lib.Functions[c.Name]; !f.NeverFails {
			c.in.mayThrow(c.pos)
		}
		c.in.invalidateTargets(c.targets, u)
		return u
	}}
}

// conversions are methods of the program's classes that PHP's functions call on an object
// argument.
var conversions = strings.Fields(`__tostring __serialize __sleep serialize jsonserialize count getiterator current __get offsetget __debuginfo`)

// mayConvert reports whether a function may call a method of an argument, or of an object
// in an array argument.
func (in *interp) mayConvert(vals []Value, depth int) bool {
	for _, v := range vals {
		switch v := v.(type) {
		case *Object:
			for _, name := range conversions {
				if m, _ := v.Class.Method(name); m != nil && m.decl != nil {
					return true
				}
			}
		case *Array:
			if depth > 8 {
				return true
			}
			for _, e := range v.Entries {
				if in.mayConvert([]Value{e.Value}, depth+1) {
					return true
				}
			}
		}
	}
	return false
}
