// Package exit defines the errors of commands, and the exit status of the program for each.
package exit

import (
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A usageError is an error in the usage or the configuration.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }

func (e *usageError) Unwrap() error { return e.cause }

// Usage marks an error as an error in the usage or the configuration.
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

// WithCode returns an error that ends a command with that exit status. The output of the command
// already says why.
func WithCode(code int) error { return &codeError{code} }

// HasCode reports whether an error was made by WithCode.
func HasCode(err error) bool {
	var code *codeError
	return errors.As(err, &code)
}

type codeError struct{ code int }

func (e *codeError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// Status returns the exit status of a command that returned err.
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

// Message returns the text of an error, or "" if the command's output already says what is wrong.
func Message(err error) string {
	var done *printedError
	if err == nil || errors.As(err, &done) || HasCode(err) {
		return ""
	}
	return err.Error()
}
