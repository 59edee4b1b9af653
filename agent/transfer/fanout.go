package transfer

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// ErrNoDestination ends a stream when every destination has failed.
var ErrNoDestination = errors.New("all destinations have failed")

// queueBlocks is the number of blocks that wait for a destination before the stream blocks.
const queueBlocks = 1

// A fanout writes a stream to every living destination. The destinations share
// the blocks, and the slowest one sets the pace.
type fanout struct {
	ctx      context.Context
	blocks   *sinks.Share
	branches []*branch
	block    *sinks.Block
	bytes    atomic.Int64
	sums     *streamSums
	memory   stopwatch // runs while the stream waits for memory
}

func newFanout(ctx context.Context, blocks *sinks.Share, dests []*Destination) *fanout {
	f := &fanout{ctx: ctx, blocks: blocks}
	var limits []int64
	for _, d := range dests {
		limits = append(limits, sinks.MaxObject(d.sink))
	}
	f.sums = newStreamSums(limits)
	for _, d := range dests {
		f.branches = append(f.branches, &branch{dest: d, blocks: make(chan *sinks.Block, queueBlocks), total: &f.bytes, sums: f.sums})
	}
	return f
}

// Write fills blocks with p and sends each full one.
func (f *fanout) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if f.block == nil {
			if err := f.nextBlock(); err != nil {
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

func (f *fanout) nextBlock() (err error) {
	f.memory.start()
	defer f.memory.stop()
	f.block, err = f.blocks.Get(f.ctx)
	return err
}

// send sends the block to every living destination.
func (f *fanout) send() error {
	block := f.block
	f.block = nil
	defer block.Release()
	if err := f.sums.write(block.Bytes()); err != nil {
		return err
	}
	living := 0
	for _, b := range f.branches {
		if b.dest.Err() != nil {
			continue
		}
		living++
		b.dest.queue()
		select {
		case b.blocks <- block.Retain():
		case <-b.dest.ctx.Done():
			b.dest.pending.Add(-1)
			block.Release()
		}
	}
	if err := f.ctx.Err(); err != nil {
		return context.Cause(f.ctx)
	}
	if living == 0 {
		return ErrNoDestination
	}
	return nil
}

// end ends the stream for every destination: with io.EOF, so that it may be
// published, or with the error that broke it.
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
	for _, b := range f.branches {
		b.dest.queue()
		b.end = err
		close(b.blocks)
	}
}
