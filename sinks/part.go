package sinks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A part is a sequence of blocks that is sent in one request. All but the last block are full.
type part struct {
	blocks []*Block
	size   int64
	crc    uint64
}

// add appends a block and takes over the caller's reference to it.
func (p *part) add(b *Block) {
	sum := checksum{bytes: p.size, crc: p.crc}
	sum.append(b.checksum())
	p.blocks, p.size, p.crc = append(p.blocks, b), sum.bytes, sum.crc
}

func (p *part) release() {
	for _, b := range p.blocks {
		b.Release()
	}
	p.blocks = nil
}

// A cutter divides a stream into parts of equal size; only the last may be shorter.
type cutter struct {
	next  func(context.Context) (*Block, error)
	per   int    // blocks in a part
	ahead *Block // read to know whether the stream goes on
	ended bool

	mu   sync.Mutex
	last *Block // the last block that part returned
}

// part returns the next part and adds its checksum to sum, io.EOF when none is left.
func (c *cutter) part(ctx context.Context, sum *checksum) (*part, error) {
	p := &part{}
	for len(p.blocks) < c.per {
		more, err := c.more(ctx)
		if err != nil {
			p.release()
			return nil, err
		}
		if !more {
			break
		}
		b := c.ahead
		c.ahead = nil
		c.hold(b.Retain())
		if p.size%BlockSize != 0 {
			p.release()
			b.Release()
			return nil, errors.New("divide a stream into parts: a block before the last is not full")
		}
		p.add(b)
	}
	if len(p.blocks) == 0 {
		return nil, io.EOF
	}
	sum.append(checksum{bytes: p.size, crc: p.crc})
	return p, nil
}

// more tells whether the stream goes on.
func (c *cutter) more(ctx context.Context) (bool, error) {
	if c.ended || c.ahead != nil {
		return !c.ended, nil
	}
	b, err := c.next(ctx)
	if errors.Is(err, io.EOF) {
		c.ended = true
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the stream: %w", err)
	}
	c.ahead = b
	return true, nil
}

// hold keeps a block until the next call; nil releases the last one.
func (c *cutter) hold(b *Block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		c.last.Release()
	}
	c.last = b
}

// alive touches the last block, which shows its owner that the sink is still working
// although it reads no more blocks.
func (c *cutter) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		c.last.Bytes()
	}
}

// close releases the blocks that were read and not returned.
func (c *cutter) close() {
	c.hold(nil)
	if c.ahead != nil {
		c.ahead.Release()
		c.ahead = nil
	}
}

// aheadBlocks is the number of blocks that a stream holds besides the part that it
// fills: one to know whether the stream goes on, and one in the reader.
const aheadBlocks = 2

// A stream is a stream of which the first part has been read.
type stream struct {
	*cutter
	sum   *checksum // of the parts that were read
	first *part     // empty if the stream is
	long  bool      // there are further parts
	leave func()
}

// startStream reads the first part of r. The caller releases that part, and closes the
// stream.
func startStream(ctx context.Context, r io.Reader, o Options) (*stream, error) {
	per := o.PartSize / BlockSize
	next, leave, err := blocks(ctx, r, o.Pool, per+aheadBlocks)
	if err != nil {
		return nil, err
	}
	s := &stream{cutter: &cutter{next: next, per: per}, sum: &checksum{}, leave: leave}
	s.first, err = s.part(ctx, s.sum)
	if errors.Is(err, io.EOF) {
		s.first, err = &part{}, nil
	}
	if err != nil {
		s.close()
		return nil, err
	}
	if s.long, err = s.more(ctx); err != nil {
		s.first.release()
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stream) close() {
	s.cutter.close()
	s.leave()
}

// A body is a part as the body of one request. The HTTP client may go on reading
// after it has returned; detach prevents it from reading blocks that hold another
// stream by then.
type body struct {
	progress func() // called whenever the client reads bytes

	mu      sync.Mutex
	part    *part
	off     int64
	drained bool // the client has read all of it since the last seek
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.part == nil {
		return 0, errors.New("the request is over")
	}
	if b.off >= b.part.size {
		return 0, io.EOF
	}
	n := copy(p, b.part.blocks[b.off/BlockSize].Bytes()[b.off%BlockSize:])
	b.off += int64(n)
	b.drained = b.drained || b.off == b.part.size
	b.progress()
	return n, nil
}

func (b *body) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.part == nil {
		return 0, errors.New("the request is over")
	}
	switch whence {
	case io.SeekCurrent:
		offset += b.off
	case io.SeekEnd:
		offset += b.part.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start of a part")
	}
	b.off = offset
	b.drained = false // the first reading was for the hash; the next one sends it
	return offset, nil
}

// detach ends the body and tells whether the client has read all of it.
func (b *body) detach() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	drained := b.drained || (b.part != nil && b.part.size == 0)
	b.part = nil
	return drained
}
