package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// A crash is a panic as an error: a site whose data brings a bug to light hurts
// itself, and not the sites beside it, whose uploads would never be aborted.
type crash struct {
	value any
	stack []byte
}

// Error is one line; where it happened is for the log.
func (c *crash) Error() string {
	return fmt.Sprintf("internal error: %v; this is a bug, please report it with what --verbose logs", c.value)
}

// catch makes an error of a panic. It is deferred.
func catch(err *error) {
	if v := recover(); v != nil {
		*err = &crash{v, debug.Stack()}
	}
}

// logCrash tells where a crash happened, for whom looks for it.
func logCrash(log *slog.Logger, err error) {
	if c := (*crash)(nil); errors.As(err, &c) {
		log.Debug("internal error", "panic", fmt.Sprint(c.value), "stack", string(c.stack))
	}
}
