package sinks

import (
	"context"
	"errors"
	"testing"
	"time"
)

// An upload whose site is slow to deliver the next block is not stalled.
func TestPausedWatchdogDoesNotCancel(t *testing.T) {
	const limit = 10 * time.Millisecond
	ctx, dog, cancel := watch(t.Context(), limit)
	defer cancel(nil)
	dog.pause()
	dog.progress() // of what was sent before
	select {
	case <-ctx.Done():
		t.Fatal("a paused watchdog cancelled its request")
	case <-time.After(20 * limit):
	}
	dog.resume()
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), errStalled) {
		t.Errorf("cancelled with %v", context.Cause(ctx))
	}
}
