package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// How a builtin is written.
//
// A builtin is a function of a call; it is entered in one of the tables that
// functionTable joins (func_table.go), by its name in lower case:
//
//	var stringFuncs = map[string]function{
//		"strrev": {fn: strrev, min: 1, max: 1},
//	}
//
//	func strrev(c *call) (Value, error) {
//		s, err := c.str(0)              // PHP's conversion; TypeError of an array
//		if err != nil {
//			return nil, err
//		}
//		if err := c.alloc(len(s)); err != nil { // before allocating
//			return nil, err
//		}
//		...
//		return strVal(b), nil
//	}
//
// Unless the function says lazy, it is never called with anything unknown: if an
// argument is an unknown, or an array (at any depth) that holds one or whose keys
// are uncertain, the result is an unknown with the same origin, and by-reference
// arguments become unknown too. A lazy
// function looks for itself (unknownIn) and must treat *Unknown in any argument.
//
// What depends on the clock, the request, chance or the network returns
// c.unknown("why"). A function that PHP has and nobody modelled is an unknown
// too, by the lists of known.go.
//
// Errors: return c.throw("ValueError", "…") for what PHP throws, and any error of
// the call's methods as it is. A warning is nothing. Work that is not
// proportional to something charged by alloc is charged with c.steps(n).
//
// Package-level tables must not be referred to by builtins or by the evaluator
// (Go would see an initialisation cycle): use c.in.lib.Functions.

// A function is a builtin and what calling it needs.
type function struct {
	fn         func(c *call) (Value, error)
	min, max   int    // arguments; max -1: any number
	refs       int    // bit i: argument i is by reference (its value is in args; write with c.setRef)
	lazy       bool   // takes unknowns
	outOnly    bool   // what by-reference arguments hold before does not matter (preg_match)
	vendor     bool   // exists only after a file of a vendor folder was included
	after      string // exists only after a model has set this slot; "" for no more than that
	takes      signature
	unmodelled bool // its result is unknown, whatever its arguments
	optional   bool // may not exist: the server or an extension decides
	exceptions bool // of one that is not evaluated: it may throw exceptions,
	errors     bool // or at least errors
	restRefs   bool // all arguments from the highest bit of refs on are by reference
	strict     bool // throws at arguments that strings are not right for
	each       bool // calls back for each element of arrays, which need not be known: their keys must
}

// A call is one call of a builtin.
type call struct {
	in      *interp
	name    string
	args    []Value
	targets []target // of by-reference arguments; nil elsewhere
	pos     syntax.Pos
	this    *Object // of a native method
	class   *class  // of a native static method: the class it was called on
	weak    bool    // what it calls on is called without strict types
	gave    bool    // unknown was called: the result is not what the function does
}

// arg returns argument i, null if it was not given.
func (c *call) arg(i int) Value {
	if i >= len(c.args) {
		return null
	}
	return c.args[i]
}

// has reports whether argument i was given and is not null.
func (c *call) has(i int) bool { return i < len(c.args) && c.args[i].kind() != kNull }

// str is argument i as a string, "" if it was not given. The arguments of PHP's own
// functions have the types of their signatures.
func (c *call) str(i int) string { return toString(c.arg(i)) }

// strOr is str, or def if the argument is missing or null.
func (c *call) strOr(i int, def string) string {
	if !c.has(i) {
		return def
	}
	return c.str(i)
}

// text converts argument i of a model's method, which has no signature.
func (c *call) text(i int) (string, error) {
	if c.arg(i).kind() == kArray {
		return "", c.typeError(i, "string")
	}
	return c.in.stringOf(c.arg(i), c.pos)
}

// int is argument i as an integer; def if it is missing or null.
func (c *call) int(i int, def int64) int64 {
	if !c.has(i) {
		return def
	}
	return toInt(c.arg(i))
}

// leadsNumber reports whether a string starts with a number, white space aside.
func leadsNumber(s string) bool {
	i := 0
	for i < len(s) && phpSpace(s[i]) {
		i++
	}
	end, _ := numberEnd(s, i)
	return end > i
}

// bool is argument i as a boolean; false if it is missing.
func (c *call) bool(i int) bool { return toBool(c.arg(i)) }

// array returns argument i, which must be an array. It must not be written to.
func (c *call) array(i int) (*Array, error) {
	a, ok := c.arg(i).(*Array)
	if !ok {
		return nil, c.typeError(i, "array")
	}
	return a, nil
}

// alloc charges n bytes before they are allocated. An error ends the evaluation.
func (c *call) alloc(n int) error { return c.in.alloc(n, c.pos) }

// steps charges n steps of work.
func (c *call) steps(n int) error { return c.in.steps(n, c.pos) }

// unknown returns an unknown of class undecidable that comes from this call.
func (c *call) unknown(reason string) *Unknown {
	c.gave = true
	return c.in.unknownAt(Undecidable, c.pos, reason)
}

// refused returns the unknown result of a function that is not evaluated.
func (c *call) refused() *Unknown { return c.unknown(notEvaluated(c.name)) }

// unsafe returns an unknown of class unsafe that comes from this call.
func (c *call) unsafe(reason string) *Unknown { return c.in.unknownAt(Unsafe, c.pos, reason) }

// throw returns the error that throws an exception of PHP's class.
func (c *call) throw(class, message string) error { return c.in.throw(class, message, c.pos) }

func (c *call) typeError(i int, want string) error {
	return c.throw("TypeError", c.name+"(): Argument #"+toString(intVal(i+1))+" must be of type "+want+
		", "+typeWord(c.arg(i))+" given")
}

// setRef writes to by-reference argument i, if the caller gave a variable there.
func (c *call) setRef(i int, v Value) error {
	if i >= len(c.targets) || c.targets[i] == nil {
		return nil
	}
	return c.in.assign(c.targets[i], v)
}

// invoke calls a PHP callable: a closure, a name, an array of object and method.
func (c *call) invoke(fn Value, args ...Value) (Value, error) {
	return c.in.invoke(fn, args, true, c.pos)
}

// load reads a slot that belongs to models: state of a library, by a name of the
// model's choice ("roots.config"); nil if it was never stored. Like variables,
// slots are forked and joined with the world: an array joins key by key, and a
// slot that only some worlds stored joins with null.
func (c *call) load(slot string) Value { return c.in.loadSlot(slot) }

// store writes such a slot.
func (c *call) store(slot string, v Value) { c.in.storeSlot(slot, v) }

// props returns an object's properties by name, and setProp changes one.
func (c *call) props(o *Object) *Array { return c.in.propsOf(o) }

func (c *call) setProp(o *Object, name string, v Value) error { return c.in.setProp(o, name, v, c.pos) }

// object makes an object of a class by its resolved name, without calling its
// constructor; properties are given in pairs of name and value.
func (c *call) object(class string, props *Array) (*Object, error) {
	return c.in.newObject(class, props, c.pos)
}

// constant reads a PHP constant; ok is false if no world has it. The value is an
// unknown where worlds differ.
func (c *call) constant(name string) (v Value, ok bool) { return c.in.peekConst(name) }

// define defines a constant as define() does: the first one wins.
func (c *call) define(name string, v Value) (Value, error) { return c.in.define(name, v, c.pos) }

// env reads a variable of the environment as getenv(): null if it is unset, an
// unknown if that is not known. setenv is putenv(); null unsets it.
func (c *call) env(name string) Value { return c.in.getenv(name, c.pos) }

func (c *call) setenv(name string, v Value) { c.in.putenv(name, v) }

// global reads a variable of the global scope, superglobals (_SERVER, _ENV)
// included; setGlobal writes it, and setGlobalKey one key of such an array.
func (c *call) global(name string) Value { return c.in.readGlobal(name) }

func (c *call) setGlobalKey(name, k string, v Value) error {
	return c.in.setGlobalKey(name, k, v, c.pos)
}

// unknownIn returns an unknown that v is or holds, at any depth; nil if none.
func (c *call) unknownIn(v Value) *Unknown { return c.in.unknownIn(v, 0) }

// path makes a file name absolute, as PHP does from the working directory. A
// stream wrapper ("http://…", "php://…") is returned as unfit.
func (c *call) path(name string) (abs, unfit string) { return c.in.absolute(name) }

// files is the site's files. Use c.readFile for contents: it obeys the limits.
func (c *call) files() Files { return c.in.opt.Files }

// readFile reads a file whole. ok is false where PHP would warn and return false;
// an unknown is returned for a path outside home or through a stream wrapper.
func (c *call) readFile(name string) (text string, unknown *Unknown, ok bool, err error) {
	return c.in.readFile(name, c.pos)
}

// native classes. A model declares a class whose methods are builtins:
//
//	var dotenvClasses = []nativeClass{{
//		name: `Dotenv\Dotenv`,
//		static: map[string]function{"createimmutable": {fn: …}},
//		methods: map[string]function{"load": {fn: …}},   // c.this is the object
//	}}
//
// joined by nativeClasses in func_table.go. Constructors are the method
// "__construct". Parent is the resolved name of another class, "" if none.
// Where vendor is set, the class exists only after a file of a vendor folder was
// included (such files are not read: the models stand for them).
type nativeClass struct {
	name, parent    string
	interfaces      []string
	static, methods map[string]function
	consts          map[string]Value
	statics         map[string]Value // static properties
	props           []syntax.PropItem
	vendor          bool
}

// orUnknown keeps a nil *Unknown from becoming a Value.
func orUnknown(u *Unknown) Value {
	if u == nil {
		return nil
	}
	return opaque(u)
}

// doubt is the reason why an array's keys are not certain; nil if they are.
func (c *call) doubt(a *Array) *Unknown {
	if a.why != nil {
		return opaque(a.why)
	}
	if !a.certain() {
		return c.unknown("depends on keys that are not known")
	}
	var doubt *Unknown
	a.each(func(_ key, v Value) bool {
		if v.kind() == kAbsent {
			doubt = c.unknown("depends on keys that are not known")
		}
		return doubt == nil
	})
	return doubt
}

// stringOf converts a value to a string as PHP does, by __toString of an object.
func (c *call) stringOf(v Value) (string, error) { return c.in.stringOf(v, c.pos) }

// refuse returns the error that ends the evaluation.
func (c *call) refuse(class Class, format string, args ...any) error {
	return c.in.refuse(class, c.pos, format, args...)
}

// unknownOf returns an unknown of a class that comes from this call.
func (c *call) unknownOf(class Class, reason string) *Unknown {
	return c.in.unknownAt(class, c.pos, reason)
}

// lift applies a pure function to values of which some may be unknown.
func (c *call) lift(vals []Value, f func([]Value) (Value, error)) (Value, error) {
	return c.in.lift(vals, c.pos, f)
}

// mayFail separates the worlds in which what is unknown throws, where that may be caught.
func (c *call) mayFail(u *Unknown, errorsOnly bool) error { return c.in.mayFail(u, errorsOnly, c.pos) }

// poison records that unknown code ran: everything but constants may have changed.
func (c *call) poison(u *Unknown) { c.in.poison(u) }

// truth is the truth of a value, or the unknown that it depends on.
func (c *call) truth(v Value) (bool, *Unknown) { return c.in.truth(v) }

// rewritten is not nil if a path may lead to a file that the configuration changes.
func (c *call) rewritten(abs string) *Unknown { return c.in.rewritten(abs, c.pos) }

// invokeOn calls a PHP callable with a value that it may take by reference. after is
// the value after the call; byRef reports whether it was taken by reference.
func (c *call) invokeOn(fn, v Value, args ...Value) (after Value, byRef bool, err error) {
	to, err := c.in.callable(fn, c.pos)
	if err != nil {
		return nil, false, err
	}
	if byRef = to.fn != nil && to.byRef(0, ""); byRef {
		v = refVal{c.in.newCell(v)}
	}
	_, err = c.invoke(fn, append([]Value{v}, args...)...)
	return c.in.deref(v), byRef, err
}

// staticProp reads a static property of a native class.
func (c *call) staticProp(class, name string) Value {
	if v := c.in.st.get(c.in.slot('s', class+"::$"+name)); v != nil {
		return c.in.deref(v)
	}
	return c.in.natives[class].native.statics[name]
}

// memo keeps what a library found out, for the rest of the evaluation and for all worlds.
func (c *call) memo() map[string]any { return c.in.memo }

// present is an array element as a value: null where it may be read as unset.
func present(v Value) Value {
	if v == nil || v.kind() == kAbsent {
		return null
	}
	return v
}

// perhaps is a value that lies in an array in some worlds only.
func (c *call) perhaps(v Value, why *Unknown) Value {
	return c.in.joinValues(v, absentVal{}, opaque(why), 1)
}

// equal is ==.
func (c *call) equal(a, b Value) (Value, error) { return c.in.compareOp("==", a, b, c.pos) }

// convertString makes a string of an object.
func (c *call) convertString(o *Object) (Value, error) { return c.in.convertString(o, c.pos) }

// callMethod calls a method that a class of an object has.
func (c *call) callMethod(o *Object, class *class, m *method) (Value, error) {
	return c.in.callMethod(o, class, m, nil, c.pos)
}

// callBack calls a PHP callable as the program calls this function.
func (c *call) callBack(fn Value, args []Value) (Value, error) {
	return c.in.invoke(fn, args, c.weak, c.pos)
}

// element reads an element of an array.
func (c *call) element(a *Array, k key) (Value, error) {
	return c.in.arrayElement(a, step{k: k}, c.pos)
}

// envKnown reports that the environment is known completely.
func (c *call) envKnown() bool { return c.in.opt.EnvKnown }

// fileErrors tells the errors of files apart; it may be nil.
func (c *call) fileErrors() FileErrors { return c.in.opt.Errors }

// envSlot is the slot with the environment, an array.
const envSlot = "env"

// refuseUnknown refuses because of an unknown, and keeps its origin.
func (c *call) refuseUnknown(u *Unknown, class Class, format string, args ...any) error {
	return c.in.refuseUnknown(u, class, c.pos, format, args...)
}
