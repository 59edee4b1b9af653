package php

import "fmt"

// An Origin names the input that a refusal depends on, so that callers can say
// what would decide it. It does not depend on the wording of the message.
type Origin uint8

// The origins of a refusal.
const (
	OriginOther       Origin = iota // anything else: a command, the clock, a limit
	OriginEnvironment               // an environment variable
	OriginRequest                   // a variable of the HTTP request
	OriginHost                      // the host name of the HTTP request
	OriginHome                      // a path that Files refuses as outside
	OriginStop                      // the program ends before it reaches a Stop file
)

// from sets the origin of a new unknown value and returns it.
func (u *Unknown) from(o Origin) *Unknown {
	u.Origin = o
	return u
}

// origin is the origin of a key that an array may have; "" stands for any key.
func (r restRule) origin(name string) Origin {
	switch {
	case r == restEnv:
		return OriginEnvironment
	case name == "HTTP_HOST" || name == "SERVER_NAME":
		return OriginHost
	}
	return OriginRequest
}

// refuseUnknown refuses because of u, and keeps its origin.
func (in *interp) refuseUnknown(u *Unknown, c Class, pos at, format string, args ...any) error {
	return &Refusal{Class: c, Origin: u.Origin, File: in.file(), Line: int(pos.line), Message: fmt.Sprintf(format, args...)}
}
