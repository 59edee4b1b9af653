package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A branch is a stream as one destination reads it; it implements sinks.BlockReader.
type branch struct {
	dest   *Destination
	blocks chan *sinks.Block
	total  *atomic.Int64 // bytes of the stream so far
	end    error         // valid once blocks is closed
	ended  bool          // the reader has seen the end
	block  *sinks.Block
	rest   []byte
}

// NextBlock returns the stream's next block, or how it ended.
func (b *branch) NextBlock(ctx context.Context) (*sinks.Block, error) {
	select {
	case block, open := <-b.blocks:
		if !open {
			b.ended = true
			return nil, b.end
		}
		b.dest.touch()
		b.dest.pending.Add(-1)
		b.dest.holding.Add(1)
		return block.View(b.dest.touch, func() {
			b.dest.holding.Add(-1)
			b.dest.touch()
		}), nil
	case <-b.dest.ctx.Done():
		return nil, b.dest.Err()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Read copies the stream's next bytes.
func (b *branch) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		b.release()
		block, err := b.NextBlock(b.dest.ctx)
		if err != nil {
			return 0, err
		}
		b.block, b.rest = block, block.Bytes()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.dest.touch()
	return n, nil
}

func (b *branch) release() {
	if b.block != nil {
		b.block.Release()
		b.block = nil
	}
}

// put stores the stream in its destination under name. A nil limiter is no limit.
func (b *branch) put(name string, limiter *sinks.Limiter) (receipt sinks.Receipt, err error) {
	defer crash.Recover(&err)
	receipt, err = b.dest.sink.Put(b.dest.ctx, name, sinks.Limit(b, limiter))
	switch {
	case err != nil:
	case !b.ended || !errors.Is(b.end, io.EOF):
		err = errors.New("the sink acknowledged a stream before its end")
	case acknowledged(receipt) != b.total.Load():
		err = fmt.Errorf("the sink acknowledged %d bytes of a stream of %d", acknowledged(receipt), b.total.Load())
	}
	if err != nil {
		// If we cancelled the destination, our reason is the cause.
		if cause := b.dest.Err(); cause != nil {
			err = cause
		}
	}
	return receipt, err
}

// acknowledged is the number of bytes in a receipt.
func acknowledged(r sinks.Receipt) (bytes int64) {
	for _, o := range r.Objects {
		bytes += o.Bytes
	}
	return bytes
}

// drain releases the blocks that the destination did not read, until the stream ends.
func (b *branch) drain() {
	b.release()
	for block := range b.blocks {
		b.dest.pending.Add(-1)
		block.Release()
	}
	b.dest.pending.Add(-1)
}
