package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// An unknown value may make PHP throw an exception. If nothing can catch it, that world
// ends and does not count. Otherwise the world is split.

// caught reports whether an enclosing try may catch: anything, or only what PHP
// itself throws for wrong types and values.
func (in *interp) caught(errorsOnly bool) bool {
	for _, s := range in.trying {
		for _, c := range s.Catches {
			for _, name := range c.Classes {
				if low := syntax.Lower(name); !errorsOnly || low == "throwable" || strings.HasSuffix(low, "error") {
					return true
				}
			}
		}
	}
	return false
}

// mayFail parts the worlds in which what is not known throws, if that may be
// caught.
func (in *interp) mayFail(u *Unknown, errorsOnly bool, pos syntax.Pos) {
	if !in.caught(errorsOnly) {
		return
	}
	u = Opaque(u)
	in.splitValue(u, 2, func(i int) Value {
		if i == 0 {
			panic(&thrown{u, in.stopsWith(u.Class, pos)})
		}
		return Null
	})
}

// stopsWith is the refusal of a program that an exception ends.
func (in *interp) stopsWith(c Class, pos syntax.Pos) *Refusal {
	return &Refusal{Class: c, File: in.file(), Line: int(pos.Line), Message: "stops with an exception", Origin: OriginStop, Expr: in.Snippet(pos)}
}
