package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrDestinationStalled is the error of a destination without progress.
var ErrDestinationStalled = errors.New("the destination stalled")

// WatchDestinations is the destination watchdog. Until ctx ends, it stops each destination that
// makes no progress for stall although data wait for it. When a stream has waited for memory
// for that long, it stops the inactive destination that holds the most memory.
func (t *Transfer) WatchDestinations(ctx context.Context, stall time.Duration) {
	tick := time.NewTicker(min(max(stall/8, 10*time.Millisecond), 10*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.checkDestinations(stall)
		}
	}
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
