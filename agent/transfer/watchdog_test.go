package transfer

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// sendWatched sends a stream under a site watchdog.
func (b *bench) sendWatched(stall time.Duration, s Stream) error {
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	w := &SiteWatchdog{}
	go w.Watch(ctx, stall, cancel)
	s.Write = w.Guard(s.Write)
	s.Object = "x/run"
	_, err := b.Send(ctx, s)
	return err
}

func TestStalledSiteIsGivenUp(t *testing.T) {
	for name, before := range map[string]int{"at once": 0, "in the middle": 3<<20 + 1} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, nil, folder(t, dir))
			err := b.sendWatched(200*time.Millisecond/siteStalls, Stream{Name: "files", Write: func(ctx context.Context, w io.Writer) error {
				if _, err := w.Write(noise(before)); err != nil {
					return err
				}
				<-ctx.Done()
				return context.Cause(ctx)
			}})
			if !errors.Is(err, ErrSiteStalled) {
				t.Errorf("the error is %v", err)
			}
			if left := published(t, dir); len(left) > 0 {
				t.Errorf("published: %q", left)
			}
		})
	}
}

// Time in which the site waits for a destination does not count.
func TestSiteOfASlowDestinationIsNotGivenUp(t *testing.T) {
	b := newBench(t, nil, &faultySink{folder(t, t.TempDir()), func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		time.Sleep(2500 * time.Millisecond)
		return real.Put(ctx, name, r)
	}})
	if err := b.sendWatched(time.Second/siteStalls, textStream(noise(60<<20), nil)); err != nil {
		t.Error(err)
	}
}

func TestSiteWatchdogCountsOnlyWhatIsAwaited(t *testing.T) {
	w := &SiteWatchdog{}
	w.Await(func() {
		until(t, "time to pass", func() bool { return w.waited() > 0 })
	})
	if w.waited() != 0 {
		t.Errorf("waits for nothing since %s", w.waited())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Await(func() {
		w.Watch(ctx, 0, func(err error) { t.Errorf("gave up after the end: %v", err) })
	})
}
