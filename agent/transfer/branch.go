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
	sums   *streamSums
	end    error // valid once blocks is closed
	ended  bool  // the reader has seen the end
	block  *sinks.Block
	rest   []byte
}

// NextBlock returns the stream's next block, or the error that ended it (io.EOF at its
// end).
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

// put stores the stream in the destination, through sink, under name.
func (b *branch) put(sink sinks.Sink, name string) (objects []Object, err error) {
	defer crash.Recover(&err)
	receipt, err := sink.Put(b.dest.ctx, name, b)
	if err == nil {
		objects, err = b.confirm(receipt)
	}
	if err != nil {
		// If we cancelled the destination, our reason is the cause.
		if cause := b.dest.Err(); cause != nil {
			err = cause
		}
	}
	return objects, err
}

// confirm checks that the sink acknowledged the whole stream, and adds the sums of
// its objects.
func (b *branch) confirm(receipt sinks.Receipt) ([]Object, error) {
	if !b.ended || !errors.Is(b.end, io.EOF) {
		return nil, errors.New("the sink acknowledged a stream before it had all of it")
	}
	if n := acknowledged(receipt); n != b.total.Load() {
		return nil, fmt.Errorf("the sink acknowledged %d bytes of a stream of %d", n, b.total.Load())
	}
	limit := sinks.MaxObject(b.dest.sink)
	sums := b.sums.objects(limit)
	if len(receipt.Objects) != len(sums) {
		return nil, fmt.Errorf("the sink acknowledged %d objects instead of %d", len(receipt.Objects), len(sums))
	}
	var objects []Object
	for i, o := range receipt.Objects {
		if limit > 0 && i < len(sums)-1 && o.Bytes != limit {
			return nil, fmt.Errorf("the sink acknowledged %d bytes of object %d instead of %d", o.Bytes, i+1, limit)
		}
		objects = append(objects, Object{Object: o, SHA256: sums[i], Piece: i + 1, Notes: receipt.Notes})
	}
	return objects, nil
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
