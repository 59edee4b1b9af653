package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// An unknown value may make PHP throw an exception. If the program cannot catch it, that
// world ends and does not count. Otherwise the world is split.

// mayFail splits off the worlds in which an unknown value makes PHP throw, if the program
// may catch that.
func (in *interp) mayFail(u *Unknown, pos syntax.Pos) {
	u = Opaque(u)
	in.mayThrow(u, func() error { return &thrown{u, in.stopsWith(u.Class, pos)} })
}

// mayThrow splits off the worlds in which an exception is thrown here, if the program may
// catch it. If not, those worlds end.
func (in *interp) mayThrow(why *Unknown, exception func() error) {
	if in.trying == 0 {
		return
	}
	in.splitValue(why, func(first bool) Value {
		if first {
			panic(exception())
		}
		return Null
	})
}

// stopsWith returns the refusal of a program that an uncaught exception ends.
func (in *interp) stopsWith(c Class, pos syntax.Pos) *Refusal {
	return &Refusal{Class: c, File: in.file(), Line: int(pos.Line), Message: "stops with an exception", Origin: OriginStop, Expr: in.Snippet(pos)}
}
