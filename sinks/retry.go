package sinks

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Pauses are the waiting times between the attempts of one operation: random
// around First at the beginning, twice as long each time, up to Longest.
type Pauses struct{ First, Longest time.Duration }

// requestPauses are the pauses between attempts of one request.
func requestPauses() Pauses { return Pauses{First: 150 * time.Millisecond, Longest: 12 * time.Second} }

// An Attempt is the outcome of one call of an operation.
type Attempt struct {
	Err   error
	Again bool          // Err may pass: call the operation again
	After time.Duration // no sooner than this, as the other side asked
}

// Retry calls operation until it succeeds, fails for good, or ctx ends, and
// returns its last error.
func Retry(ctx context.Context, p Pauses, operation func() Attempt) error {
	var last Attempt
	wait := &pauses{asked: &last.After, ExponentialBackOff: backoff.ExponentialBackOff{
		InitialInterval: p.First, MaxInterval: p.Longest, Multiplier: 2, RandomizationFactor: 0.5,
	}}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = operation()
		if last.Err != nil && !last.Again {
			return struct{}{}, backoff.Permanent(last.Err)
		}
		return struct{}{}, last.Err
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return last.Err // also when ctx ended a pause
	}
	return nil
}

// pauses adds what the other side asked for to the pause.
type pauses struct {
	backoff.ExponentialBackOff
	asked *time.Duration
}

// NextBackOff is the next pause.
func (p *pauses) NextBackOff() time.Duration { return *p.asked + p.ExponentialBackOff.NextBackOff() }
