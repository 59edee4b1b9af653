package notify

import (
	"fmt"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A Level is the least serious result for which messages are sent.
type Level int

// The levels. Each includes those before it.
const (
	Error   Level = iota // something failed
	Warning              // something is incomplete, was not backed up, or has warnings
	Info                 // everything is backed up
)

// ParseLevel reads error, warning or info.
func ParseLevel(text string) (Level, error) {
	for level, name := range []string{"error", "warning", "info"} {
		if text == name {
			return Level(level), nil
		}
	}
	return Error, fmt.Errorf("%q: must be error, warning or info", text)
}

// levelOf is the level of a result.
func levelOf(r *manifest.Report) Level {
	switch r.Status {
	case manifest.Failed, manifest.Refused:
		return Error
	case manifest.OK:
	default:
		return Warning
	}
	for i := range r.Sites {
		if w := r.Sites[i].Warnings; w != nil && w.Total > 0 {
			return Warning
		}
	}
	return Info
}

// A signal is the state that is sent to a dead man's switch.
type signal int

const (
	started  signal = iota
	finished        // everything is backed up
	failed          // something failed or is incomplete
	logged          // neither: another run was in progress, or a test
)

// signalOf is the signal of a result. An incomplete backup is not a success: the missing part
// may be needed later.
func signalOf(status manifest.Status) signal {
	switch status {
	case manifest.OK, manifest.Planned, manifest.Ignored:
		return finished
	case manifest.Locked:
		return logged
	case manifest.Failed, manifest.Refused, manifest.Incomplete, manifest.Running:
	}
	return failed
}
