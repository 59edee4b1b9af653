package php

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
// (Go would see an initialisation cycle): use c.in.funcs.

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
	sapi       bool // exists with some of the server's interfaces to PHP only
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
	pos     at
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
	props           []propItem
	vendor          bool
}
