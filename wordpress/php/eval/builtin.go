package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A builtin is a function of PHP that is written in Go. Package lib has the tables of
// builtins by name.
//
// Unless it is Lazy, a builtin is never called with an argument that is unknown, or that
// holds something unknown at any depth: its result is unknown then, with the same origin,
// and so are its arguments by reference. A Lazy builtin must expect *Unknown in any
// argument.
//
// A builtin charges memory with Alloc before it allocates, and work that is not
// proportional to that with Steps. Both panic if a limit is exceeded. A builtin panics with
// Throw where PHP throws an exception, and with Refuse or Unsupported to end the evaluation.
// Eval recovers all of these.

// A Function is a builtin and what calling it needs.
type Function struct {
	Run        func(c *Call) Value
	Min, Max   int    // arguments; max -1: any number
	Refs       int    // bit i: argument i is by reference (its value is in args; write with c.setRef)
	Lazy       bool   // takes unknowns
	Vendor     bool   // exists only after a file of a vendor folder was included
	After      string // exists only after a model has set this slot; "" for no more than that
	Takes      signature
	Unmodelled bool // its result is unknown, whatever its arguments
	Optional   bool // may not exist: the server or an extension decides
	NeverFails bool // of one that is not evaluated: it throws nothing
	RestRefs   bool // all arguments from the highest bit of refs on are by reference
	Strict     bool // throws at arguments that strings are not right for
	Each       bool // calls back for each element of arrays, which need not be known: their keys must
}

// A Call is one call of a builtin.
type Call struct {
	in      *interp
	Name    string
	Args    []Value
	targets []*place // of by-reference arguments; nil elsewhere
	pos     syntax.Pos
	This    *Object   // of a native method
	Class   *PHPClass // of a native static method: the class it was called on
	weak    bool      // what it calls on is called without strict types
	Gave    bool      // unknown was called: the result is not what the function does
}

// Arg returns argument i, null if it was not given.
func (c *Call) Arg(i int) Value {
	if i >= len(c.Args) {
		return Null
	}
	return c.Args[i]
}

// Has reports whether argument i was given and is not null.
func (c *Call) Has(i int) bool { return i < len(c.Args) && c.Args[i].Kind() != KindNull }

// Str is argument i as a string, "" if it was not given. The arguments of PHP's own
// functions have the types of their signatures.
func (c *Call) Str(i int) string { return ToString(c.Arg(i)) }

// StrOr is str, or def if the argument is missing or null.
func (c *Call) StrOr(i int, def string) string {
	if !c.Has(i) {
		return def
	}
	return c.Str(i)
}

// Text converts argument i of a model's method, which has no signature.
func (c *Call) Text(i int) string {
	if c.Arg(i).Kind() == KindArray {
		panic(c.TypeError(i, "string"))
	}
	return c.in.StringOf(c.Arg(i), c.pos)
}

// Int is argument i as an integer; def if it is missing or null.
func (c *Call) Int(i int, def int64) int64 {
	if !c.Has(i) {
		return def
	}
	return ToInt(c.Arg(i))
}

// leadsNumber reports whether a string starts with a number, white space aside.
func leadsNumber(s string) bool {
	i := 0
	for i < len(s) && PhpSpace(s[i]) {
		i++
	}
	end, _ := numberEnd(s, i)
	return end > i
}

// Bool is argument i as a boolean; false if it is missing.
func (c *Call) Bool(i int) bool { return ToBool(c.Arg(i)) }

// Array returns argument i, which must be an array. It must not be written to.
func (c *Call) Array(i int) *Array {
	a, ok := c.Arg(i).(*Array)
	if !ok {
		panic(c.TypeError(i, "array"))
	}
	return a
}

// Alloc charges n bytes before they are allocated.
func (c *Call) Alloc(n int) { c.in.Alloc(n, c.pos) }

// Steps charges n steps of work.
func (c *Call) Steps(n int) { c.in.Steps(n, c.pos) }

// Unknown returns an unknown of class undecidable that comes from this call.
func (c *Call) Unknown(reason string) *Unknown {
	c.Gave = true
	return c.in.unknownAt(Undecidable, c.pos, reason)
}

// Refused returns the unknown result of a function that is not evaluated.
func (c *Call) Refused() *Unknown { return c.refused("") }

// RefusedFor returns the unknown result of a function that is not evaluated for some
// arguments: "with a base".
func (c *Call) RefusedFor(arguments string) *Unknown { return c.refused(" " + arguments) }

func (c *Call) refused(arguments string) *Unknown {
	return c.Unknown("calls " + c.Name + "()" + arguments + notEvaluated).From(OriginFeature)
}

// unsafe returns an unknown of class unsafe that comes from this call.
func (c *Call) unsafe(reason string) *Unknown { return c.in.unknownAt(Unsafe, c.pos, reason) }

// Unsupported returns the refusal of a feature, to panic with.
func (c *Call) Unsupported(feature string) error { return c.in.unsupported(c.pos, feature) }

// Throw returns an exception of PHP's class, to panic with.
func (c *Call) Throw(class, message string) error { return c.in.Throw(class, message, c.pos) }

// TypeError returns a TypeError about an argument, to panic with.
func (c *Call) TypeError(i int, want string) error {
	return c.Throw("TypeError", c.Name+"(): Argument #"+ToString(Int(i+1))+" must be of type "+want+
		", "+TypeWord(c.Arg(i))+" given")
}

// SetRef writes to by-reference argument i, if the caller gave a variable there.
func (c *Call) SetRef(i int, v Value) {
	if i >= len(c.targets) || c.targets[i] == nil {
		return
	}
	c.in.assign(c.targets[i], v)
}

// Invoke calls a PHP callable: a closure, a name, an array of object and method.
func (c *Call) Invoke(fn Value, args ...Value) Value {
	return c.in.Invoke(fn, args, true, c.pos)
}

// Load reads a slot that belongs to models: state of a library, by a name of the
// model's choice ("roots.config"); nil if it was never stored. Like variables,
// slots are forked and joined with the world: an array joins key by key, and a
// slot that only some worlds stored joins with null.
func (c *Call) Load(slot string) Value { return c.in.loadSlot(slot) }

// Store writes such a slot.
func (c *Call) Store(slot string, v Value) { c.in.storeSlot(slot, v) }

// Props returns an object's properties by name, and setProp changes one.
func (c *Call) Props(o *Object) *Array { return c.in.propsOf(o) }

// SetProp writes a property of an object.
func (c *Call) SetProp(o *Object, name string, v Value) { c.in.SetProp(o, name, v, c.pos) }

// Object makes an object of a class by its resolved name, without calling its
// constructor; properties are given in pairs of name and value.
func (c *Call) Object(class string, props *Array) *Object {
	return c.in.newObject(class, props, c.pos)
}

// SplitValue evaluates two alternatives, one per group of worlds that why tells apart, and
// joins what they give.
func (c *Call) SplitValue(why *Unknown, alternative func(first bool) Value) Value {
	return c.in.splitValue(why, alternative)
}

// Constant reads a PHP constant; ok is false if no world has it. The value is an
// unknown where worlds differ.
func (c *Call) Constant(name string) (v Value, ok bool) { return c.in.peekConst(name) }

// Define defines a constant as define() does: the first one wins.
func (c *Call) Define(name string, v Value) Value { return c.in.Define(name, v, c.pos) }

// Env reads a variable of the environment as getenv(): null if it is unset, an
// unknown if that is not known. setenv is putenv(); null unsets it.
func (c *Call) Env(name string) Value { return c.in.getenv(name, c.pos) }

// Setenv is putenv(); null unsets the variable.
func (c *Call) Setenv(name string, v Value) { c.in.putenv(name, v) }

// Global reads a variable of the global scope, superglobals (_SERVER, _ENV)
// included; setGlobal writes it, and setGlobalKey one key of such an array.
func (c *Call) Global(name string) Value { return c.in.readGlobal(name) }

// SetGlobalKey writes one key of a global array.
func (c *Call) SetGlobalKey(name, k string, v Value) { c.in.SetGlobalKey(name, k, v, c.pos) }

// UnknownIn returns an unknown that v is or holds, at any depth; nil if none.
func (c *Call) UnknownIn(v Value) *Unknown { return c.in.UnknownIn(v, 0) }

// Path makes a file name absolute, as PHP does from the working directory. A
// stream wrapper ("http://…", "php://…") is returned as unfit.
func (c *Call) Path(name string) (abs, unfit string) { return c.in.absolute(name) }

// Files is the site's files. Use c.readFile for contents: it obeys the limits.
func (c *Call) Files() Files { return c.in.opt.Files }

// ReadFile reads a file whole. ok is false where PHP would warn and return false;
// an unknown is returned for a path outside home or through a stream wrapper.
func (c *Call) ReadFile(name string) (text string, unknown *Unknown, ok bool) {
	return c.in.ReadFile(name, c.pos)
}

// A NativeClass is a class of PHP or of a library, whose methods are builtins. The
// constructor is the method "__construct". Parent is the name of another class, or "".
// A class with Vendor exists only after a file of a vendor folder was included. Such
// files are not read: the models stand for them.
type NativeClass struct {
	Name, Parent    string
	interfaces      []string
	Static, Methods map[string]Function
	Consts          map[string]Value
	Statics         map[string]Value // static properties
	props           []syntax.PropItem
	Vendor          bool
}

// OrUnknown keeps a nil *Unknown from becoming a Value.
func OrUnknown(u *Unknown) Value {
	if u == nil {
		return nil
	}
	return Opaque(u)
}

// Doubt is the reason why an array's keys are not certain; nil if they are.
func (c *Call) Doubt(a *Array) *Unknown {
	if a.Why != nil {
		return Opaque(a.Why)
	}
	if !a.certain() {
		return c.Unknown("depends on keys that are not known")
	}
	var doubt *Unknown
	a.Each(func(_ Key, v Value) bool {
		if v.Kind() == KindAbsent {
			doubt = c.Unknown("depends on keys that are not known")
		}
		return doubt == nil
	})
	return doubt
}

// StringOf converts a value to a string as PHP does, by __toString of an object.
func (c *Call) StringOf(v Value) string { return c.in.StringOf(v, c.pos) }

// Refuse returns a refusal that ends the evaluation, to panic with.
func (c *Call) Refuse(class Class, format string, args ...any) error {
	return c.in.Refuse(class, c.pos, format, args...)
}

// UnknownOf returns an unknown of a class that comes from this call.
func (c *Call) UnknownOf(class Class, reason string) *Unknown {
	return c.in.unknownAt(class, c.pos, reason)
}

// MayFail splits off the worlds in which this call throws an exception, if the program
// may catch it.
func (c *Call) MayFail(u *Unknown) { c.in.mayFail(u, c.pos) }

// Poison records that unknown code ran: everything but constants may have changed.
func (c *Call) Poison(u *Unknown) { c.in.Poison(u) }

// Truth is the truth of a value, or the unknown that it depends on.
func (c *Call) Truth(v Value) (bool, *Unknown) { return c.in.Truth(v) }

// Rewritten is not nil if a path may lead to a file that the configuration changes.
func (c *Call) Rewritten(abs string) *Unknown { return c.in.Rewritten(abs, c.pos) }

// StaticProp reads a static property of a native class.
func (c *Call) StaticProp(class, name string) Value {
	if v := c.in.st.Get(c.in.slot('s', class+"::$"+name)); v != nil {
		return Present(v)
	}
	return c.in.natives[class].native.Statics[name]
}

// Memo keeps what a library found out, for the rest of the evaluation and for all worlds.
func (c *Call) Memo() map[string]any { return c.in.memo }

// Present is an array element as a value: null where it may be read as unset.
func Present(v Value) Value {
	if v == nil || v.Kind() == KindAbsent {
		return Null
	}
	return v
}

// CallBack calls a PHP callable as the program calls this function.
func (c *Call) CallBack(fn Value, args []Value) Value {
	return c.in.Invoke(fn, args, c.weak, c.pos)
}

// Element reads an element of an array.
func (c *Call) Element(a *Array, k Key) Value {
	return c.in.arrayElement(a, step{k: k}, c.pos)
}

// EnvKnown reports that the environment is known completely.
func (c *Call) EnvKnown() bool { return c.in.opt.EnvKnown }

// fileErrors tells the errors of files apart; it may be nil.
func (c *Call) fileErrors() FileErrors { return c.in.opt.Errors }

// EnvSlot is the slot with the environment, an array.
const EnvSlot = "env"

// RefuseUnknown refuses because of an unknown, and keeps its origin.
func (c *Call) RefuseUnknown(u *Unknown, class Class, format string, args ...any) error {
	return c.in.RefuseUnknown(u, class, c.pos, format, args...)
}
