package sinks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A part is a run of blocks that is sent as one: all but the last are full.
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

// A cutter cuts a stream into parts of equal size; only the last may be shorter.
type cutter struct {
	next  func(context.Context) (*Block, error)
	per   int    // blocks in a part
	ahead *Block // read to see whether there is more
	ended bool

	mu   sync.Mutex
	last *Block // what part took last
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
			return nil, errors.New("cut a stream into parts: a block before the last is not full")
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

// hold keeps a block until the next one, nil in the end.
func (c *cutter) hold(b *Block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		c.last.Release()
	}
	c.last = b
}

// alive looks at the block that was taken last, which tells its owner that the
// stream is in work although nothing more of it is read.
func (c *cutter) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		c.last.Bytes()
	}
}

// close gives back what was read and not handed out.
func (c *cutter) close() {
	c.hold(nil)
	if c.ahead != nil {
		c.ahead.Release()
		c.ahead = nil
	}
}

// A body is a part as one request sends it. The HTTP client may go on reading
// after it has returned; detach makes sure that it gets nothing of what the
// blocks hold by then.
type body struct {
	moved func() // called whenever the client takes bytes

	mu      sync.Mutex
	part    *part
	off     int64
	drained bool // all of it was handed to the client, since it last went back
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
	b.moved()
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
	b.drained = false // it was read for its hash; now it is sent
	return offset, nil
}

// detach ends the body and tells whether all of it had been handed to the client.
func (b *body) detach() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	drained := b.drained || (b.part != nil && b.part.size == 0)
	b.part = nil
	return drained
}
