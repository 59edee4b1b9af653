package store

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/time/rate"
)

// maxChunk is the maximum number of bytes that a limited reader reads at once.
const maxChunk = 64 << 10

// Limit returns a store that reads the content of all objects together at no more than
// bytesPerSecond, which must be positive.
func Limit(s Store, bytesPerSecond int64) Store {
	chunk := int(max(1, min(maxChunk, bytesPerSecond/4)))
	return limited{s, rate.NewLimiter(rate.Limit(bytesPerSecond), chunk)}
}

type limited struct {
	Store
	budget *rate.Limiter
}

// Get implements Store.
func (l limited) Get(ctx context.Context, want Object) (io.ReadCloser, error) {
	in, err := l.Store.Get(ctx, want)
	if err != nil {
		return nil, err
	}
	return &limitedReader{in, ctx, l.budget}, nil
}

type limitedReader struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // of the call that opened it
	budget *rate.Limiter
}

// Read implements io.Reader.
func (r *limitedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p[:min(len(p), r.budget.Burst())])
	if wait := r.budget.WaitN(r.ctx, n); wait != nil {
		if r.ctx.Err() != nil {
			wait = context.Cause(r.ctx)
		}
		return 0, fmt.Errorf("wait for the bandwidth: %w", wait)
	}
	return n, err
}
