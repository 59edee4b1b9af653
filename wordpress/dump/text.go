package dump

import (
	"fmt"
)

// blockSize is how much text is gathered before it is handed on.
const blockSize = 512 << 10

// text gathers SQL in a block and hands full blocks on.
type text struct {
	block []byte
	// pass takes a block and returns an empty one to go on with, of blockSize.
	pass func(block []byte) ([]byte, error)
	gone int64 // bytes in the blocks passed on
}

func newText(pass func([]byte) ([]byte, error)) *text {
	return &text{block: make([]byte, 0, blockSize), pass: pass}
}

// size is how many bytes have been written so far.
func (t *text) size() int64 { return t.gone + int64(len(t.block)) }

// flush hands on what has been gathered.
func (t *text) flush() error {
	if len(t.block) == 0 {
		return nil
	}
	t.gone += int64(len(t.block))
	empty, err := t.pass(t.block)
	t.block = empty[:0]
	return err
}

// hand passes on a block that was filled elsewhere, and returns an empty one.
func (t *text) hand(block []byte) ([]byte, error) {
	if err := t.flush(); err != nil {
		return block[:0], err
	}
	t.gone += int64(len(block))
	empty, err := t.pass(block)
	return empty[:0], err
}

// room makes sure that n bytes, at most blockSize, fit into the block.
func (t *text) room(n int) error {
	if cap(t.block)-len(t.block) >= n {
		return nil
	}
	return t.flush()
}

// Write appends p, in pieces if need be.
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
