package sinks

import (
	"context"
	"io"

	"golang.org/x/time/rate"
)

// Limit slows a stream down to what l lets through, in bytes per second; streams
// that share l share its rate. A BlockReader stays one.
func Limit(ctx context.Context, r io.Reader, l *rate.Limiter) io.Reader {
	slow := &limited{ctx: ctx, r: r, l: l}
	if br, ok := r.(BlockReader); ok {
		return &limitedBlocks{limited: slow, br: br}
	}
	return slow
}

type limited struct {
	ctx context.Context //nolint:containedctx // io.Reader has none
	r   io.Reader
	l   *rate.Limiter
}

// Read never takes more at once than the limiter lets through at once.
func (s *limited) Read(p []byte) (int, error) {
	if burst := s.l.Burst(); s.l.Limit() != rate.Inf && len(p) > burst {
		p = p[:burst]
	}
	n, err := s.r.Read(p)
	if wait := spend(s.ctx, s.l, n); wait != nil {
		return 0, wait // what was read is not handed on: a stream that stops is not one that ended
	}
	return n, err
}

type limitedBlocks struct {
	*limited
	br BlockReader
}

func (s *limitedBlocks) NextBlock(ctx context.Context) (*Block, error) {
	b, err := s.br.NextBlock(ctx)
	if err != nil {
		return nil, err
	}
	if err := spend(ctx, s.l, len(b.Bytes())); err != nil {
		b.Release()
		return nil, err
	}
	return b, nil
}

// spend waits until l has let n bytes through.
func spend(ctx context.Context, l *rate.Limiter, n int) error {
	if l.Limit() == rate.Inf {
		return nil
	}
	for n > 0 {
		some := min(n, l.Burst())
		if some == 0 {
			some = n // a limiter without a burst says itself that it lets nothing through
		}
		if err := l.WaitN(ctx, some); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		n -= some
	}
	return nil
}
