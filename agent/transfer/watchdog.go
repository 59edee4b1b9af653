package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// processStart is the origin of all stopwatches. They use the monotonic clock, so
// that setting the host's clock, as after a suspend, ends no run.
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

// poll calls check several times per limit until ctx ends.
func poll(ctx context.Context, limit time.Duration, check func()) {
	tick := time.NewTicker(min(max(limit/8, 10*time.Millisecond), 10*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			check()
		}
	}
}

// ErrDestinationStalled is why a destination without progress was given up.
var ErrDestinationStalled = errors.New("the destination stalled")

// WatchDestinations is the destination watchdog. Until ctx ends it gives up
// destinations that make no progress for stall although something waits for them.
// When a stream has waited for memory for as long, it gives up the inactive
// destination that holds the most of it.
func (t *Transfer) WatchDestinations(ctx context.Context, stall time.Duration) {
	poll(ctx, stall, func() { t.checkDestinations(stall) })
}

func (t *Transfer) checkDestinations(stall time.Duration) {
	var largest *Destination
	for _, d := range t.Destinations {
		if d.Err() != nil || d.activity.elapsed() < stall {
			continue
		}
		if d.pending.Load() > 0 {
			d.Fail(fmt.Errorf("%w: no progress for %s (limits.stall)", ErrDestinationStalled, stall))
			continue
		}
		if largest == nil || d.holding.Load() > largest.holding.Load() {
			largest = d
		}
	}
	if largest != nil && largest.holding.Load() > 0 && t.outOfMemory(stall) {
		largest.Fail(fmt.Errorf("%w: no progress for %s while memory was short (limits.stall)", ErrDestinationStalled, stall))
	}
}

// outOfMemory reports whether a stream has waited for memory for d.
func (t *Transfer) outOfMemory(d time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.fanouts {
		if f.memory.elapsed() >= d {
			return true
		}
	}
	return false
}

// ErrSiteStalled is why a run was given up whose site made no progress.
var ErrSiteStalled = errors.New("the site makes no progress")

// siteStalls is how much longer than a destination a site may make no progress,
// as a factor: a dump writes nothing while it copies a locked table to the spool, and a walk
// writes nothing while it skips excluded files.
const siteStalls = 12

// A SiteWatchdog measures how long a run waits for its site: for a worker that its
// tenant has stopped, or for a file system that hangs. Without it, one such site
// would block all sites after it.
type SiteWatchdog struct {
	mu    sync.Mutex
	waits map[*stopwatch]bool
}

// Await calls f, and counts its time as time spent waiting for the site.
func (w *SiteWatchdog) Await(f func()) {
	wait, done := w.begin()
	defer done()
	wait.start()
	f()
}

// Guard returns write with its time counted as time spent waiting for the site,
// except while its writer is busy.
func (w *SiteWatchdog) Guard(write func(context.Context, io.Writer) error) func(context.Context, io.Writer) error {
	return func(ctx context.Context, out io.Writer) error {
		wait, done := w.begin()
		defer done()
		wait.start()
		return write(ctx, guardedWriter{out, wait})
	}
}

func (w *SiteWatchdog) begin() (wait *stopwatch, done func()) {
	wait = &stopwatch{}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits == nil {
		w.waits = map[*stopwatch]bool{}
	}
	w.waits[wait] = true
	return wait, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waits, wait)
	}
}

// waited is the longest current wait.
func (w *SiteWatchdog) waited() (longest time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for wait := range w.waits {
		longest = max(longest, wait.elapsed())
	}
	return longest
}

// Watch calls giveUp once the site has made no progress for twelve times stall,
// until ctx ends.
func (w *SiteWatchdog) Watch(ctx context.Context, stall time.Duration, giveUp context.CancelCauseFunc) {
	limit := siteStalls * stall
	poll(ctx, limit, func() {
		if w.waited() >= limit {
			giveUp(fmt.Errorf("%w: no progress for %s (%d times limits.stall)", ErrSiteStalled, limit, siteStalls))
		}
	})
}

// A guardedWriter stops a wait while it writes.
type guardedWriter struct {
	w    io.Writer
	wait *stopwatch
}

func (g guardedWriter) Write(p []byte) (int, error) {
	g.wait.stop()
	defer g.wait.start()
	return g.w.Write(p)
}
