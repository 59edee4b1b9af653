package php

import (
	"strings"
	"sync"
)

// What is not known may throw. Where nothing catches it, the world ends and does
// not count; where something does, the worlds part.

// caught reports whether an enclosing try may catch: anything, or only what PHP
// itself throws for wrong types and values.
func (in *interp) caught(errorsOnly bool) bool {
	for _, s := range in.trying {
		for _, c := range s.catches {
			for _, name := range c.classes {
				if low := lower(name); !errorsOnly || low == "throwable" || strings.HasSuffix(low, "error") {
					return true
				}
			}
		}
	}
	return false
}

// mayFail parts the worlds in which what is not known throws, if that may be
// caught.
func (in *interp) mayFail(u *Unknown, errorsOnly bool, pos at) error {
	if !in.caught(errorsOnly) {
		return nil
	}
	u = opaque(u)
	return in.split(u,
		func() error {
			return &thrown{u, &Refusal{
				Class: u.Class, File: in.file(), Line: int(pos.line), Message: "stops with an exception", Origin: OriginStop, Expr: in.src.snippet(pos),
			}}
		},
		func() error { return nil })
}

// orThrown is v in the worlds in which t was not thrown.
func (in *interp) orThrown(t *thrown, v Value, why *Unknown) (Value, error) {
	switch {
	case v == nil:
		return nil, t
	case len(in.trying) == 0:
		return v, nil
	}
	return in.splitValue(why, 2, func(i int) (Value, error) {
		if i == 0 {
			return nil, t
		}
		return v, nil
	})
}

// failing reports whether a function that is not modelled may throw exceptions, or
// at least errors. What has effects alone, and the clock, throw nothing.
func failing(name string) (exceptions, errors bool) {
	for _, prefix := range []string{"mysqli_", "random_", "sodium_", "gmp_", "intl", "iterator_"} {
		if strings.HasPrefix(name, prefix) {
			return true, true
		}
	}
	return false, !quietNames()[name]
}

var quietNames = sync.OnceValue(func() map[string]bool {
	return wordSet(strings.Join(effects, " ") + " " + strings.Join(chance, " ") + " " + strings.Join(commands, " "))
})
