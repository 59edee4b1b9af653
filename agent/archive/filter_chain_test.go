package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
)

// Debian's tools read the output of the filters.
func TestStockTools(t *testing.T) {
	all := openers(t)
	t.Run("open", func(t *testing.T) { testStockToolsOpen(t, all) })
	t.Run("long", func(t *testing.T) { testLongStreams(t, all) })
	t.Run("abandoned", func(t *testing.T) { testAbandonedStreamsAreRefused(t, all) })
	t.Run("cut", func(t *testing.T) { testCutStreamsAreRefused(t, all) })
}

// testStockToolsOpen opens streams with the standard tools, of all sizes at which a block
// of a filter begins or ends.
func testStockToolsOpen(t *testing.T, all []opener) {
	text, noise := sqlText(3<<20), media(3<<20)
	for _, o := range all {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			for _, in := range []struct{ size, piece int }{
				{0, 1},
				{1, 1},
				{511, 7},
				{64<<10 - 7, 32 << 10},
				{64<<10 - 6, 1 << 20},
				{64 << 10, 1000},
				{64<<10 + 1, 1 << 20},
				{128 << 10, 1 << 20},
				{128<<10 + 1, 100},
				{1 << 20, 256 << 10},
				{3 << 20, 4 << 20},
			} {
				for _, data := range [][]byte{text[:in.size], noise[:in.size]} {
					sealed := filtered(t, data, in.piece, o.filters...)
					got, err := o.open(t, bytes.NewReader(sealed))
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("%d bytes in pieces of %d: got %d back: %v", in.size, in.piece, len(got), err)
					}
				}
			}
		})
	}
}

// testLongStreams sends 16 MiB, many times every window and buffer, through each filter
// into the standard tool.
func testLongStreams(t *testing.T, all []opener) {
	data := append(sqlText(8<<20), media(8<<20)...)
	for _, o := range all[4:] {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			r, w := io.Pipe()
			go func() {
				s, err := Chain(w, o.filters...)
				if err == nil {
					err = errors.Join(writePieces(s, data, 100<<10), s.Close())
				}
				w.CloseWithError(err)
			}()
			got, err := o.open(t, r)
			if err != nil {
				t.Fatal(err)
			}
			if sha256.Sum256(got) != sha256.Sum256(data) {
				t.Fatalf("got %d of %d bytes back, or different ones", len(got), len(data))
			}
		})
	}
}

// A part that fails half way must not look complete when it is restored.
func testAbandonedStreamsAreRefused(t *testing.T, all []opener) {
	for _, o := range all {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{0, 1, 128 << 10, 1 << 20} {
				var out bytes.Buffer
				s, err := Chain(&out, o.filters...)
				if err != nil {
					t.Fatal(err)
				}
				if err := writePieces(s, sqlText(size), 1<<20); err != nil {
					t.Fatal(err)
				}
				s.Abandon()
				if _, err := o.open(t, &out); err == nil {
					t.Errorf("%s accepts a stream that was cut after %d bytes", o.name, size)
				}
			}
		})
	}
}

// testCutStreamsAreRefused cuts streams at all kinds of places except one: gpg accepts a
// message that was cut after the session key as empty.
func testCutStreamsAreRefused(t *testing.T, all []opener) {
	for _, o := range all {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			sealed := filtered(t, sqlText(300<<10), 1<<20, o.filters...)
			for _, size := range []int{1, 1024, len(sealed) / 2, len(sealed) - 23, len(sealed) - 4, len(sealed) - 1} {
				if _, err := o.open(t, bytes.NewReader(sealed[:size])); err == nil {
					t.Errorf("%s accepts %d of %d bytes as complete", o.name, size, len(sealed))
				}
			}
		})
	}
}

// The writer below fails at each kind of place. The error is returned, by later calls as
// well, and nothing is written after it.
func TestErrorsBelow(t *testing.T) {
	errDisk := errors.New("disk on fire")
	data := append(sqlText(600<<10), media(600<<10)...)
	for _, o := range stacks(t) {
		t.Run(o.name, func(t *testing.T) {
			whole := len(filtered(t, data, 50<<10, o.filters...))
			for _, after := range []int{0, 1, 5, 100, 170, 300, 64 << 10, 128 << 10, whole / 3, whole / 2, whole - 30, whole - 4, whole - 1} {
				for _, short := range []bool{false, true} {
					checkErrorBelow(t, &failing{left: after, err: errDisk, short: short}, data, o.filters)
				}
			}
		})
	}
}

func checkErrorBelow(t *testing.T, below *failing, data []byte, filters []Filter) {
	t.Helper()
	want, after := below.err, below.left
	if below.short {
		want = io.ErrShortWrite
	}
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine does not end
		s, err := Chain(below, filters...)
		if err != nil {
			if !errors.Is(err, want) {
				t.Errorf("failing after %d bytes: Chain returned %v", after, err)
			}
			return
		}
		werr := writePieces(s, data, 50<<10)
		if werr != nil && !errors.Is(werr, want) {
			t.Errorf("failing after %d bytes: Write returned %v", after, werr)
		}
		if cerr := s.Close(); !errors.Is(cerr, want) {
			t.Errorf("failing after %d bytes: Close returned %v", after, cerr)
		}
		if _, err := s.Write([]byte("more")); !errors.Is(err, want) {
			t.Errorf("failing after %d bytes: a later Write returned %v", after, err)
		}
		if err := s.Close(); !errors.Is(err, want) {
			t.Errorf("failing after %d bytes: a later Close returned %v", after, err)
		}
	})
	if below.late > 0 {
		t.Errorf("failing after %d bytes: %d writes after the failure", after, below.late)
	}
}

// After Abandon no goroutine runs and nothing is written, wherever the stream was.
func TestAbandonEndsEverything(t *testing.T) {
	data := append(sqlText(700<<10), media(700<<10)...)
	for _, o := range stacks(t) {
		for _, size := range []int{0, 1, 128 << 10, 256 << 10, 700 << 10, 1400 << 10} {
			synctest.Test(t, func(t *testing.T) {
				var out counter
				s, err := Chain(&out, o.filters...)
				if err != nil {
					t.Fatal(err)
				}
				if err := writePieces(s, data[:size], 70<<10); err != nil {
					t.Fatal(err)
				}
				s.Abandon()
				was := out
				s.Abandon()
				if _, err := s.Write(data); !errors.Is(err, ErrClosed) {
					t.Errorf("%s: Write after Abandon returned %v", o.name, err)
				}
				if err := s.Close(); !errors.Is(err, ErrClosed) {
					t.Errorf("%s: Close after Abandon returned %v", o.name, err)
				}
				synctest.Wait()
				if out != was {
					t.Errorf("%s: %d bytes were written after Abandon", o.name, out-was)
				}
			})
		}
	}
}

func TestSecondCloseDoesNothing(t *testing.T) {
	for _, o := range stacks(t) {
		synctest.Test(t, func(t *testing.T) {
			var out counter
			s, err := Chain(&out, o.filters...)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(writePieces(s, sqlText(1<<10), 100), s.Close()); err != nil {
				t.Fatal(err)
			}
			was := out
			s.Abandon()
			if err := s.Close(); err != nil {
				t.Errorf("%s: second Close returned %v", o.name, err)
			}
			if _, err := s.Write([]byte("more")); !errors.Is(err, ErrClosed) {
				t.Errorf("%s: Write after Close returned %v", o.name, err)
			}
			if out != was {
				t.Errorf("%s: %d bytes were written after Close", o.name, out-was)
			}
		})
	}
}

func TestCloseDoesNotCloseWriterBelow(t *testing.T) {
	for _, o := range stacks(t) {
		w := &closable{}
		s, err := Chain(w, o.filters...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil || w.closed {
			t.Errorf("%s: closed below: %v, error: %v", o.name, w.closed, err)
		}
	}
}

func TestFailedChainReleasesFilters(t *testing.T) {
	errBroken := errors.New("broken")
	broken := Filter{Name: "broken", Wrap: func(io.Writer) (io.WriteCloser, error) { return nil, errBroken }}
	synctest.Test(t, func(t *testing.T) {
		if _, err := Chain(io.Discard, broken, Gzip(0), Zstd(0)); !errors.Is(err, errBroken) {
			t.Errorf("Chain returned %v", err)
		}
	})
}

func TestNoFilters(t *testing.T) {
	data := media(1 << 20)
	if got := filtered(t, data, 1000); !bytes.Equal(got, data) {
		t.Errorf("got %d of %d bytes", len(got), len(data))
	}
}

func TestSuffixAndNames(t *testing.T) {
	filters := []Filter{Zstd(0), testAge(t)}
	if got := Suffix(filters...) + fmt.Sprint(Names(filters...)); got != ".zst.age[zstd age]" {
		t.Error(got)
	}
	if got := Suffix() + fmt.Sprint(Names()); got != "[]" {
		t.Error(got)
	}
}

// A failing writer accepts a number of bytes and then fails, or then makes short writes
// without an error.
type failing struct {
	left   int
	err    error
	short  bool
	failed bool
	late   int // writes after the failure
}

func (f *failing) Write(p []byte) (int, error) {
	if f.failed {
		f.late++
	}
	if len(p) <= f.left {
		f.left -= len(p)
		return len(p), nil
	}
	f.failed = true
	if f.short {
		return f.left, nil
	}
	return f.left, f.err
}

type closable struct {
	bytes.Buffer
	closed bool
}

func (c *closable) Close() error {
	c.closed = true
	return nil
}
