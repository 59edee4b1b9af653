package sinks

import (
	"context"
	"io"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter is a budget of bytes per second on the way to buckets. Streams that
// share it share the budget, whatever sink they go to; what is sent again counts
// again.
type Limiter struct {
	bucket *rate.Limiter
	chunk  int // the most that is let through at once
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
}

// maxChunk is what a connection takes at once where the budget is large.
const maxChunk = 64 << 10

// NewLimiter returns a budget of that many bytes per second, which must be
// positive. A quarter of a second's worth at most is let through at once, so that
// a connection which waits for its turn is not taken for one that stands still.
func NewLimiter(bytesPerSecond int64) *Limiter {
	chunk := int(max(1, min(maxChunk, bytesPerSecond/4)))
	return &Limiter{
		bucket: rate.NewLimiter(rate.Limit(bytesPerSecond), chunk), chunk: chunk, now: time.Now, wait: sleep,
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// spend waits until the budget has let n bytes through, no more than a chunk.
func (l *Limiter) spend(ctx context.Context, n int) error {
	now := l.now()
	r := l.bucket.ReserveN(now, n)
	d := r.DelayFrom(now)
	if d == 0 {
		return nil
	}
	if err := l.wait(ctx, d); err != nil {
		r.CancelAt(l.now()) // others need not wait for what is not sent
		return err
	}
	return nil
}

// Limit marks a stream: a bucket takes it no faster than l allows. A BlockReader
// stays one, a nil l changes nothing, and a directory, which no wire leads to,
// takes no notice.
func Limit(r io.Reader, l *Limiter) io.Reader {
	if l == nil {
		return r
	}
	if br, ok := r.(BlockReader); ok {
		return &limitedBlocks{BlockReader: br, l: l}
	}
	return &limitedReader{Reader: r, l: l}
}

type limitedReader struct {
	io.Reader
	l *Limiter
}

type limitedBlocks struct {
	BlockReader
	l *Limiter
}

func (r *limitedReader) limiter() *Limiter { return r.l }
func (r *limitedBlocks) limiter() *Limiter { return r.l }

type limiterKey struct{}

// withLimitOf gives the requests of a stream the stream's limiter, if it has one.
func withLimitOf(ctx context.Context, r io.Reader) context.Context {
	if m, ok := r.(interface{ limiter() *Limiter }); ok {
		return context.WithValue(ctx, limiterKey{}, m.limiter())
	}
	return ctx
}

// throttled is r with its body slowed down to what the limiter of its context allows.
func throttled(r *http.Request) *http.Request {
	l, ok := r.Context().Value(limiterKey{}).(*Limiter)
	if !ok || r.Body == nil || r.Body == http.NoBody {
		return r
	}
	slow := r.WithContext(r.Context()) // a copy: a transport leaves its caller's alone
	slow.Body = &slowBody{ReadCloser: r.Body, ctx: r.Context(), l: l}
	if again := r.GetBody; again != nil {
		slow.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			return &slowBody{ReadCloser: body, ctx: r.Context(), l: l}, err
		}
	}
	return slow
}

// A slowBody is a request's body at the pace of a limiter.
type slowBody struct {
	io.ReadCloser
	ctx context.Context //nolint:containedctx // io.Reader has none
	l   *Limiter
}

func (s *slowBody) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p[:min(len(p), s.l.chunk)])
	if n == 0 {
		return n, err
	}
	if wait := s.l.spend(s.ctx, n); wait != nil {
		return 0, wait // what was read is not handed on: a body that stops is not one that ended
	}
	return n, err
}
