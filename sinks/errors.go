package sinks

import (
	"errors"
	"fmt"
)

var (
	// ErrExists is returned when the name is taken; what is stored under it
	// stays as it is.
	ErrExists = errors.New("the name is taken")

	// ErrRestart marks a stream that was lost on its way through no fault of the
	// site or of the configuration, and that cannot be taken up where it broke:
	// it must be sent again from the site, under a new name.
	ErrRestart = errors.New("the stream must be sent again under a new name")

	// ErrUnknown marks a stream of which nobody can tell here whether it is stored:
	// the answer to the request that publishes it was lost, and so was every answer
	// to the question. The same bytes put again under the same name settle it:
	// ErrExists then means that they are there.
	ErrUnknown = errors.New("whether it is stored is not known")

	// ErrUnavailable marks a failure that may pass, of a store that gave no usable
	// answer for as long as it was asked.
	ErrUnavailable = errors.New("the store is out of reach")

	// ErrURL marks a sink's URL that is wrong as written.
	ErrURL = errors.New("wrong sink URL")
)

// inDoubt adds to an error that what it is about may be stored all the same.
func inDoubt(err error, doubt bool) error {
	if !doubt || errors.Is(err, ErrUnknown) {
		return err
	}
	return fmt.Errorf("%w; %w", err, ErrUnknown)
}

// explained is an error with a text of its own, of the class of its cause.
type explained struct {
	text  string
	cause error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.cause }

// unavailable marks an error as ErrUnavailable without a further word.
func unavailable(err error) error {
	return &explained{err.Error(), errors.Join(err, ErrUnavailable)}
}

// A failure is an error that no further attempt changes.
type failure struct {
	cause   error
	restart bool // the stream must be sent again
}

func (f *failure) Error() string { return f.cause.Error() }

func (f *failure) Unwrap() []error {
	if f.restart {
		return []error{f.cause, ErrRestart}
	}
	return []error{f.cause}
}
