package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
)

// Functions of PHP that exist and are not evaluated.

// laterCalls are functions that keep a callback and do not call it.
var laterCalls = syntax.WordSet(`register_shutdown_function set_exception_handler spl_autoload_register header_register_callback
	session_set_save_handler assert_options`)

// notEvaluated is the reason of a result that comes from a function of PHP's that is
// not evaluated.
func notEvaluated(name string) string { return "calls " + name + "(), which is not evaluated" }

// notModelled makes a function whose result, and what it writes, is unknown.
func notModelled(class Class, why string) function {
	return function{max: -1, lazy: true, unmodelled: true, fn: func(c *call) (Value, error) {
		u := c.unknown(why)
		u.Class = class
		switch {
		case calledAnytime[c.name]:
			if v := c.arg(0); v.kind() != kUnknown && !c.in.harmless(v) {
				return nil, c.refuse(Undecidable, "evaluate: %s is given a function that PHP may call at any time", c.name)
			}
		case !laterCalls[c.name] && (c.in.mayCall(c.args, 0) || c.in.mayConvert(c.args, 0)):
			c.poison(u) // a callback runs, nobody knows how often and with what
			return u, c.steps(64)
		}
		if f := c.in.lib.Functions[c.name]; f.exceptions || f.errors {
			if err := c.mayFail(u, !f.exceptions); err != nil {
				return nil, err
			}
		}
		return u, c.in.invalidateTargets(c.targets, u)
	}}
}

// conversions are methods of the site's own classes that PHP's functions call when
// they are given an object.
var conversions = strings.Fields(`__tostring __serialize __sleep serialize jsonserialize count getiterator current __get offsetget __debuginfo`)

// mayConvert reports whether a function may call a method of an object that it is
// given, or that an array holds.
func (in *interp) mayConvert(vals []Value, depth int) bool {
	for _, v := range vals {
		switch v := v.(type) {
		case *Object:
			for _, name := range conversions {
				if m, _ := v.class.method(name); m != nil && m.decl != nil {
					return true
				}
			}
		case *Array:
			if depth > 8 {
				return true
			}
			for _, e := range v.entries {
				if !e.gone && in.mayConvert([]Value{e.v}, depth+1) {
					return true
				}
			}
		}
	}
	return false
}
