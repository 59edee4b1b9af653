package sinks

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// BlockSize is the size of one Block, in bytes.
const BlockSize = 1 << 20

// A Pool bounds the memory of all streams in flight: it hands out blocks of
// BlockSize bytes, and makes who asks wait once all are out.
type Pool struct {
	tokens  chan struct{} // one for each block that is out
	free    chan *Block
	size    int64
	streams *semaphore.Weighted // what the streams that were let in may need
}

// NewPool returns a pool of at most n blocks; they are allocated when first needed.
func NewPool(n int) *Pool {
	return &Pool{
		tokens: make(chan struct{}, n), free: make(chan *Block, n),
		size: int64(n), streams: semaphore.NewWeighted(int64(n)),
	}
}

// Admit waits until a stream may begin that keeps up to n blocks to itself
// before it can give any back. Streams that are not let in this way could each
// hold a part of the pool and wait for the rest for ever.
func (p *Pool) Admit(ctx context.Context, n int) (leave func(), err error) {
	weight := min(int64(n), p.size)
	if err := p.streams.Acquire(ctx, weight); err != nil {
		return nil, fmt.Errorf("wait for stream memory: %w", context.Cause(ctx))
	}
	return func() { p.streams.Release(weight) }, nil
}

// Get waits for a free block and returns it empty, with one reference.
func (p *Pool) Get(ctx context.Context) (*Block, error) {
	select {
	case p.tokens <- struct{}{}:
	default:
		select {
		case p.tokens <- struct{}{}:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for stream memory: %w", context.Cause(ctx))
		}
	}
	select {
	case b := <-p.free:
		b.n = 0
		b.refs.Store(1)
		return b, nil
	default:
		b := &Block{pool: p, buf: make([]byte, BlockSize)}
		b.refs.Store(1)
		return b, nil
	}
}

// A Block is a piece of a stream that several destinations read from the same
// memory. It is filled by one owner, then only read; the last Release gives it
// back to its pool.
type Block struct {
	pool *Pool
	buf  []byte
	n    int
	refs atomic.Int32

	parent  *Block // what a view looks at; nil for a block with memory of its own
	touch   func()
	release func()
}

// View returns a block over the same memory for one destination; it takes over
// one reference to b. touch is called whenever the destination looks at the
// bytes, release once when its last reference to the view is gone: they tell a
// destination that moves, however slowly, from one that stalls.
func (b *Block) View(touch, release func()) *Block {
	v := &Block{parent: b, touch: touch, release: release}
	v.refs.Store(1)
	return v
}

// Write appends as much of p as fits and returns how much that was; unlike
// io.Writer's, a short count comes without an error.
func (b *Block) Write(p []byte) int {
	n := copy(b.buf[b.n:], p)
	b.n += n
	return n
}

// ReadFrom fills the block from r, until it is full or r ends or fails. It
// returns io.EOF only when r itself did: a reader that fails with
// io.ErrUnexpectedEOF was cut, and must not look like one that ended.
func (b *Block) ReadFrom(r io.Reader) (int64, error) {
	start := b.n
	for idle := 0; b.n < len(b.buf); {
		n, err := r.Read(b.buf[b.n:])
		b.n += n
		if err != nil {
			return int64(b.n - start), err
		}
		if n > 0 {
			idle = 0
		} else if idle++; idle == 100 {
			return int64(b.n - start), io.ErrNoProgress
		}
	}
	return int64(b.n - start), nil
}

// Bytes is what the block holds; it must not be changed once the block is shared.
// A sink that sends a block slowly asks for Bytes again with each read.
func (b *Block) Bytes() []byte {
	if b.parent != nil {
		b.touch()
		b = b.parent
	}
	return b.buf[:b.n]
}

// Full tells whether the block holds BlockSize bytes.
func (b *Block) Full() bool { return b.n == len(b.buf) }

// Retain adds a reference and returns the block.
func (b *Block) Retain() *Block {
	b.refs.Add(1)
	return b
}

// Release gives up a reference.
func (b *Block) Release() {
	switch n := b.refs.Add(-1); {
	case n == 0 && b.parent != nil:
		b.release()
		b.parent.Release()
	case n == 0:
		b.pool.free <- b
		<-b.pool.tokens
	case n < 0:
		panic("sinks: a block was released more often than retained")
	}
}

// A BlockReader is a stream that can hand out its blocks whole, so that a sink
// which keeps parts in memory need not copy them.
type BlockReader interface {
	io.Reader
	// NextBlock returns the next block, which the caller releases, or io.EOF at
	// the end of a stream that is whole. Every block but the last is full.
	NextBlock(ctx context.Context) (*Block, error)
}
