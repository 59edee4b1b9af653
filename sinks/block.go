package sinks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/minio/crc64nvme"
	"golang.org/x/sync/semaphore"
)

// BlockSize is the size of one Block, in bytes.
const BlockSize = 1 << 20

// A Pool bounds the memory of all streams in flight: it hands out blocks of
// BlockSize bytes, and blocks when all of them are in use.
type Pool struct {
	size    int
	streams *semaphore.Weighted // the blocks that the admitted streams may need

	mu       sync.Mutex
	free     []*Block
	used     int           // blocks in use
	promised int           // blocks that admitted streams need and do not use yet
	returned chan struct{} // closed when a block or a promise is given back
}

// NewPool returns a pool of at most n blocks; they are allocated when first needed.
func NewPool(n int) *Pool {
	return &Pool{size: n, streams: semaphore.NewWeighted(int64(n)), returned: make(chan struct{})}
}

// A Share is the part of a pool that one stream uses.
type Share struct {
	pool *Pool
	need int // blocks that it gets however many the others ask for
	most int
	used int // guarded by pool.mu, like need
}

// Admit waits until a stream may begin that holds up to need blocks before it can release one.
// These are its own: without them, several streams could each hold a part of the pool and wait
// forever for the rest. It gets up to most blocks, and more than need only while no other
// stream needs them. A stream that is throttled must have most equal to need, because it would
// keep borrowed blocks for a long time.
func (p *Pool) Admit(ctx context.Context, need, most int) (*Share, error) {
	need = min(need, p.size)
	if err := p.streams.Acquire(ctx, int64(need)); err != nil {
		return nil, fmt.Errorf("wait for stream memory: %w", context.Cause(ctx))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.promised += need
	return &Share{pool: p, need: need, most: max(need, most)}, nil
}

// Leave ends the stream's share of the pool. Its blocks may be released later.
func (s *Share) Leave() {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.promised -= max(0, s.need-s.used)
	p.streams.Release(int64(s.need))
	s.need = 0
	p.notify()
}

// Get waits for a free block and returns it empty, with one reference.
func (s *Share) Get(ctx context.Context) (*Block, error) {
	for {
		b, returned := s.tryGet()
		if b != nil {
			return b, nil
		}
		select {
		case <-returned:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for stream memory: %w", context.Cause(ctx))
		}
	}
}

// tryGet returns a block, or else a channel that is closed when one may be free.
func (s *Share) tryGet() (*Block, <-chan struct{}) {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	own := s.used < s.need
	if s.used >= s.most || p.used >= p.size || !own && p.used+p.promised >= p.size {
		return nil, p.returned
	}
	if own {
		p.promised--
	}
	s.used++
	p.used++
	var b *Block
	if n := len(p.free); n > 0 {
		b, p.free = p.free[n-1], p.free[:n-1]
	} else {
		b = &Block{buf: make([]byte, BlockSize)}
	}
	b.share, b.n = s, 0
	b.sum = sync.OnceValue(b.computeChecksum)
	b.refs.Store(1)
	return b, nil
}

// put takes a block back.
func (s *Share) put(b *Block) {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, b)
	p.used--
	if s.used--; s.used < s.need {
		p.promised++
	}
	p.notify()
}

// notify wakes up all who wait for a block.
func (p *Pool) notify() {
	close(p.returned)
	p.returned = make(chan struct{})
}

// A Block is a section of a stream that several destinations read from the same
// memory. One owner fills it; after that it is only read. The last Release returns
// it to its pool.
type Block struct {
	share *Share // of the stream that uses it
	buf   []byte
	n     int
	sum   func() checksum // computed once, for all destinations
	refs  atomic.Int32

	parent  *Block // the block that a view reads; nil for a block with its own memory
	touch   func()
	release func()
}

// View returns a block over the same memory for one destination; it takes over
// one reference to b. touch is called whenever the destination reads the bytes,
// release once when its last reference to the view is released. They show that a
// destination makes progress, however slowly.
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
// io.ErrUnexpectedEOF was truncated, and must not look complete.
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

// Bytes is the content of the block; it must not be changed once the block is
// shared. A sink that sends a block slowly calls Bytes again for each read.
func (b *Block) Bytes() []byte {
	if b.parent != nil {
		b.touch()
		b = b.parent
	}
	return b.buf[:b.n]
}

// checksum is that of the block's bytes. The block must be filled by now.
func (b *Block) checksum() checksum {
	if b.parent != nil {
		b = b.parent
	}
	return b.sum()
}

func (b *Block) computeChecksum() checksum {
	return checksum{bytes: int64(b.n), crc: crc64nvme.Checksum(b.buf[:b.n])}
}

// Full reports whether the block holds BlockSize bytes.
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
		b.share.put(b)
	case n < 0:
		panic("sinks: a block was released more often than retained")
	}
}

// A BlockReader is a stream that returns whole blocks, so that a sink which keeps
// parts in memory does not copy them.
type BlockReader interface {
	io.Reader
	// NextBlock returns the next block, which the caller releases, or io.EOF at
	// the end of a complete stream. Every block but the last is full.
	NextBlock(ctx context.Context) (*Block, error)
}

// A blockPipe turns a plain reader into blocks. It reads in its own goroutine, so
// that its sink can stop even while a Read of r blocks forever; that one Read may
// still be running afterwards.
type blockPipe struct {
	out chan *Block
	err error // the reason why out was closed; io.EOF when r ended
}

func pipeBlocks(ctx context.Context, r io.Reader, share *Share) *blockPipe {
	p := &blockPipe{out: make(chan *Block)}
	go func() {
		defer close(p.out)
		p.err = p.run(ctx, r, share)
	}()
	return p
}

func (p *blockPipe) run(ctx context.Context, r io.Reader, share *Share) error {
	for {
		b, err := share.Get(ctx)
		if err != nil {
			return err
		}
		n, err := b.ReadFrom(r)
		if n == 0 || (err != nil && !errors.Is(err, io.EOF)) {
			b.Release()
			return err
		}
		select {
		case p.out <- b:
		case <-ctx.Done():
			b.Release()
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// next is NextBlock.
func (p *blockPipe) next(ctx context.Context) (*Block, error) {
	select {
	case b, ok := <-p.out:
		if !ok {
			return nil, p.err
		}
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// blocks returns the stream r block by block. A BlockReader is not copied, and its
// caller has admitted it to the pool. A plain reader is admitted here for up to need
// blocks, and read until ctx ends. Call leave when the stream has ended.
func blocks(ctx context.Context, r io.Reader, pool *Pool, need int) (next func(context.Context) (*Block, error), leave func(), err error) {
	if br, ok := r.(BlockReader); ok {
		return br.NextBlock, func() {}, nil
	}
	share, err := pool.Admit(ctx, need, pool.size)
	if err != nil {
		return nil, nil, err
	}
	return pipeBlocks(ctx, r, share).next, share.Leave, nil
}
