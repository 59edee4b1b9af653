package sinks

import "errors"

var (
	// ErrExists is returned when the name is taken; what is stored under it
	// stays as it is.
	ErrExists = errors.New("the name is taken")

	// ErrRestart marks a stream that was lost on its way through no fault of the
	// site or of the configuration, and that cannot be taken up where it broke:
	// it must be sent again from the site, under a new name.
	ErrRestart = errors.New("the stream must be sent again under a new name")

	// ErrURL marks a sink's URL that is wrong as written.
	ErrURL = errors.New("wrong sink URL")
)
