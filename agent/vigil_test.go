package agent

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// watched carries a part under a vigil of that patience.
func (b *bench) watched(patience time.Duration, part Part) error {
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	go b.vigil.keep(ctx, patience, cancel)
	_, err := b.carry(ctx, 0, part, "x/run", func(int64, int64) {})
	return err
}

func TestASilentSiteIsGivenUp(t *testing.T) {
	for name, before := range map[string]int{"at once": 0, "in the middle": 3<<20 + 1} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, nil, folder(t, dir))
			err := b.watched(200*time.Millisecond, Part{Name: filesStream, Write: func(ctx context.Context, w io.Writer) error {
				if _, err := w.Write(noise(before)); err != nil {
					return err
				}
				<-ctx.Done()
				return context.Cause(ctx)
			}})
			if !errors.Is(err, errSilent) {
				t.Errorf("the error is %v", err)
			}
			if left := published(t, dir); len(left) > 0 {
				t.Errorf("published: %q", left)
			}
		})
	}
}

// While a destination makes the site wait, the site is not silent.
func TestASiteIsNotBlamedForASlowDestination(t *testing.T) {
	b := newBench(t, nil, &oddSink{folder(t, t.TempDir()), func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		time.Sleep(2500 * time.Millisecond)
		return real.Put(ctx, name, r)
	}})
	if err := b.watched(time.Second, pour(noise(60<<20), nil)); err != nil {
		t.Error(err)
	}
}

func TestAVigilEndsWithWhatItWatches(t *testing.T) {
	v := &vigil{}
	v.begin(openingSite)
	until(t, "time to pass", func() bool { return v.waited() > 0 })
	v.end(openingSite)
	if v.waited() != 0 {
		t.Errorf("it waits for nothing since %s", v.waited())
	}
	v.begin(findingsOfSite)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v.keep(ctx, 0, func(err error) { t.Errorf("it gave up what was over: %v", err) })
}
