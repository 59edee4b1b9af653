package eval

import (
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// An Origin names the input that a refusal depends on, so that callers can say
// what would decide it. It does not depend on the wording of the message.
type Origin uint8

// The origins of a refusal.
const (
	OriginOther          Origin = iota // anything else: unknown code, a limit
	OriginEnvironment                  // an environment variable
	OriginRequest                      // a variable of the HTTP request
	OriginHost                         // the host name, the scheme or the port of the HTTP request
	OriginVariablesOrder               // php.ini's variables_order
	OriginHome                         // a path that Files refuses as outside
	OriginStop                         // the program ends before it reaches a Stop file
	OriginFeature                      // a feature or a function that is not evaluated
	OriginVolatile                     // what no second run would repeat: a command, chance, the clock, the network
)

// From sets the origin of a new unknown value and returns it.
func (u *Unknown) From(o Origin) *Unknown {
	u.Origin = o
	return u
}

// hostNames are the variables of a request that its URL gives.
var hostNames = syntax.WordSet("HTTP_HOST SERVER_NAME SERVER_PORT REQUEST_SCHEME")

// Origin is the origin of a key that an array may have; "" stands for any key.
func (r restRule) Origin(name string) Origin {
	switch {
	case r&restRequest == 0:
		return OriginEnvironment
	case hostNames[name] || forwardedHost[name] || forwardedScheme[name]:
		return OriginHost
	}
	return OriginRequest
}

// RefuseUnknown refuses because of u, and keeps its origin.
func (in *interp) RefuseUnknown(u *Unknown, c Class, pos syntax.Pos, format string, args ...any) error {
	return &Refusal{Class: c, Origin: u.Origin, File: in.file(), Line: int(pos.Line), Message: fmt.Sprintf(format, args...)}
}
