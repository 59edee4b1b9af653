package eval

import (
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

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
