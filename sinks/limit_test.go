package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// throttle limits a sink.
func throttle(t *testing.T, sink sinks.Sink, l *sinks.Limiter) sinks.Sink {
	t.Helper()
	limited, err := sinks.Throttle(t.Context(), sink, l)
	if err != nil {
		t.Fatal(err)
	}
	return limited
}

// between checks how long streams waited for a budget.
func between(t *testing.T, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("waited %v, want %v to %v", got, least, most)
	}
}

// A limited stream is sent at the limit's rate, repeated requests count again, and an
// unlimited stream does not wait.
func TestS3BandwidthLimit(t *testing.T) {
	minio := shared.plain(t)
	const rate = 1 << 20
	for name, c := range map[string]struct {
		rule        func(string, int) fault
		least, most time.Duration // 11 s for all of it, 5 for the part that is sent twice
	}{
		"once":       {func(string, int) fault { return none }, 10 * time.Second, 12 * time.Second},
		"part again": {first(1, "UploadPart", broken), 11 * time.Second, 17 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := newBucket(t, minio, true)
			p := newFaultyProxy(t, minio, c.rule)
			sink := through(t, p, minio, bucket, "", sinks.Options{Parallel: 1})
			l, clock := sinks.NewClockedLimiter(rate)
			want := pattern(long)
			if _, err := sink.Put(t.Context(), "free", bytes.NewReader(want[:short])); err != nil {
				t.Fatal(err)
			}
			between(t, clock.Passed(), 0, 0)
			if _, err := throttle(t, sink, l).Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
				t.Fatal(err)
			}
			between(t, clock.Passed(), c.least, c.most)
			if !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
				t.Error("other bytes are stored")
			}
		})
	}
}

// Streams and sinks that share a budget share its rate.
func TestBandwidthIsShared(t *testing.T) {
	minio := shared.plain(t)
	l, clock := sinks.NewClockedLimiter(2 << 20)
	var all sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		bucket := name + "-bucket"
		if err := minio.Bucket(t.Context(), bucket, true); err != nil {
			t.Fatal(err)
		}
		sink := through(t, newFaultyProxy(t, minio, func(string, int) fault { return none }), minio, bucket, "", sinks.Options{})
		limited := throttle(t, sink, l)
		for _, object := range []string{"a", "b"} {
			all.Go(func() {
				if _, err := limited.Put(t.Context(), object, bytes.NewReader(pattern(2<<20))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	// With this clock the waits follow each other; with a real clock they overlap.
	if clock.Passed() < 3*time.Second {
		t.Errorf("8 MiB at 2 MiB/s took %v", clock.Passed())
	}
}

func TestGCSBandwidthLimit(t *testing.T) {
	g := newGCSGate(t, "vault")
	l, clock := sinks.NewClockedLimiter(1 << 20)
	want := pattern(3<<20 + 5)
	if _, err := throttle(t, gcsSink(t, g, "vault"), l).Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	between(t, clock.Passed(), 2500*time.Millisecond, 3500*time.Millisecond)
	if !bytes.Equal(g.content(t, "vault", "name"), want) {
		t.Error("other bytes are stored")
	}
}

func TestDirHasNoBandwidthLimit(t *testing.T) {
	l, clock := sinks.NewClockedLimiter(1)
	sink := openSink(t, t.TempDir())
	if _, err := throttle(t, sink, l).Put(t.Context(), "name", bytes.NewReader(pattern(long))); err != nil {
		t.Fatal(err)
	}
	between(t, clock.Passed(), 0, 0)
}

// A stream that waits for bandwidth can be cancelled.
func TestBandwidthWaitEndsWithContext(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	sink := through(t, newFaultyProxy(t, minio, func(string, int) fault { return none }), minio, bucket, "", sinks.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	// One kilobyte takes an hour: only the cancellation ends it.
	_, err := throttle(t, sink, sinks.NewLimiter(1)).Put(ctx, "name", bytes.NewReader(pattern(4<<10)))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if all := objects(t, minio, bucket); len(all) != 0 {
		t.Errorf("stored are %+v", all)
	}
}

func TestNilLimiterKeepsSink(t *testing.T) {
	g := newGCSGate(t, "vault")
	sink := gcsSink(t, g, "vault")
	if throttle(t, sink, nil) != sink {
		t.Error("a nil limiter returned another sink")
	}
}
