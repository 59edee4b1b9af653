package sinks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"
)

func TestBlockReportsReadErrors(t *testing.T) {
	for _, want := range []error{io.EOF, io.ErrUnexpectedEOF, errors.New("broken")} {
		b := newBlock(t)
		n, err := b.ReadFrom(io.MultiReader(bytes.NewReader([]byte("text")), iotest.ErrReader(want)))
		if n != 4 || !errors.Is(err, want) || string(b.Bytes()) != "text" {
			t.Errorf("read %d bytes %q, %v, want 4 and %v", n, b.Bytes(), err, want)
		}
	}
}

func TestBlockReaderWithoutProgress(t *testing.T) {
	b := newBlock(t)
	if _, err := b.ReadFrom(stuck{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("error %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// Streams that together need more than the pool wait for each other to end. They do not
// deadlock with a part of the memory each.
func TestPoolAdmission(t *testing.T) {
	p := NewPool(10)
	first, err := p.Admit(t.Context(), 6, 6)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Admit(ctx, 6, 6); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second stream of 6 was admitted to a pool of 10: %v", err)
	}
	first.Leave()
	alone, err := p.Admit(t.Context(), 100, 100) // alone, it may have all
	if err != nil {
		t.Fatal(err)
	}
	alone.Leave()
}

// What a stream was promised is there for it, whatever another stream has borrowed.
func TestPoolKeepsItsPromises(t *testing.T) {
	p := NewPool(10)
	get := func(s *Share, n int) (blocks []*Block) {
		t.Helper()
		for range n {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			b, err := s.Get(ctx)
			if err != nil {
				return blocks
			}
			blocks = append(blocks, b)
		}
		return blocks
	}
	admit := func(need, most int) *Share {
		t.Helper()
		s, err := p.Admit(t.Context(), need, most)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	greedy, modest, slow := admit(2, 10), admit(3, 3), admit(1, 1)
	borrowed := get(greedy, 10)
	if len(borrowed) != 10-3-1 {
		t.Errorf("%d blocks were borrowed besides the 4 that are promised to others", len(borrowed))
	}
	if n := len(get(modest, 10)); n != 3 {
		t.Errorf("a stream got %d of the 3 blocks that it was promised", n)
	}
	if n := len(get(slow, 10)); n != 1 {
		t.Errorf("a stream got %d blocks, want 1", n)
	}
	greedy.Leave()
	for _, b := range borrowed {
		b.Release()
	}
	if n := len(get(admit(2, 10), 10)); n != 6 {
		t.Errorf("%d blocks came back, want 6", n)
	}
}

// newBlock returns a block of a pool of its own.
func newBlock(t *testing.T) *Block {
	t.Helper()
	b, err := newShare(t, NewPool(1)).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newShare returns a share that is the whole pool.
func newShare(t *testing.T, p *Pool) *Share {
	t.Helper()
	s, err := p.Admit(t.Context(), p.size, p.size)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// After a request has ended, nothing reads its blocks, which may hold another stream.
func TestBodyDetach(t *testing.T) {
	b := newBlock(t)
	b.Write([]byte("text"))
	moves := 0
	r := &body{part: &part{blocks: []*Block{b}, size: 4}, progress: func() { moves++ }}
	if n, err := r.Read(make([]byte, 2)); n != 2 || err != nil || moves != 1 {
		t.Errorf("read %d, %v, %d moves", n, err, moves)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Error(err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil { // what was read was hashed, not sent
		t.Error(err)
	}
	if r.detach() {
		t.Error("a body that was rewound counts as sent")
	}
	if n, err := r.Read(make([]byte, 2)); n != 0 || err == nil || errors.Is(err, io.EOF) {
		t.Errorf("after the request, read %d, %v", n, err)
	}
	if _, err := r.Seek(0, io.SeekStart); err == nil {
		t.Error("the body can be rewound after the request")
	}
}

func TestCutterRefusesUnequalParts(t *testing.T) {
	pool := newShare(t, NewPool(4))
	next := func(ctx context.Context) (*Block, error) {
		b, err := pool.Get(ctx)
		if err == nil {
			b.Write([]byte("short"))
		}
		return b, err
	}
	c := &cutter{next: next, per: 2}
	if _, err := c.part(t.Context(), &checksum{}); err == nil {
		t.Error("a short block in the middle was accepted")
	}
	c.close()
	for range 4 { // all were given back
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := pool.Get(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
