package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// errNoDestination ends a stream once nobody is left to take it.
var errNoDestination = errors.New("no destination is left")

// tapQueue is how many blocks wait for a destination before the stream does.
const tapQueue = 1

// A fanout is the end of a stream: what is written to it goes to every
// destination that still lives, by reference, and no faster than the slowest.
type fanout struct {
	ctx     context.Context
	pool    *sinks.Pool
	taps    []*tap
	block   *sinks.Block
	bytes   atomic.Int64
	waiting atomic.Int64 // since when it waits for memory, by uptime; 0: it does not
}

func newFanout(ctx context.Context, pool *sinks.Pool, dests []*destination) *fanout {
	f := &fanout{ctx: ctx, pool: pool}
	for _, d := range dests {
		f.taps = append(f.taps, &tap{dest: d, blocks: make(chan *sinks.Block, tapQueue), all: &f.bytes})
	}
	return f
}

// Write fills blocks with p and hands each full one on.
func (f *fanout) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if f.block == nil {
			if err := f.next(); err != nil {
				return written, err
			}
		}
		n := f.block.Write(p)
		written, p = written+n, p[n:]
		f.bytes.Add(int64(n))
		if f.block.Full() {
			if err := f.send(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (f *fanout) next() (err error) {
	f.waiting.Store(uptime())
	f.block, err = f.pool.Get(f.ctx)
	f.waiting.Store(0)
	return err
}

// starved tells whether the stream has waited for memory for that long.
func (f *fanout) starved(d time.Duration) bool {
	since := f.waiting.Load()
	return since != 0 && time.Duration(uptime()-since) >= d
}

// send hands the block to every living destination.
func (f *fanout) send() error {
	block := f.block
	f.block = nil
	defer block.Release()
	living := 0
	for _, t := range f.taps {
		if t.dest.err() != nil {
			continue
		}
		living++
		t.dest.touchIfFree()
		t.dest.pending.Add(1)
		select {
		case t.blocks <- block.Retain():
		case <-t.dest.ctx.Done():
			t.dest.pending.Add(-1)
			block.Release()
		}
	}
	if err := f.ctx.Err(); err != nil {
		return context.Cause(f.ctx)
	}
	if living == 0 {
		return errNoDestination
	}
	return nil
}

// end ends the stream for every destination: with io.EOF, after which it may be
// published, or with the error that spoilt it, after which it must not be.
func (f *fanout) end(err error) {
	if err == nil && f.block != nil {
		err = f.send()
	}
	if err == nil {
		err = io.EOF
	}
	if f.block != nil {
		f.block.Release()
		f.block = nil
	}
	for _, t := range f.taps {
		t.dest.touchIfFree()
		t.dest.pending.Add(1)
		t.end = err
		close(t.blocks)
	}
}

// touchIfFree starts the clock of a destination that had nothing to do.
func (d *destination) touchIfFree() {
	if d.pending.Load() == 0 {
		d.touch()
	}
}

// A tap is one destination's view of a stream; it implements sinks.BlockReader.
type tap struct {
	dest   *destination
	blocks chan *sinks.Block
	all    *atomic.Int64 // the stream's bytes so far
	end    error         // valid once blocks is closed
	ended  bool          // the reader was told the end
	block  *sinks.Block
	rest   []byte
}

// NextBlock returns the stream's next block, or how it ended.
func (t *tap) NextBlock(ctx context.Context) (*sinks.Block, error) {
	select {
	case b, open := <-t.blocks:
		if !open {
			t.ended = true
			return nil, t.end
		}
		t.dest.touch()
		t.dest.pending.Add(-1)
		t.dest.holding.Add(1)
		return b.View(t.dest.touch, func() {
			t.dest.holding.Add(-1)
			t.dest.touch()
		}), nil
	case <-t.dest.ctx.Done():
		return nil, t.dest.err()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Read copies the stream's next bytes.
func (t *tap) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		t.drop()
		b, err := t.NextBlock(t.dest.ctx)
		if err != nil {
			return 0, err
		}
		t.block, t.rest = b, b.Bytes()
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	t.dest.touch()
	return n, nil
}

func (t *tap) drop() {
	if t.block != nil {
		t.block.Release()
		t.block = nil
	}
}

// put stores the stream in the tap's destination, under name, no faster than limit
// allows; nil is no limit.
func (t *tap) put(name string, limit *sinks.Limiter) (receipt sinks.Receipt, err error) {
	defer catch(&err)
	receipt, err = t.dest.sink.Put(t.dest.ctx, name, sinks.Limit(t, limit))
	switch {
	case err != nil:
	case !t.ended || !errors.Is(t.end, io.EOF):
		err = errors.New("the sink acknowledged a stream before its end")
	case acknowledged(receipt) != t.all.Load():
		err = fmt.Errorf("the sink acknowledged %d bytes of a stream of %d", acknowledged(receipt), t.all.Load())
	}
	if err != nil {
		// Cancelled for a reason of ours: that reason is what went wrong.
		if cause := t.dest.err(); cause != nil {
			err = cause
		}
	}
	return receipt, err
}

// acknowledged is how many bytes a sink says it has.
func acknowledged(r sinks.Receipt) (bytes int64) {
	for _, o := range r.Objects {
		bytes += o.Bytes
	}
	return bytes
}

// drain gives back what the destination left, until the stream has ended.
func (t *tap) drain() {
	t.drop()
	for b := range t.blocks {
		t.dest.pending.Add(-1)
		b.Release()
	}
	t.dest.pending.Add(-1)
}
