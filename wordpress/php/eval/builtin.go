package eval

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
	*interp
	Name    string
	Args    []Value
	targets []*place  // places of the by-reference arguments; nil for others
	This    *Object   // the object of a native method
	Class   *PHPClass // the class that a native static method was called on
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
	return c.StringOf(c.Arg(i))
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

// Unknown returns an unknown of class Undecidable, with this call as its source.
func (c *Call) Unknown(reason string) *Unknown {
	c.inexact = true
	return c.UnknownOf(Undecidable, reason)
}

// Refused returns the unknown result of a function that is not evaluated.
func (c *Call) Refused() *Unknown { return c.refused("") }

// RefusedFor returns the unknown result of a function that is not evaluated for some
// arguments. The text says which, such as "with a base".
func (c *Call) RefusedFor(arguments string) *Unknown { return c.refused(" " + arguments) }

func (c *Call) refused(arguments string) *Unknown {
	return c.Unknown("calls " + c.Name + "()" + arguments + notEvaluated).From(OriginFeature)
}

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
				c.invalidateTargets(c.targets, u)
			}
		default:
			panic(r)
		}
	}()
	return f.Run(c)
}

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
	c.assign(c.targets[i], v)
}

// Invoke calls a PHP callable: a closure, a name, or an array of object and method.
func (in *interp) Invoke(fn Value, args ...Value) Value {
	to := in.callable(fn)
	for _, v := range args {
		Share(v)
	}
	return in.call(to, args)
}

// Files returns the site's files. To read contents, use ReadFile, which obeys the limits.
func (c *Call) Files() Files { return c.opt.Files }

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

// StaticProp reads a static property of a native class.
func (c *Call) StaticProp(class, name string) Value {
	if v := c.st.Get(c.slot('s', class+"::$"+name)); v != nil {
		return Present(v)
	}
	return c.natives[class].native.Statics[name]
}

// Memo returns a map in which a library caches its findings, for the rest of the
// evaluation and for all worlds.
func (c *Call) Memo() map[string]any { return c.memo }

// Present returns an array element as a value: null where the element is unset or
// missing.
func Present(v Value) Value {
	if v == nil || v.Kind() == KindAbsent {
		return Null
	}
	return v
}

// Element returns an element of an array.
func (c *Call) Element(a *Array, k Key) Value {
	return c.arrayElement(a, step{k: k})
}

// EnvKnown reports whether the environment is completely known.
func (c *Call) EnvKnown() bool { return c.opt.EnvKnown }

// EnvSlot is the slot with the environment, which is an array.
const EnvSlot = "env"
