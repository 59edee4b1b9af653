package sinks

import (
	"context"
	"errors"
	"io"
)

// A pump makes a BlockReader's blocks of a plain reader. It reads in a goroutine
// of its own, so that a reader which stands still keeps nobody from giving up;
// after that, one Read may still be waiting in r.
type pump struct {
	out chan *Block
	err error // why out was closed, io.EOF when r ended
}

func startPump(ctx context.Context, r io.Reader, pool *Pool) *pump {
	p := &pump{out: make(chan *Block)}
	go func() {
		defer close(p.out)
		p.err = p.run(ctx, r, pool)
	}()
	return p
}

func (p *pump) run(ctx context.Context, r io.Reader, pool *Pool) error {
	for {
		b, err := pool.Get(ctx)
		if err != nil {
			return err
		}
		n, err := b.ReadFrom(r)
		if n == 0 || (err != nil && !errors.Is(err, io.EOF)) {
			b.Release()
			return err
		}
		select {
		case p.out <- b:
		case <-ctx.Done():
			b.Release()
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// next is NextBlock.
func (p *pump) next(ctx context.Context) (*Block, error) {
	select {
	case b, ok := <-p.out:
		if !ok {
			return nil, p.err
		}
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// blocks is the stream r block by block, without a copy when r is made of
// blocks: who makes them has let the stream into its pool. A plain reader's is
// let in here, needing up to need blocks at once; its pump ends with ctx. leave
// is called once the stream is over.
func blocks(ctx context.Context, r io.Reader, pool *Pool, need int) (next func(context.Context) (*Block, error), leave func(), err error) {
	if br, ok := r.(BlockReader); ok {
		return br.NextBlock, func() {}, nil
	}
	if leave, err = pool.Admit(ctx, need); err != nil {
		return nil, nil, err
	}
	return startPump(ctx, r, pool).next, leave, nil
}
