// Package crash turns panics into errors: a bug that one site's data triggers
// must fail that site only, and the uploads of the other sites go on.
package crash

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// An Error is a panic as an error.
type Error struct {
	Value any
	Stack []byte
}

// Error is one line; the stack is for Log.
func (e *Error) Error() string {
	return fmt.Sprintf("internal error: %v; this is a bug, please report it with what --verbose logs", e.Value)
}

// Recover stores a panic in err as an *Error. Use it as a deferred call.
func Recover(err *error) {
	if v := recover(); v != nil {
		*err = &Error{v, debug.Stack()}
	}
}

// Log logs the stack of an Error at level debug. Other errors are not logged.
func Log(log *slog.Logger, err error) {
	if e := (*Error)(nil); errors.As(err, &e) {
		log.Debug("internal error", "panic", fmt.Sprint(e.Value), "stack", string(e.Stack))
	}
}
