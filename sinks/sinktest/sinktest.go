// Package sinktest is the contract that every sink passes.
package sinktest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/minio/crc64nvme"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A Store is a sink and access to its stored objects, which only the test has.
type Store struct {
	Sink sinks.Sink
	// Part is the size in bytes above which the sink stores a stream in parts.
	Part int
	// Names lists the objects that are published, without the sink's prefix.
	Names func(t *testing.T) []string
	// Content is what is stored under a name.
	Content func(t *testing.T, name string) []byte
	// Unfinished counts the uploads that are neither published nor aborted.
	Unfinished func(t *testing.T) int
}

// Run checks that a sink fulfils the contract. open returns a new store for each test.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"lengths":                 lengths,
		"reader fails":            readerFails,
		"reader is cut":           readerCut,
		"cancelled":               cancelled,
		"reader stands still":     standsStill,
		"name is taken":           nameTaken,
		"name is taken meanwhile": nameRace,
		"many at once":            manyAtOnce,
		"names":                   names,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// noise returns n random bytes, the same for the same seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	_, _ = rand.NewChaCha8(key).Read(b) // it never fails
	return b
}

func lengths(t *testing.T, s Store) {
	for name, n := range map[string]int{
		"empty": 0, "one": 1, "block": sinks.BlockSize, "below": s.Part - 1, "part": s.Part,
		"above": s.Part + 1, "parts": 2 * s.Part, "long": 3*s.Part + 12345,
	} {
		want := noise(uint64(n), n) //nolint:gosec // a length is not negative
		receipt, err := s.Sink.Put(t.Context(), "lengths/"+name, iotest.HalfReader(bytes.NewReader(want)))
		if err != nil {
			t.Fatalf("put %d bytes: %v", n, err)
		}
		if len(receipt.Objects) != 1 {
			t.Fatalf("%d bytes: %d objects, want 1", n, len(receipt.Objects))
		}
		o := receipt.Objects[0]
		if o.Name != "lengths/"+name || o.Bytes != int64(n) || o.CRC64NVME != crc64nvme.Checksum(want) {
			t.Errorf("%d bytes: the receipt tells of another stream: %+v", n, o)
		}
		if got := s.Content(t, "lengths/"+name); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: other bytes are stored (%d of them)", n, len(got))
		}
	}
	nothingElse(t, s, 8)
}

// nothingElse checks that n objects are published and no upload is unfinished.
func nothingElse(t *testing.T, s Store, n int) {
	t.Helper()
	if got := s.Names(t); len(got) != n {
		t.Errorf("%d objects are stored, want %d: %q", len(got), n, got)
	}
	if n := s.Unfinished(t); n != 0 {
		t.Errorf("%d unfinished objects are left over", n)
	}
}

var errSource = errors.New("the source broke")

func readerFails(t *testing.T, s Store) {
	for _, n := range []int{0, 1, sinks.BlockSize, s.Part, s.Part + 1, 2*s.Part + 1} {
		r := io.MultiReader(bytes.NewReader(noise(1, n)), iotest.ErrReader(errSource))
		_, err := s.Sink.Put(t.Context(), fmt.Sprintf("broken-%d", n), r)
		if !errors.Is(err, errSource) {
			t.Errorf("source broke after %d bytes: got error %v", n, err)
		}
	}
	// The error may come along with the last bytes.
	r := iotest.DataErrReader(io.MultiReader(bytes.NewReader(noise(2, 100)), iotest.ErrReader(errSource)))
	if _, err := s.Sink.Put(t.Context(), "broken-with-data", r); !errors.Is(err, errSource) {
		t.Errorf("source broke with its last bytes: got error %v", err)
	}
	nothingElse(t, s, 0)
}

func readerCut(t *testing.T, s Store) {
	r := io.MultiReader(bytes.NewReader(noise(1, s.Part/2)), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := s.Sink.Put(t.Context(), "cut", r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("source was cut: got error %v", err)
	}
	nothingElse(t, s, 0)
}

// endless is a reader without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func cancelled(t *testing.T, s Store) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Sink.Put(gone, "never", bytes.NewReader(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before it began: got error %v", err)
	}
	why := errors.New("we changed our mind")
	ctx, giveUp := context.WithCancelCause(t.Context())
	seen := 0
	r := readerFunc(func(p []byte) (int, error) {
		if seen += len(p); seen > s.Part+s.Part/2 {
			giveUp(why)
		}
		return endless{}.Read(p)
	})
	if _, err := s.Sink.Put(ctx, "half", r); !errors.Is(err, why) && !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled half way: got error %v", err)
	}
	nothingElse(t, s, 0)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func standsStill(t *testing.T, s Store) {
	for _, n := range []int{0, s.Part + 1} {
		blocked, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		r := io.MultiReader(bytes.NewReader(noise(3, n)), readerFunc(func([]byte) (int, error) {
			once.Do(func() { close(blocked) })
			<-release
			return 0, io.EOF
		}))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := s.Sink.Put(ctx, fmt.Sprintf("still-%d", n), r)
			done <- err
		}()
		<-blocked
		cancel()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("cancelled while the reader stood still after %d bytes: no error", n)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("cancelled while the reader stood still after %d bytes: put did not return", n)
		}
		close(release)
	}
	nothingElse(t, s, 0)
}

func nameTaken(t *testing.T, s Store) {
	first := noise(4, 1000)
	if _, err := s.Sink.Put(t.Context(), "taken", bytes.NewReader(first)); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1000, s.Part, s.Part + 1} {
		if _, err := s.Sink.Put(t.Context(), "taken", bytes.NewReader(noise(5, n))); !errors.Is(err, sinks.ErrExists) {
			t.Errorf("put %d bytes under a name that is taken: got error %v", n, err)
		}
	}
	if !bytes.Equal(s.Content(t, "taken"), first) {
		t.Error("the object was overwritten")
	}
	nothingElse(t, s, 1)
}

// nameRace stores several streams under one name at once: exactly one must succeed.
func nameRace(t *testing.T, s Store) {
	const racers = 4
	var (
		all  sync.WaitGroup
		errs [racers]error
	)
	for i := range racers {
		all.Go(func() {
			_, errs[i] = s.Sink.Put(t.Context(), "race", bytes.NewReader(noise(uint64(i), 5000))) //nolint:gosec // small
		})
	}
	all.Wait()
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			t.Fatalf("both %d and %d were stored under one name", won, i)
		case err == nil:
			won = i
		case !errors.Is(err, sinks.ErrExists):
			t.Errorf("lost the race with another error: %v", err)
		}
	}
	if won < 0 {
		t.Fatal("no stream was stored")
	}
	if !bytes.Equal(s.Content(t, "race"), noise(uint64(won), 5000)) { //nolint:gosec // not negative here
		t.Error("the stored bytes are not those of the successful stream")
	}
	nothingElse(t, s, 1)
}

func manyAtOnce(t *testing.T, s Store) {
	const n = 6
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if _, err := s.Sink.Put(t.Context(), fmt.Sprintf("many/%d", i), bytes.NewReader(noise(9, s.Part+i))); err != nil {
				t.Errorf("put %d of %d at once: %v", i, n, err)
			}
		})
	}
	all.Wait()
	nothingElse(t, s, n)
}

func names(t *testing.T, s Store) {
	for _, name := range []string{"", ".", "..", "/etc/passwd", "../up", "a/../../b", "a//b", "a/", "a\nb", "a\\b", "\xff"} {
		if _, err := s.Sink.Put(t.Context(), name, bytes.NewReader([]byte("x"))); err == nil {
			t.Errorf("name %q was accepted", name)
		}
	}
	nothingElse(t, s, 0)
}
