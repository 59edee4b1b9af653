package php

import "strconv"

// A Value is what a PHP expression evaluates to. Exactly these types are values,
// and their conversions are their constructors (strVal("x"), intVal(3)):
//
//	nullVal{}  boolVal  intVal  floatVal  strVal  *Array  *Object  *Unknown
//
// Inside variables and arrays two more lie, which no expression yields:
// refVal, a PHP reference, and absentVal, a key known to be unset.
type Value interface{ kind() kind }

type kind uint8

const (
	kNull kind = iota
	kBool
	kInt
	kFloat
	kString
	kArray
	kObject
	kUnknown
	kRef
	kAbsent
)

type (
	nullVal   struct{}
	boolVal   bool
	intVal    int64
	floatVal  float64
	strVal    string
	refVal    struct{ cell int } // a shared cell of the state
	absentVal struct{}
)

func (nullVal) kind() kind   { return kNull }
func (boolVal) kind() kind   { return kBool }
func (intVal) kind() kind    { return kInt }
func (floatVal) kind() kind  { return kFloat }
func (strVal) kind() kind    { return kString }
func (*Array) kind() kind    { return kArray }
func (*Object) kind() kind   { return kObject }
func (*Unknown) kind() kind  { return kUnknown }
func (refVal) kind() kind    { return kRef }
func (absentVal) kind() kind { return kAbsent }

var null Value = nullVal{}

// An Object is the handle of a PHP object. What it holds lies in the state, so
// that two worlds may hold different things in it.
type Object struct {
	class *class
	cell  int      // of the state: *Array, the properties by name
	fn    *closure // of a Closure
	gen   *yielder
}

// A Class says what a refusal or an unknown means for the answer.
type Class uint8

// Undecidable depends on what nobody knows, or goes beyond the limits. Unsafe
// needs a command, unknown code or a file outside home. Unreadable needs a file
// that cannot be read. Syntax is what PHP would not parse.
const (
	Undecidable Class = iota
	Unsafe
	Unreadable
	Syntax
)

// String is the class as it is printed: undecidable, unsafe, unreadable, syntax.
func (c Class) String() string {
	return [...]string{"undecidable", "unsafe", "unreadable", "syntax"}[c]
}

// An Unknown is a value that cannot be known, and why: the expression that it
// comes from. Unknowns flow through expressions and keep their origin.
type Unknown struct {
	Class  Class
	File   string
	Line   int
	Expr   string // source text of the expression it comes from
	Reason string // "depends on the request", ...
	Origin Origin
	alts   []Value // if not nil, the value is one of these, all known
	sticky bool    // whatever is written over it, it stays unknown
}

// typeName is what gettype says; "unknown" of an unknown.
func typeName(v Value) string {
	return [...]string{
		"NULL", "boolean", "integer", "double", "string", "array", "object", "unknown", "reference", "NULL",
	}[v.kind()]
}

// typeWord is the type's name in PHP's error messages.
func typeWord(v Value) string {
	switch v.kind() {
	case kNull, kAbsent:
		return "null"
	case kBool:
		return "bool"
	case kInt:
		return "int"
	case kFloat:
		return "float"
	}
	return typeName(v)
}

// A key is an array key: an integer, or a string that does not look like one.
type key struct {
	s   string
	n   int64
	str bool
}

func intKey(n int64) key { return key{n: n} }

// strKey is the key that a string is: "7" is 7.
func strKey(s string) key {
	if n, ok := decimalKey(s); ok {
		return key{n: n}
	}
	return key{s: s, str: true}
}

func decimalKey(s string) (int64, bool) {
	digits := s
	if len(s) > 1 && s[0] == '-' {
		digits = s[1:]
		if digits[0] == '0' {
			return 0, false
		}
	}
	if digits == "" || len(digits) > 19 || digits[0] == '0' && len(digits) > 1 || !digit(digits[0]) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// value is the key as PHP shows it.
func (k key) value() Value {
	if k.str {
		return strVal(k.s)
	}
	return intVal(k.n)
}

func (k key) text() string {
	if k.str {
		return k.s
	}
	return strconv.FormatInt(k.n, 10)
}

// toKey converts an array index; ok is false of arrays, objects and unknowns.
func toKey(v Value) (k key, ok bool) {
	switch v := v.(type) {
	case strVal:
		return strKey(string(v)), true
	case intVal:
		return key{n: int64(v)}, true
	case boolVal:
		if v {
			return key{n: 1}, true
		}
		return key{}, true
	case floatVal:
		return key{n: floatToInt(float64(v))}, true
	case nullVal:
		return key{str: true}, true
	}
	return key{}, false
}
