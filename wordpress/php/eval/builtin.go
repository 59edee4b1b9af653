package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A builtin is a function of PHP that is implemented in Go. Package lib has the tables of
// builtins by name.
//
// The evaluator never calls a builtin with an argument that is unknown, or that contains
// an unknown at any depth. Instead, the result and the by-reference arguments become
// unknown, with the same origin. A Lazy builtin is called, and must expect *Unknown in
// any argument.
//
// A builtin charges memory with Alloc before it allocates, and calls Steps for work that
// is not proportional to that memory. Both panic if a limit is exceeded. A builtin panics
// with Throw where PHP throws an exception, and with Refuse or Unsupported to end the
// evaluation. Return ends the builtin from within its helper functions. Eval recovers all of these.

// A Function is a builtin and its properties.
type Function struct {
	Run        func(c *Call) Value
	Min, Max   int    // number of arguments; Max -1: any number
	Refs       int    // bit i: argument i is by reference (its value is in Args; write it with SetRef)
	Lazy       bool   // accepts unknown arguments
	Vendor     bool   // exists only after a file of a vendor folder was included
	After      string // exists only after a model has set this slot; "" means no such condition
	Takes      signature
	Unmodelled bool // its result is unknown, whatever its arguments
	Optional   bool // may not exist: that depends on the server and its extensions
	NeverFails bool // for a function that is not evaluated: it never throws
	RestRefs   bool // all arguments from the highest bit of Refs on are by reference
	Strict     bool // may throw if an argument is unknown
	Each       bool // runs a callback for each element of an array; keys must be known, values need not
}

// A Call is one call of a builtin.
type Call struct {
	in      *interp
	Name    string
	Args    []Value
	targets []*place // places of the by-reference arguments; nil for others
	pos     syntax.Pos
	This    *Object   // the object of a native method
	Class   *PHPClass // the class that a native static method was called on
	weak    bool      // callbacks run without strict types
	inexact bool      // Unknown was called: the result is not exact
}

// Arg returns argument i; null if it was not given.
func (c *Call) Arg(i int) Value {
	if i >= len(c.Args) {
		return Null
	}
	return c.Args[i]
}

// Has reports whether argument i was given and is not null.
func (c *Call) Has(i int) bool { return i < len(c.Args) && c.Args[i].Kind() != KindNull }

// Str returns argument i as a string; "" if it was not given. The arguments of PHP's own
// functions already have the types of their signatures.
func (c *Call) Str(i int) string { return ToString(c.Arg(i)) }

// StrOr returns argument i as a string; def if it is missing or null.
func (c *Call) StrOr(i int, def string) string {
	if !c.Has(i) {
		return def
	}
	return c.Str(i)
}

// Text returns argument i of a model's method as a string. Such a method has no
// signature.
func (c *Call) Text(i int) string {
	if c.Arg(i).Kind() == KindArray {
		panic(c.TypeError(i, "string"))
	}
	return c.in.StringOf(c.Arg(i), c.pos)
}

// Int returns argument i as an integer; def if it is missing or null.
func (c *Call) Int(i int, def int64) int64 {
	if !c.Has(i) {
		return def
	}
	return ToInt(c.Arg(i))
}

// leadsNumber reports whether a string starts with a number, after optional white space.
func leadsNumber(s string) bool {
	i := 0
	for i < len(s) && PhpSpace(s[i]) {
		i++
	}
	end, _ := numberEnd(s, i)
	return end > i
}

// Bool returns argument i as a boolean; false if it is missing.
func (c *Call) Bool(i int) bool { return ToBool(c.Arg(i)) }

// Array returns argument i, which must be an array. The caller must not write to it.
func (c *Call) Array(i int) *Array {
	a, ok := c.Arg(i).(*Array)
	if !ok {
		panic(c.TypeError(i, "array"))
	}
	return a
}

// Alloc charges n bytes. Call it before allocating them.
func (c *Call) Alloc(n int) { c.in.Alloc(n, c.pos) }

// Steps charges n steps of work.
func (c *Call) Steps(n int) { c.in.Steps(n, c.pos) }

// Unknown returns an unknown of class Undecidable, with this call as its source.
func (c *Call) Unknown(reason string) *Unknown {
	c.inexact = true
	return c.in.unknownAt(Undecidable, c.pos, reason)
}

// Refused returns the unknown result of a function that is not evaluated.
func (c *Call) Refused() *Unknown { return c.refused("") }

// RefusedFor returns the unknown result of a function that is not evaluated for some
// arguments. The text says which, such as "with a base".
func (c *Call) RefusedFor(arguments string) *Unknown { return c.refused(" " + arguments) }

func (c *Call) refused(arguments string) *Unknown {
	return c.Unknown("calls " + c.Name + "()" + arguments + notEvaluated).From(OriginFeature)
}

// unsafe returns an unknown of class Unsafe, with this call as its source.
func (c *Call) unsafe(reason string) *Unknown { return c.in.unknownAt(Unsafe, c.pos, reason) }

// A result is the panic value of Return.
type result struct{ v Value }

// Return ends the builtin with a result. If the result is unknown, the by-reference
// arguments become unknown too.
func (c *Call) Return(v Value) { panic(result{v}) }

// run runs the builtin.
func (f *Function) run(c *Call) (v Value) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case result:
			v = r.v
			if u, ok := v.(*Unknown); ok {
				c.in.invalidateTargets(c.targets, u)
			}
		default:
			panic(r)
		}
	}()
	return f.Run(c)
}

// Unsupported returns the refusal of a feature. The builtin panics with it.
func (c *Call) Unsupported(feature string) error { return c.in.unsupported(c.pos, feature) }

// Throw returns an exception of one of PHP's classes. The builtin panics with it.
func (c *Call) Throw(class, message string) error { return c.in.Throw(class, message, c.pos) }

// TypeError returns a TypeError about argument i. The builtin panics with it.
func (c *Call) TypeError(i int, want string) error {
	return c.Throw("TypeError", c.Name+"(): Argument #"+ToString(Int(i+1))+" must be of type "+want+
		", "+TypeWord(c.Arg(i))+" given")
}

// SetRef writes v to by-reference argument i, if the caller passed a variable there.
func (c *Call) SetRef(i int, v Value) {
	if i >= len(c.targets) || c.targets[i] == nil {
		return
	}
	c.in.assign(c.targets[i], v)
}

// Invoke calls a PHP callable: a closure, a name, or an array of object and method.
func (c *Call) Invoke(fn Value, args ...Value) Value {
	return c.in.Invoke(fn, args, true, c.pos)
}

// Load returns what a model stored in a slot: the state of a library, under a name that
// the model chooses ("roots.config"); nil if nothing was stored. Like variables, slots
// are forked and joined with the world. Arrays are joined key by key. If only some worlds
// stored a value, the others count as null.
func (c *Call) Load(slot string) Value { return c.in.loadSlot(slot) }

// Store writes a slot that Load reads.
func (c *Call) Store(slot string, v Value) { c.in.storeSlot(slot, v) }

// Props returns an object's properties by name. SetProp changes one.
func (c *Call) Props(o *Object) *Array { return c.in.propsOf(o) }

// SetProp writes a property of an object.
func (c *Call) SetProp(o *Object, name string, v Value) { c.in.SetProp(o, name, v, c.pos) }

// Object returns a new object of a class, without calling its constructor. The class is
// given by its resolved name; props holds the properties by name.
func (c *Call) Object(class string, props *Array) *Object {
	return c.in.newObject(class, props, c.pos)
}

// SplitValue evaluates two alternatives, one for each of the two groups of worlds that
// why separates, and joins their values.
func (c *Call) SplitValue(why *Unknown, alternative func(first bool) Value) Value {
	return c.in.splitValue(why, alternative)
}

// Constant returns a PHP constant; ok is false if no world has it. If the worlds differ,
// the value is an unknown.
func (c *Call) Constant(name string) (v Value, ok bool) { return c.in.peekConst(name) }

// Define defines a constant as define() does: the first definition stays.
func (c *Call) Define(name string, v Value) Value { return c.in.Define(name, v, c.pos) }

// Env returns an environment variable as getenv() does: null if it is unset, an unknown
// if that is not known.
func (c *Call) Env(name string) Value { return c.in.getenv(name, c.pos) }

// Setenv sets an environment variable as putenv() does; null unsets it.
func (c *Call) Setenv(name string, v Value) { c.in.putenv(name, v) }

// Global returns a global variable or a superglobal (_SERVER, _ENV).
func (c *Call) Global(name string) Value { return c.in.readGlobal(name) }

// SetGlobalKey writes one key of a global array.
func (c *Call) SetGlobalKey(name, k string, v Value) { c.in.SetGlobalKey(name, k, v, c.pos) }

// UnknownIn returns an unknown that v is, or contains at any depth; nil if there is none.
func (c *Call) UnknownIn(v Value) *Unknown { return c.in.UnknownIn(v, 0) }

// Path makes a file name absolute, as PHP does from the working directory. If the name
// has a stream wrapper ("http://…", "php://…"), unfit is the wrapper.
func (c *Call) Path(name string) (abs, unfit string) { return c.in.absolute(name) }

// Files returns the site's files. To read contents, use ReadFile, which obeys the limits.
func (c *Call) Files() Files { return c.in.opt.Files }

// ReadFile reads a whole file. ok is false where PHP would warn and return false. unknown
// is set for a path outside the site's home or through a stream wrapper.
func (c *Call) ReadFile(name string) (text string, unknown *Unknown, ok bool) {
	return c.in.ReadFile(name, c.pos)
}

// A NativeClass is a class of PHP or of a library. Its methods are builtins; the
// constructor is the method "__construct". Parent is the name of another class, or "". A
// class with Vendor exists only after a file of a vendor folder was included. Such files
// are not read: the models replace them.
type NativeClass struct {
	Name, Parent    string
	Static, Methods map[string]Function
	Consts          map[string]Value
	Statics         map[string]Value // static properties
	Vendor          bool
}

// Doubt returns the reason why an array's keys are not certain; nil if they are.
func (c *Call) Doubt(a *Array) *Unknown {
	if a.Why != nil {
		return Opaque(a.Why)
	}
	if !a.certain() {
		return c.Unknown("depends on array keys that are not known")
	}
	var doubt *Unknown
	a.Each(func(_ Key, v Value) bool {
		if v.Kind() == KindAbsent {
			doubt = c.Unknown("depends on array keys that are not known")
		}
		return doubt == nil
	})
	return doubt
}

// StringOf converts a value to a string as PHP does.
func (c *Call) StringOf(v Value) string { return c.in.StringOf(v, c.pos) }

// Refuse returns a refusal that ends the evaluation. The builtin panics with it.
func (c *Call) Refuse(class Class, format string, args ...any) error {
	return c.in.Refuse(class, c.pos, format, args...)
}

// UnknownOf returns an unknown of a class, with this call as its source.
func (c *Call) UnknownOf(class Class, reason string) *Unknown {
	return c.in.unknownAt(class, c.pos, reason)
}

// MayThrow says that this call throws an exception in some worlds.
func (c *Call) MayThrow() { c.in.mayThrow(c.pos) }

// Poison records that unknown code ran. Everything except constants may have changed.
func (c *Call) Poison(u *Unknown) { c.in.Poison(u) }

// Truth returns v as a condition, or the unknown that it depends on.
func (c *Call) Truth(v Value) (bool, *Unknown) { return c.in.Truth(v) }

// Rewritten returns an unknown if a path may lead to a file that the configuration
// changes; else nil.
func (c *Call) Rewritten(abs string) *Unknown { return c.in.Rewritten(abs, c.pos) }

// StaticProp reads a static property of a native class.
func (c *Call) StaticProp(class, name string) Value {
	if v := c.in.st.Get(c.in.slot('s', class+"::$"+name)); v != nil {
		return Present(v)
	}
	return c.in.natives[class].native.Statics[name]
}

// Memo returns a map in which a library caches its findings, for the rest of the
// evaluation and for all worlds.
func (c *Call) Memo() map[string]any { return c.in.memo }

// Present returns an array element as a value: null where the element is unset or
// missing.
func Present(v Value) Value {
	if v == nil || v.Kind() == KindAbsent {
		return Null
	}
	return v
}

// CallBack calls a PHP callable, with strict types if this call has them.
func (c *Call) CallBack(fn Value, args []Value) Value {
	return c.in.Invoke(fn, args, c.weak, c.pos)
}

// Element returns an element of an array.
func (c *Call) Element(a *Array, k Key) Value {
	return c.in.arrayElement(a, step{k: k}, c.pos)
}

// EnvKnown reports whether the environment is completely known.
func (c *Call) EnvKnown() bool { return c.in.opt.EnvKnown }

// EnvSlot is the slot with the environment, which is an array.
const EnvSlot = "env"

// RefuseUnknown returns a refusal that is caused by an unknown, and keeps the origin of
// the unknown.
func (c *Call) RefuseUnknown(u *Unknown, class Class, format string, args ...any) error {
	return c.in.RefuseUnknown(u, class, c.pos, format, args...)
}
