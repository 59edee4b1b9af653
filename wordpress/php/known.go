package php

import (
	_ "embed" // the lists of what PHP's distribution has
	"maps"
	"strconv"
	"strings"
	"sync"
)

// What PHP 8.2's distribution has, with all of its extensions: so that what is not
// modelled is told from what does not exist. They are made with PHP itself.
var (
	//go:embed known/functions.txt
	knownFunctions string // name, and the positions of by-reference arguments: "n", or "n+" for all from there
	//go:embed known/constants.txt
	knownConstants string // name, and its value where that is the same everywhere
	//go:embed known/classes.txt
	knownClasses string // names in lower case
)

// serverFunctions exist with some of the server's interfaces to PHP only.
const serverFunctions = `apache_child_terminate apache_get_modules apache_get_version apache_getenv apache_lookup_uri apache_note
	apache_setenv virtual fastcgi_finish_request fpm_get_status litespeed_finish_request litespeed_request_headers litespeed_response_headers`

// laterCalls are functions that keep a callback and do not call it.
var laterCalls = wordSet(`register_shutdown_function set_exception_handler spl_autoload_register header_register_callback
	session_set_save_handler assert_options`)

// The tables are made once: they are the same for every evaluation.
var (
	allFunctions = sync.OnceValue(functionTable)
	allConstants = sync.OnceValue(constantTable)
	allClasses   = sync.OnceValue(func() map[string]bool { return wordSet(knownClasses) })
)

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
				return nil, c.in.refuse(Undecidable, c.pos, "evaluate: %s is given a function that PHP may call at any time", c.name)
			}
		case !laterCalls[c.name] && (c.in.mayCall(c.args, 0) || c.in.mayConvert(c.args, 0)):
			c.in.poison(u) // a callback runs, nobody knows how often and with what
			return u, c.steps(64)
		}
		if exceptions, errors := failing(c.name); exceptions || errors {
			if err := c.in.mayFail(u, !exceptions, c.pos); err != nil {
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
		switch v := in.deref(v).(type) {
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

// optionalPrefixes begin the functions of extensions that many servers lack.
var optionalPrefixes = strings.Fields(`bc gmp_ ldap_ pg_ imap_ snmp tidy_ enchant_ zip_ odbc_ dba_ xmlrpc_ pcntl_ shm shmop_ sem_ msg_ intl
	collator_ numfmt_ datefmt_ normalizer_ grapheme_ locale_ msgfmt_ resourcebundle_ transliterator_ idn_ sodium_ ftp_ exif_ gettext
	readline pspell_ socket_ cal_ bz`)

// mayLack reports that a function belongs to an extension that many servers lack.
func mayLack(name string) bool {
	for _, p := range optionalPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// addKnown adds the functions that nobody modelled.
func addKnown(all map[string]function) {
	for line := range strings.Lines(knownFunctions) {
		name, refs, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		f, ok := all[name]
		switch {
		case !ok || f.fn == nil:
			f = notModelled(Undecidable, notEvaluated(name))
		case !f.unmodelled:
			continue
		}
		for _, r := range strings.Fields(refs) {
			digits, rest := strings.CutSuffix(r, "+")
			if n, err := strconv.Atoi(digits); err == nil {
				f.refs |= 1 << n
				f.restRefs = f.restRefs || rest
			}
		}
		all[name] = f
	}
	for _, name := range strings.Fields(serverFunctions) {
		f := notModelled(Undecidable, notEvaluated(name))
		f.sapi = true
		all[name] = f
	}
}

// addKnownConstants adds the constants that are not there yet.
func addKnownConstants(all map[string]Value) {
	more := map[string]Value{}
	for line := range strings.Lines(knownConstants) {
		name, text, given := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var v Value = &Unknown{Reason: "depends on the server's PHP", Expr: name}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			v = intVal(n)
		} else if f, err := strconv.ParseFloat(text, 64); err == nil {
			v = floatVal(f)
		} else if s, quoted := strings.CutPrefix(text, `"`); quoted {
			v = strVal(strings.TrimSuffix(s, `"`))
		} else if given {
			v = boolVal(text == "true")
		}
		more[name] = v
	}
	maps.Copy(more, all)
	maps.Copy(all, more)
}
