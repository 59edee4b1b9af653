package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// Exceptions are not caught: an exception ends its world. In a try statement, a program
// that throws or may throw one is refused.
const caught = "an exception inside a try statement"

// Throw returns the error for an exception of one of PHP's classes. The caller panics
// with it.
func (in *interp) Throw(class, message string, pos syntax.Pos) error {
	return in.throw(pos, "stops with "+class+": "+plainMessage(message))
}

func (in *interp) throw(pos syntax.Pos, message string) error {
	in.mayThrow(pos)
	return in.endWorld(pos, "%s", message)
}

// mayThrow is called where PHP may throw an exception because of an unknown value. The
// worlds in which it does end, and the others continue.
func (in *interp) mayThrow(pos syntax.Pos) {
	if in.trying > 0 {
		panic(in.unsupported(pos, caught))
	}
}
