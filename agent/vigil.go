package agent

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// errSilent is why a site that gave no sign of life was given up.
var errSilent = errors.New("the site's side is silent")

// silencePerStall is how much more patience a site gets than a destination: a
// dump is silent while it sets a locked table aside, a walk while it passes what
// is left out.
const silencePerStall = 12

// started is when this process began.
var started = time.Now()

// uptime is how long this process lives, in nanoseconds and never 0. A host's clock
// that is set, as after a long sleep, must not make a patient run give up.
func uptime() int64 { return int64(time.Since(started)) + 1 }

// A vigil knows for what, and since when, a run waits for the site's side of it:
// for a worker that its tenant has stopped, or a file that hangs, a run would
// otherwise wait for ever, and the sites after it would never get their turn.
type vigil struct{ since [4]atomic.Int64 }

// What a run waits for at the site's side; the streams have the first two places.
const (
	openingSite = 2 + iota
	findingsOfSite
)

// begin notes that we wait from now on, end that we do not.
func (v *vigil) begin(what int) { v.since[what].Store(uptime()) }
func (v *vigil) end(what int)   { v.since[what].Store(0) }

// waited is how long we have waited for the slowest.
func (v *vigil) waited() time.Duration {
	longest, now := time.Duration(0), uptime()
	for i := range v.since {
		if since := v.since[i].Load(); since != 0 {
			longest = max(longest, time.Duration(now-since))
		}
	}
	return longest
}

// keep gives the run up once we have waited for so long, until ctx ends.
func (v *vigil) keep(ctx context.Context, patience time.Duration, giveUp context.CancelCauseFunc) {
	tick := time.NewTicker(min(max(patience/8, 10*time.Millisecond), 10*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if v.waited() >= patience {
			giveUp(fmt.Errorf("%w: nothing came for %s (%d times limits.stall)", errSilent, patience, silencePerStall))
			return
		}
	}
}
