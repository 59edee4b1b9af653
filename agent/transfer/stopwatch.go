package transfer

import (
	"sync/atomic"
	"time"
)

// processStart is the origin of all stopwatches. They use the monotonic clock, so that a change
// of the host's clock, as after a suspend, does not make a run fail.
var processStart = time.Now()

// A stopwatch measures how long something has made no progress. The zero value is
// stopped.
type stopwatch struct{ since atomic.Int64 } // nanoseconds after processStart, never 0 while it runs

// start starts the measurement, again from zero if it runs.
func (s *stopwatch) start() { s.since.Store(int64(time.Since(processStart)) + 1) }

func (s *stopwatch) stop() { s.since.Store(0) }

// elapsed is the time since the last start, 0 when stopped.
func (s *stopwatch) elapsed() time.Duration {
	since := s.since.Load()
	if since == 0 {
		return 0
	}
	return time.Since(processStart) + 1 - time.Duration(since)
}
