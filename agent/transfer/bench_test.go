package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A faultySink is a real sink with a fault.
type faultySink struct {
	sinks.Sink
	// put replaces Put; it gets the real sink.
	put func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error)
}

func (s *faultySink) Put(ctx context.Context, name string, r io.Reader) (sinks.Receipt, error) {
	return s.put(ctx, name, r, s.Sink)
}

// A bench sends streams to destinations.
type bench struct {
	*Transfer
	t   *testing.T
	ctx context.Context
}

// newBench has a destination for each sink.
func newBench(t *testing.T, filters []archive.Filter, to ...sinks.Sink) *bench {
	t.Helper()
	b := &bench{t: t, ctx: t.Context(), Transfer: &Transfer{Pool: sinks.NewPool(PoolBlocks(2)), Filters: filters}}
	for _, s := range to {
		b.Destinations = append(b.Destinations, NewDestination(b.ctx, s, s))
	}
	t.Cleanup(b.checkPool)
	return b
}

// checkPool checks that every block is back in the pool.
func (b *bench) checkPool() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	all, err := b.Pool.Admit(ctx, PoolBlocks(2), PoolBlocks(2))
	if err != nil {
		b.t.Errorf("a stream has not left the pool: %v", err)
		return
	}
	defer all.Leave()
	for n := range PoolBlocks(2) {
		block, err := all.Get(ctx)
		if err != nil {
			b.t.Errorf("blocks are missing from the pool: it has only %d (%v)", n, err)
			return
		}
		defer block.Release()
	}
}

// send sends a stream as x/run.sql or x/run.tar.
func (b *bench) send(s Stream) (int64, error) {
	b.t.Helper()
	s.Object = "x/run" + map[string]string{"database": ".sql", "files": ".tar"}[s.Name]
	return b.Send(b.ctx, s)
}

// textStream is a stream that writes text, in pieces, and then returns err.
func textStream(text []byte, err error) Stream {
	return Stream{Name: "database", Write: func(ctx context.Context, w io.Writer) error {
		for len(text) > 0 {
			n := min(len(text), 300_000)
			if _, err := w.Write(text[:n]); err != nil {
				return err
			}
			text = text[n:]
		}
		return err
	}}
}

// noise is incompressible text.
func noise(n int) []byte {
	p := make([]byte, n)
	rand.Read(p) // never fails
	return p
}

var errTest = errors.New("the error of the test")
