package eval

// Exceptions are not caught: an exception ends its world. In a try statement, a program
// that throws or may throw one is refused.
const caught = "an exception inside a try statement"

// Throw returns the error for an exception of one of PHP's classes. The caller panics
// with it.
func (in *interp) Throw(class, message string) error {
	return in.throw("stops with " + class + ": " + plainMessage(message))
}

func (in *interp) throw(message string) error {
	in.MayThrow()
	return in.endWorld("%s", message)
}

// MayThrow is called where PHP may throw an exception because of an unknown value. The
// worlds in which it does end, and the others continue.
func (in *interp) MayThrow() {
	if in.trying > 0 {
		panic(in.Unsupported(caught))
	}
}
