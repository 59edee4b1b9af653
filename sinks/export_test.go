package sinks

import (
	"context"
	"sync"
	"time"
)

// A Clock is a clock that advances only when somebody waits.
type Clock struct {
	mu    sync.Mutex
	start time.Time
	now   time.Time
}

// NewClockedLimiter is NewLimiter with a clock of the test.
func NewClockedLimiter(bytesPerSecond int64) (*Limiter, *Clock) {
	at := time.Unix(1_000_000_000, 0)
	c := &Clock{start: at, now: at}
	l := NewLimiter(bytesPerSecond)
	l.now, l.wait = c.time, c.wait
	return l, c
}

// Passed is the total time of all waits.
func (c *Clock) Passed() time.Duration { return c.time().Sub(c.start) }

func (c *Clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// wait advances the clock at once, unless ctx has ended.
func (c *Clock) wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}
