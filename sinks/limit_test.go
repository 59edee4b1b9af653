package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// between checks how long a budget made its streams wait.
func between(t *testing.T, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%v were waited, want %v to %v", got, least, most)
	}
}

// A bucket takes what is limited at its rate, what is sent again counts again, and
// what is not limited takes no time at all.
func TestS3KeepsToItsBandwidth(t *testing.T) {
	minio := startMinIO(t, false)
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
			if _, err := sink.Put(t.Context(), "name", sinks.Limit(bytes.NewReader(want), l)); err != nil {
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
	minio := startMinIO(t, false)
	l, clock := sinks.NewClockedLimiter(2 << 20)
	var all sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		bucket := name + "-bucket"
		if err := minio.Bucket(t.Context(), bucket, true); err != nil {
			t.Fatal(err)
		}
		sink := through(t, newFaultyProxy(t, minio, func(string, int) fault { return none }), minio, bucket, "", sinks.Options{})
		for _, object := range []string{"a", "b"} {
			all.Go(func() {
				if _, err := sink.Put(t.Context(), object, sinks.Limit(bytes.NewReader(pattern(2<<20)), l)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	// Each wait passes on its own here, where in a real clock they overlap.
	if clock.Passed() < 3*time.Second {
		t.Errorf("8 MiB at 2 MiB/s took %v", clock.Passed())
	}
}

func TestGCSKeepsToItsBandwidth(t *testing.T) {
	g := newGCSGate(t, "vault")
	l, clock := sinks.NewClockedLimiter(1 << 20)
	want := pattern(3<<20 + 5)
	if _, err := gcsSink(t, g, "vault").Put(t.Context(), "name", sinks.Limit(bytes.NewReader(want), l)); err != nil {
		t.Fatal(err)
	}
	between(t, clock.Passed(), 2500*time.Millisecond, 3500*time.Millisecond)
	if !bytes.Equal(g.content(t, "vault", "name"), want) {
		t.Error("other bytes are stored")
	}
}

func TestADirectoryKnowsNoBandwidth(t *testing.T) {
	l, clock := sinks.NewClockedLimiter(1)
	sink := openSink(t, t.TempDir())
	if _, err := sink.Put(t.Context(), "name", sinks.Limit(bytes.NewReader(pattern(long)), l)); err != nil {
		t.Fatal(err)
	}
	between(t, clock.Passed(), 0, 0)
}

// A stream that waits for its turn is given up like any other.
func TestWaitingForBandwidthEndsWithItsContext(t *testing.T) {
	minio := startMinIO(t, false)
	bucket := newBucket(t, minio, true)
	sink := through(t, newFaultyProxy(t, minio, func(string, int) fault { return none }), minio, bucket, "", sinks.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	// An hour for a kilobyte: only giving up ends it.
	_, err := sink.Put(ctx, "name", sinks.Limit(bytes.NewReader(pattern(4<<10)), sinks.NewLimiter(1)))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if all := objects(t, minio, bucket); len(all) != 0 {
		t.Errorf("stored are %+v", all)
	}
}

// oneBlock is a stream of one block.
type oneBlock struct {
	*bytes.Reader
	block *sinks.Block
}

func (o *oneBlock) NextBlock(context.Context) (*sinks.Block, error) {
	if o.block == nil {
		return nil, io.EOF
	}
	b := o.block
	o.block = nil
	return b, nil
}

func TestLimitKeepsBlocks(t *testing.T) {
	b, err := sinks.NewPool(1).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Write([]byte("text"))
	r, ok := sinks.Limit(&oneBlock{block: b}, sinks.NewLimiter(1)).(sinks.BlockReader)
	if !ok {
		t.Fatal("the stream of blocks became a plain one")
	}
	got, err := r.NextBlock(t.Context())
	if err != nil || got != b {
		t.Errorf("another block, %v", err)
	}
	if _, err := r.NextBlock(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	plain := bytes.NewReader(nil)
	if sinks.Limit(plain, nil) != io.Reader(plain) {
		t.Error("no limit changed the stream")
	}
}
