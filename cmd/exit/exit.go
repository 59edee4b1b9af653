// Package exit says with which status the program ends: the errors of commands, and the
// exit status of each.
package exit

import (
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A usageError is wrong usage or configuration.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }

func (e *usageError) Unwrap() error { return e.cause }

// Usage marks an error as one of usage or configuration.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// Printed returns an error that ends a command whose output already says what is wrong.
func Printed(status manifest.Status) error { return &printedError{status} }

type printedError struct{ status manifest.Status }

func (e *printedError) Error() string { return string(e.status) }

// WithCode returns an error that ends a command with that exit status; its output already
// says why.
func WithCode(code int) error { return &codeError{code} }

// HasCode tells whether an error is one of WithCode.
func HasCode(err error) bool {
	var code *codeError
	return errors.As(err, &code)
}

type codeError struct{ code int }

func (e *codeError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// Status is the exit status of a command that returned err.
func Status(err error) int {
	var done *printedError
	var wrong *usageError
	var coded *codeError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &done):
		return done.status.ExitCode()
	case errors.As(err, &wrong):
		return manifest.Refused.ExitCode()
	}
	return manifest.Failed.ExitCode()
}

// Message is the text of an error that was not printed yet.
func Message(err error) string {
	var done *printedError
	if err == nil || errors.As(err, &done) || HasCode(err) {
		return ""
	}
	return err.Error()
}
