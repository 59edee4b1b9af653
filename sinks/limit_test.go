package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/wp-oneway/wp-oneway/sinks"
)

func TestLimit(t *testing.T) {
	want := pattern(300 << 10)
	l := rate.NewLimiter(1<<20, 64<<10) // 64 KiB at once, then 1 MiB/s
	start := time.Now()
	got, err := io.ReadAll(sinks.Limit(t.Context(), bytes.NewReader(want), l))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes of %d, %v", len(got), len(want), err)
	}
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("236 KiB beyond the burst took %v at 1 MiB/s", took)
	}
}

func TestLimitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := rate.NewLimiter(1, 1)
	r := sinks.Limit(ctx, bytes.NewReader(pattern(100)), l)
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// oneBlock is a stream of one block.
type oneBlock struct {
	*bytes.Reader
	block *sinks.Block
}

func (o *oneBlock) NextBlock(context.Context) (*sinks.Block, error) {
	if o.block == nil {
		return nil, io.EOF
	}
	b := o.block
	o.block = nil
	return b, nil
}

func TestLimitKeepsBlocks(t *testing.T) {
	b, err := sinks.NewPool(1).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Write([]byte("text"))
	r, ok := sinks.Limit(t.Context(), &oneBlock{block: b}, rate.NewLimiter(rate.Inf, 0)).(sinks.BlockReader)
	if !ok {
		t.Fatal("the stream of blocks became a plain one")
	}
	got, err := r.NextBlock(t.Context())
	if err != nil || got != b {
		t.Errorf("another block, %v", err)
	}
	if _, err := r.NextBlock(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}
