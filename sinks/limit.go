package sinks

import (
	"context"
	"io"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter is a budget of bytes per second. All sinks that are throttled by it
// share the budget; a repeated request counts again.
type Limiter struct {
	bucket *rate.Limiter
	chunk  int // the most that is sent at once, in bytes
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
}

// maxChunk is the largest chunk.
const maxChunk = 64 << 10

// NewLimiter returns a budget of bytesPerSecond, which must be positive. At most a
// quarter of a second's budget is sent at once, so that a connection which waits
// for its turn is not taken for a stalled one.
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

// spend waits until n bytes, no more than a chunk, may be sent.
func (l *Limiter) spend(ctx context.Context, n int) error {
	now := l.now()
	r := l.bucket.ReserveN(now, n)
	d := r.DelayFrom(now)
	if d == 0 {
		return nil
	}
	if err := l.wait(ctx, d); err != nil {
		r.CancelAt(l.now()) // these bytes are not sent, so others need not wait for them
		return err
	}
	return nil
}

// A throttledTransport limits the bodies of requests. A nil limiter is no limit.
type throttledTransport struct {
	next    http.RoundTripper
	limiter *Limiter
}

// RoundTrip is http.RoundTripper's.
func (t throttledTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.limiter == nil || r.Body == nil || r.Body == http.NoBody {
		return t.next.RoundTrip(r)
	}
	return t.next.RoundTrip(withBody(r, func(body io.ReadCloser) io.ReadCloser {
		return &throttledBody{ReadCloser: body, ctx: r.Context(), limiter: t.limiter}
	}))
}

// withBody returns a copy of r with its body wrapped, also when it is sent again.
func withBody(r *http.Request, wrap func(io.ReadCloser) io.ReadCloser) *http.Request {
	out := r.WithContext(r.Context()) // a transport must not modify its caller's request
	out.Body = wrap(r.Body)
	if again := r.GetBody; again != nil {
		out.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return wrap(body), nil
		}
	}
	return out
}

type throttledBody struct {
	io.ReadCloser
	ctx     context.Context //nolint:containedctx // io.Reader has none
	limiter *Limiter
}

func (b *throttledBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(len(p), b.limiter.chunk)])
	if n == 0 {
		return n, err
	}
	if wait := b.limiter.spend(b.ctx, n); wait != nil {
		return 0, wait // the bytes are dropped: a body that was interrupted must not look complete
	}
	return n, err
}
