package transfer

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A Destination is one sink of one run. All its work runs under its own context, so its
// failure does not stop the other destinations.
type Destination struct {
	sink    sinks.Sink
	limited sinks.Sink      // the same sink with the bandwidth limit
	ctx     context.Context //nolint:containedctx // a destination lives as long as this context
	cancel  context.CancelCauseFunc

	mu      sync.Mutex // guards objects
	objects []Object

	activity stopwatch    // restarts whenever it takes, reads or releases a block
	holding  atomic.Int64 // blocks it has taken and not released
	pending  atomic.Int64 // blocks and ends of streams that wait for it
}

// An Object is one object that a sink has acknowledged.
type Object struct {
	sinks.Object
	Stream string
	Piece  int // number within the stream, from 1
	SHA256 [32]byte
	Notes  []string // the guarantees that the sink did not give
}

// NewDestination returns a destination that ends with ctx. limited is the same sink
// with the bandwidth limit.
func NewDestination(ctx context.Context, sink, limited sinks.Sink) *Destination {
	d := &Destination{sink: sink, limited: limited}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	d.touch()
	return d
}

// Sink is the destination's sink.
func (d *Destination) Sink() sinks.Sink { return d.sink }

// Context ends when the destination fails or is closed.
func (d *Destination) Context() context.Context { return d.ctx }

// Fail stops the destination. The first reason is kept.
func (d *Destination) Fail(err error) { d.cancel(err) }

// Close ends everything that still runs for the destination.
func (d *Destination) Close() { d.cancel(nil) }

// Err is why the destination failed, or nil.
func (d *Destination) Err() error {
	if d.ctx.Err() == nil {
		return nil
	}
	return context.Cause(d.ctx)
}

// Objects lists the objects that the sink has acknowledged.
func (d *Destination) Objects() []Object {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.objects)
}

func (d *Destination) add(stream string, objects []Object) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range objects {
		o.Stream = stream
		d.objects = append(d.objects, o)
	}
}

func (d *Destination) touch() { d.activity.start() }

// queue counts one more block or end of a stream that waits for the destination. If
// nothing was waiting before, the destination was idle, so its stopwatch restarts.
func (d *Destination) queue() {
	if d.pending.Load() == 0 {
		d.touch()
	}
	d.pending.Add(1)
}
