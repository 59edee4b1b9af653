package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// errStalled is why a destination that made no progress was given up.
var errStalled = errors.New("the destination stalled")

// A destination is one sink of one run. It fails alone: everything that runs for
// it hangs on its context, and the other destinations go on.
type destination struct {
	sink    sinks.Sink
	ctx     context.Context
	cancel  context.CancelCauseFunc
	target  int // its place among the run's
	objects []ManifestObject
	stored  []sinks.Object
	bytes   int64
	mu      sync.Mutex // guards objects, stored and bytes

	committed bool  // its manifest is stored
	lost      error // why its manifest is not, or may not be

	moved   atomic.Int64 // when it last took, read or gave back a block, by uptime
	holding atomic.Int64 // blocks it has taken and not given back
	pending atomic.Int64 // blocks and ends that wait for it
}

func newDestination(ctx context.Context, sink sinks.Sink, target int) *destination {
	d := &destination{sink: sink, target: target}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	d.touch()
	return d
}

func (d *destination) touch() { d.moved.Store(uptime()) }

func (d *destination) idle() time.Duration {
	return time.Duration(uptime() - d.moved.Load())
}

// fail gives the destination up; the first reason stays.
func (d *destination) fail(err error) { d.cancel(err) }

// err is why the destination was given up, or nil.
func (d *destination) err() error {
	if d.ctx.Err() == nil {
		return nil
	}
	return context.Cause(d.ctx)
}

// keep notes the objects of a stream that the sink has acknowledged.
func (d *destination) keep(stream string, receipt sinks.Receipt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, o := range receipt.Objects {
		d.objects = append(d.objects, manifestObject(stream, i+1, o, receipt.Notes))
		d.stored = append(d.stored, o)
		d.bytes += o.Bytes
	}
}

// watch gives up destinations that stall, until ctx ends. A destination stalls
// when something waits for it, or memory is short and it holds the most of it,
// and it has not moved for the time of stall.
func watch(ctx context.Context, dests []*destination, stall time.Duration, starved func() bool) {
	tick := time.NewTicker(min(max(stall/8, 10*time.Millisecond), 10*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var most *destination
		for _, d := range dests {
			if d.err() != nil || d.idle() < stall {
				continue
			}
			if d.pending.Load() > 0 {
				d.fail(fmt.Errorf("%w: nothing moved for %s (limits.stall)", errStalled, stall))
				continue
			}
			if most == nil || d.holding.Load() > most.holding.Load() {
				most = d
			}
		}
		if most != nil && most.holding.Load() > 0 && starved() {
			most.fail(fmt.Errorf("%w: nothing moved for %s while memory was short (limits.stall)", errStalled, stall))
		}
	}
}
