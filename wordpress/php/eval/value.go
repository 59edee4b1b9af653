package eval

import (
	"fmt"
	"strconv"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// A Value is the result of a PHP expression: NullType, Bool, Int, Float, String, *Array,
// *Object or *Unknown. A variable or an array element can also be AbsentValue, if it is
// known to be unset. A local variable can be a refVal.
type Value interface{ Kind() Kind }

// A Kind is the type of a value.
type Kind uint8

// The kinds of values.
const (
	KindNull Kind = iota
	KindBool
	KindInt
	KindFloat
	KindString
	KindArray
	KindObject
	KindUnknown
	KindRef
	KindAbsent
)

type (
	// NullType is the type of null.
	NullType struct{}
	// Bool is a bool.
	Bool bool
	// Int is an int.
	Int int64
	// Float is a floating point number.
	Float float64
	// String is a string of bytes.
	String string
	// refVal is the content of a local variable that is global or static: the slot of
	// that variable.
	refVal struct{ cell int }
	// AbsentValue is the value of a key or variable that is known to be unset.
	AbsentValue struct{}
)

// Kind returns KindNull.
func (NullType) Kind() Kind { return KindNull }

// Kind returns KindBool.
func (Bool) Kind() Kind { return KindBool }

// Kind returns KindInt.
func (Int) Kind() Kind { return KindInt }

// Kind returns KindFloat.
func (Float) Kind() Kind { return KindFloat }

// Kind returns KindString.
func (String) Kind() Kind { return KindString }

// Kind returns KindArray.
func (*Array) Kind() Kind { return KindArray }

// Kind returns KindObject.
func (*Object) Kind() Kind { return KindObject }

// Kind returns KindUnknown.
func (*Unknown) Kind() Kind { return KindUnknown }

func (refVal) Kind() Kind { return KindRef }

// Kind returns KindAbsent.
func (AbsentValue) Kind() Kind { return KindAbsent }

// Null is PHP's null.
var Null Value = NullType{}

// An Object identifies a PHP object. Its properties are in the state, because they may
// differ between worlds.
type Object struct {
	Class *PHPClass
	cell  int      // slot of the state with the properties by name, an *Array
	fn    *closure // the function, for a Closure
}

// A Class is the kind of a refusal or an unknown.
type Class uint8

// Undecidable: the value depends on something unknown, or exceeds a limit. Unsafe: it
// needs a command, unknown code or a file outside the site's home. Unreadable: it needs a
// file that cannot be read. Syntax: PHP cannot parse a file.
const (
	Undecidable Class = iota
	Unsafe
	Unreadable
	Syntax
)

// String returns the class as it is printed: undecidable, unsafe, unreadable, syntax.
func (c Class) String() string {
	return [...]string{"undecidable", "unsafe", "unreadable", "syntax"}[c]
}

// An Unknown is a value that is not known, with the expression that it comes from. An
// expression with an unknown operand is unknown, with the same origin.
type Unknown struct {
	Class                Class
	File                 string
	Line                 int
	Expr                 string // source text of the expression it comes from
	Reason               string // "depends on the request", ...
	Origin               Origin
	Alts                 []Value // if not nil, the value is one of these, all known
	conditionalReference bool    // a variable that is global or static in some worlds only
}

// TypeName returns the result of gettype; "unknown" for an unknown.
func TypeName(v Value) string {
	return [...]string{
		"NULL", "boolean", "integer", "double", "string", "array", "object", "unknown", "reference", "NULL",
	}[v.Kind()]
}

// TypeWord returns the name of the type in PHP's error messages.
func TypeWord(v Value) string {
	switch v.Kind() {
	case KindNull, KindAbsent:
		return "null"
	case KindBool:
		return "bool"
	case KindInt:
		return "int"
	case KindFloat:
		return "float"
	default:
		return TypeName(v)
	}
}

// A Key is an array key: an integer, or a string that does not look like an integer.
type Key struct {
	S   string
	n   int64
	Str bool
}

// IntKey returns the key of an integer.
func IntKey(n int64) Key { return Key{n: n} }

// StrKey returns the key of a string. "7" becomes the integer 7.
func StrKey(s string) Key {
	if n, ok := syntax.DecimalInt(s); ok {
		return Key{n: n}
	}
	return Key{S: s, Str: true}
}

// Value returns the key as a PHP value.
func (k Key) Value() Value {
	if k.Str {
		return String(k.S)
	}
	return Int(k.n)
}

// Text returns the key as a string.
func (k Key) Text() string {
	if k.Str {
		return k.S
	}
	return strconv.FormatInt(k.n, 10)
}

// ToKey converts a value to an array key. ok is false for arrays, objects and unknowns.
func ToKey(v Value) (k Key, ok bool) {
	switch v := v.(type) {
	case String:
		return StrKey(string(v)), true
	case Int:
		return Key{n: int64(v)}, true
	case Bool:
		if v {
			return Key{n: 1}, true
		}
		return Key{}, true
	case Float:
		return Key{n: floatToInt(float64(v))}, true
	case NullType:
		return Key{Str: true}, true
	}
	return Key{}, false
}

// An Origin is the kind of input that a refusal depends on. With it, callers can say what
// the user must supply, without reading the message.
type Origin uint8

// The origins of a refusal.
const (
	OriginOther          Origin = iota // something else, such as unknown code or a limit
	OriginEnvironment                  // an environment variable
	OriginRequest                      // a variable of the HTTP request
	OriginHost                         // the host name, the scheme or the port of the HTTP request
	OriginVariablesOrder               // php.ini's variables_order
	OriginHome                         // a path outside the folders that may be read
	OriginStop                         // the program ends before it reaches a Stop file
	OriginFeature                      // a feature or a function that is not evaluated
	OriginVolatile                     // what differs between runs: a command, randomness, the clock, the network
)

// From sets the origin of a new unknown, and returns the unknown.
func (u *Unknown) From(o Origin) *Unknown {
	u.Origin = o
	return u
}

// hostNames are the request variables that follow from the URL of a request.
var hostNames = syntax.WordSet("HTTP_HOST SERVER_NAME SERVER_PORT REQUEST_SCHEME")

// Origin returns the origin of an unknown key of an array; "" stands for any key.
func (r restRule) Origin(name string) Origin {
	switch {
	case r&restRequest == 0:
		return OriginEnvironment
	case hostNames[name] || forwardedHost[name] || forwardedScheme[name]:
		return OriginHost
	}
	return OriginRequest
}

// RefuseUnknown returns a refusal that is caused by u, and keeps the origin of u.
func (in *interp) RefuseUnknown(u *Unknown, c Class, format string, args ...any) error {
	return &Refusal{Class: c, Origin: u.Origin, File: in.file(), Line: int(in.pos.Line), Message: fmt.Sprintf(format, args...)}
}
