package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// watch watches the bench's destinations while the test lasts.
func (b *bench) watch(stall time.Duration) {
	go b.WatchDestinations(b.ctx, stall)
}

// stall reads that much and then blocks until the destination is given up.
func stall(after int64) func(context.Context, string, io.Reader, sinks.Sink) (sinks.Receipt, error) {
	return func(ctx context.Context, _ string, r io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
		if _, err := io.CopyN(io.Discard, r, after); err != nil && !errors.Is(err, io.EOF) {
			return sinks.Receipt{}, err
		}
		<-ctx.Done()
		return sinks.Receipt{}, ctx.Err()
	}
}

func TestStalledDestinationIsCancelled(t *testing.T) {
	for name, after := range map[string]int64{"at once": 0, "in the middle": 9 << 20, "at the end": 1 << 40} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, nil, &faultySink{sinktest.Folder(t, t.TempDir()), stall(after)}, sinktest.Folder(t, dir))
			b.watch(time.Second) // much longer than the other destination waits on a busy machine
			text := noise(30 << 20)
			if _, err := b.send(textStream(text, nil)); err != nil {
				t.Fatal(err)
			}
			if err := b.Destinations[0].Err(); !errors.Is(err, ErrDestinationStalled) || !strings.Contains(err.Error(), "limits.stall") {
				t.Errorf("it failed with %v", err)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "x/run.sql")); err != nil || !bytes.Equal(got, text) {
				t.Errorf("the other one holds %d bytes of %d (%v)", len(got), len(text), err)
			}
		})
	}
}

// A destination that holds the memory that others need is given up, although nothing
// waits in its queue.
func TestDestinationThatHoldsTheMemoryIsCancelled(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, nil, &faultySink{sinktest.Folder(t, t.TempDir()), func(ctx context.Context, _ string, r io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
		var kept []*sinks.Block
		defer func() {
			for _, block := range kept {
				block.Release()
			}
		}()
		for {
			block, err := r.(sinks.BlockReader).NextBlock(ctx)
			if err != nil {
				return sinks.Receipt{}, err
			}
			kept = append(kept, block)
		}
	}}, sinktest.Folder(t, dir))
	b.watch(time.Second) // much longer than the other destination waits on a busy machine
	if _, err := b.send(textStream(noise((PoolBlocks(2)+20)<<20), nil)); err != nil {
		t.Fatal(err)
	}
	if err := b.Destinations[0].Err(); !errors.Is(err, ErrDestinationStalled) || !strings.Contains(err.Error(), "memory") {
		t.Errorf("it failed with %v", err)
	}
	if len(b.Destinations[1].Objects()) != 1 {
		t.Errorf("the other one holds %+v (%v)", b.Destinations[1].Objects(), b.Destinations[1].Err())
	}
}

// A slow destination slows the stream down and is not given up.
func TestSlowDestinationIsNotCancelled(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, nil, &faultySink{sinktest.Folder(t, dir), func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		return real.Put(ctx, name, slow{r})
	}})
	b.watch(time.Second)
	began := time.Now()
	if _, err := b.send(textStream(noise(10<<20), nil)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("it was not slow: %s", took)
	}
}

// slow gives 64 KiB in 10 ms.
type slow struct{ r io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Millisecond)
	return s.r.Read(p[:min(len(p), 64<<10)])
}

// A destination that has nothing to do has not stalled: the site is slow.
func TestDestinationOfASlowSiteIsNotCancelled(t *testing.T) {
	b := newBench(t, nil, sinktest.Folder(t, t.TempDir()))
	b.watch(500 * time.Millisecond)
	_, err := b.send(Stream{Name: "database", Write: func(_ context.Context, w io.Writer) error {
		for range 3 {
			time.Sleep(time.Second)
			if _, err := w.Write(noise(1 << 20)); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil || b.Destinations[0].Err() != nil {
		t.Errorf("%v, %v", err, b.Destinations[0].Err())
	}
}

func TestFirstReasonIsKept(t *testing.T) {
	sink := sinktest.Folder(t, t.TempDir())
	d := NewDestination(t.Context(), sink, sink)
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	d.Fail(errTest)
	d.Fail(ErrDestinationStalled)
	if !errors.Is(d.Err(), errTest) {
		t.Errorf("it failed with %v", d.Err())
	}
}
