package dump

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// blockSize is the size of a block, in bytes.
const blockSize = 512 << 10

// text collects SQL in a block, and passes full blocks to pass.
type text struct {
	block []byte
	// pass takes a block and returns an empty one of blockSize.
	pass   func(block []byte) ([]byte, error)
	passed int64 // number of bytes in the blocks given to pass
}

func newText(pass func([]byte) ([]byte, error)) *text {
	return &text{block: make([]byte, 0, blockSize), pass: pass}
}

// size returns how many bytes have been written so far.
func (t *text) size() int64 { return t.passed + int64(len(t.block)) }

// flush gives the current block to pass.
func (t *text) flush() error {
	if len(t.block) == 0 {
		return nil
	}
	t.passed += int64(len(t.block))
	empty, err := t.pass(t.block)
	t.block = empty[:0]
	return err
}

// append gives a block that was filled elsewhere to pass, and returns an empty block.
func (t *text) append(block []byte) ([]byte, error) {
	if err := t.flush(); err != nil {
		return block[:0], err
	}
	t.passed += int64(len(block))
	empty, err := t.pass(block)
	return empty[:0], err
}

// reserve makes room for n bytes, at most blockSize, in the block.
func (t *text) reserve(n int) error {
	if cap(t.block)-len(t.block) >= n {
		return nil
	}
	return t.flush()
}

// Write appends p.
func (t *text) Write(p []byte) (int, error) {
	total := len(p)
	for {
		n := min(len(p), cap(t.block)-len(t.block))
		t.block = append(t.block, p[:n]...)
		if p = p[n:]; len(p) == 0 {
			return total, nil
		}
		if err := t.flush(); err != nil {
			return total - len(p), err
		}
	}
}

// printf appends formatted text.
func (t *text) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(t, format, args...)
	return err
}

// raw appends strings.
func (t *text) raw(parts ...string) error {
	for _, p := range parts {
		if _, err := t.Write([]byte(p)); err != nil {
			return err
		}
	}
	return nil
}

// ReadFrom appends everything that r returns. It reads into the block itself.
func (t *text) ReadFrom(r io.Reader) (int64, error) {
	before := t.size()
	for {
		if len(t.block) == cap(t.block) {
			if err := t.flush(); err != nil {
				return t.size() - before, err
			}
		}
		n, err := r.Read(t.block[len(t.block):cap(t.block)])
		t.block = t.block[:len(t.block)+n]
		if errors.Is(err, io.EOF) {
			return t.size() - before, nil
		}
		if err != nil {
			return t.size() - before, err
		}
	}
}

// blocksInFlight is the maximum number of blocks that wait for the writer.
const blocksInFlight = 6

// A pipe hashes and writes blocks while further blocks are filled.
type pipe struct {
	full  chan []byte
	empty chan []byte
	made  int           // number of blocks made so far; a small dump needs few
	done  chan struct{} // closed when the writer has ended
	w     io.Writer
	sum   hash.Hash
	err   error // the writer's error; valid when done is closed
}

// startPipe returns a pipe that writes to w. It calls cancel with the writer's error.
func startPipe(w io.Writer, cancel context.CancelCauseFunc) *pipe {
	p := &pipe{
		full: make(chan []byte, blocksInFlight), empty: make(chan []byte, blocksInFlight),
		done: make(chan struct{}), w: w, sum: sha256.New(),
	}
	go func() {
		defer close(p.done)
		for block := range p.full {
			p.sum.Write(block)
			if _, p.err = p.w.Write(block); p.err != nil {
				cancel(p.err)
				return
			}
			p.empty <- block[:0]
		}
	}()
	return p
}

// pass queues a block for the writer and returns an empty one.
func (p *pipe) pass(block []byte) ([]byte, error) {
	select {
	case p.full <- block:
	case <-p.done:
		return block[:0], p.err
	}
	select {
	case b := <-p.empty:
		return b, nil
	default:
	}
	if p.made < blocksInFlight {
		p.made++
		return make([]byte, 0, blockSize), nil
	}
	select {
	case b := <-p.empty:
		return b, nil
	case <-p.done:
		return make([]byte, 0, blockSize), p.err
	}
}

// finish waits until everything is written, and returns the SHA-256 of it.
func (p *pipe) finish() (sum [32]byte, err error) {
	close(p.full)
	<-p.done
	p.sum.Sum(sum[:0])
	return sum, p.err
}
