package sinks

import (
	"errors"
	"fmt"
)

var (
	// ErrExists is returned when an object of that name exists; it is left
	// unchanged.
	ErrExists = errors.New("an object of this name exists")

	// ErrRestart marks a stream whose transfer failed for a reason that is neither
	// the site's nor the configuration's, and that cannot be resumed: it must be
	// sent again from the site, under a new name.
	ErrRestart = errors.New("the stream must be sent again under a new name")

	// ErrUnknown means that the stream may or may not be stored: the response to the request
	// that publishes it was lost, and so were the responses to the requests that check it.
	// Store the same bytes again under the same name to find out: ErrExists then means that
	// they are stored.
	ErrUnknown = errors.New("whether it is stored is not known")

	// ErrUnavailable marks a temporary failure: the store gave no usable response
	// for the whole time of the retries.
	ErrUnavailable = errors.New("the store is unavailable")

	// ErrURL marks an invalid URL of a sink.
	ErrURL = errors.New("wrong sink URL")
)

// inDoubt adds ErrUnknown to an error if doubt is true.
func inDoubt(err error, doubt bool) error {
	if !doubt || errors.Is(err, ErrUnknown) {
		return err
	}
	return fmt.Errorf("%w; %w", err, ErrUnknown)
}

// explained is an error with its own text and the class of its cause.
type explained struct {
	text  string
	cause error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.cause }

// unavailable marks an error as ErrUnavailable and keeps its text.
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
