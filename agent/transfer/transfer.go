// Package transfer sends streams through filters to all destinations of a run in parallel, and
// stops destinations that make no progress.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// PartBlocks is the number of blocks in one part of an upload. With parts of 8 MiB,
// one part is filled while another one is sent, for both streams of a site, within
// 128 MiB of memory. With 16 MiB the two streams would have to take turns.
const PartBlocks = 8

// streamBlocks is the number of blocks a stream may hold before a sink releases
// one: a part that one destination fills, two blocks read ahead, and the distance
// between the slowest and the fastest destination.
const streamBlocks = PartBlocks + 2 + 2*queueBlocks

// mostBlocks is the number of blocks that a stream can use: it sends three parts at the
// same time.
const mostBlocks = streamBlocks + 3*PartBlocks

// LeastPoolBlocks is the minimum for the streams of a site, in blocks of sinks.BlockSize:
// all of them are sent at the same time.
func LeastPoolBlocks(streams int) int { return streams * streamBlocks }

// PoolBlocks is the usual memory for the streams of a site, in blocks of sinks.BlockSize. It
// adds one part that is being sent.
func PoolBlocks(streams int) int { return LeastPoolBlocks(streams) + PartBlocks }

// MostPoolBlocks is what the streams of a site can use, in blocks of sinks.BlockSize.
func MostPoolBlocks(streams int) int { return streams * mostBlocks }

// A Transfer sends the streams of one run.
type Transfer struct {
	Pool         *sinks.Pool
	Filters      []archive.Filter
	Destinations []*Destination

	mu      sync.Mutex
	fanouts map[*fanout]bool // the streams that are being sent
}

// A Stream is what one call of Send transfers.
type Stream struct {
	Name    string // database, files or details
	Object  string // the name of its objects in the sinks, without the suffixes of the filters
	Limited bool   // obeys the bandwidth limit
	// Write writes the stream, unfiltered.
	Write func(context.Context, io.Writer) error
	// Progress is called with the bytes so far, before and after the filters; nil for none.
	Progress func(raw, stored int64)
}

// Send sends a stream to every destination and returns its length before the filters. A stream
// whose Write fails is published nowhere: its filters are not closed, and every sink's reader
// ends with that error. A destination that fails is skipped from then on; Send fails only if
// all destinations have failed.
func (t *Transfer) Send(ctx context.Context, s Stream) (bytes int64, err error) {
	most := mostBlocks
	if s.Limited { // what it holds, it holds for long
		most = streamBlocks
	}
	memory, err := t.Pool.Admit(ctx, streamBlocks, most)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	defer memory.Leave()
	f := newFanout(ctx, memory, t.Destinations)
	defer t.track(f)()

	var puts sync.WaitGroup
	for _, b := range f.branches {
		puts.Go(func() { t.store(b, s) })
	}
	source := &counter{}
	if s.Progress != nil {
		source.progress = func(raw int64) { s.Progress(raw, f.bytes.Load()) }
	}
	err = t.fill(ctx, s, f, source)
	f.end(err)
	puts.Wait()
	if err == nil && t.living() == 0 {
		err = ErrNoDestination
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	return source.bytes, nil
}

// track registers a fanout for the destination watchdog until the returned function is called.
func (t *Transfer) track(f *fanout) (forget func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fanouts == nil {
		t.fanouts = map[*fanout]bool{}
	}
	t.fanouts[f] = true
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.fanouts, f)
	}
}

// fill writes the stream through the filters into f.
func (t *Transfer) fill(ctx context.Context, s Stream, f *fanout, source *counter) (err error) {
	defer crash.Recover(&err)
	chain, err := archive.Chain(f, t.Filters...)
	if err != nil {
		return err
	}
	defer chain.Abandon() // no effect once the chain is closed
	source.w = chain
	if err := s.Write(ctx, source); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return chain.Close()
}

// store sends the stream to one destination, and marks the destination as failed if that fails.
func (t *Transfer) store(b *branch, s Stream) {
	defer b.drain()
	if b.dest.Err() != nil {
		return
	}
	sink := b.dest.sink
	if s.Limited {
		sink = b.dest.limited
	}
	objects, err := b.put(sink, s.Object+archive.Suffix(t.Filters...))
	if err != nil {
		// A stream that failed at its source is not the destination's failure.
		if b.ended && !errors.Is(b.end, io.EOF) && errors.Is(err, b.end) {
			return
		}
		b.dest.Fail(err)
		return
	}
	b.dest.add(s.Name, objects)
}

// living counts the destinations that have not failed.
func (t *Transfer) living() int {
	n := 0
	for _, d := range t.Destinations {
		if d.Err() == nil {
			n++
		}
	}
	return n
}

// A counter counts the bytes written to it.
type counter struct {
	w        *archive.Stack
	bytes    int64
	progress func(bytes int64) // nil for none
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.add(n)
	return n, err
}

// ReadFrom has the filters read r.
func (c *counter) ReadFrom(r io.Reader) (int64, error) {
	return c.w.ReadFrom(&countedReader{r, c})
}

// A countedReader counts what is read from r.
type countedReader struct {
	r     io.Reader
	count *counter
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.count.add(n)
	return n, err
}

func (c *counter) add(n int) {
	c.bytes += int64(n)
	if c.progress != nil {
		c.progress(c.bytes)
	}
}
