package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

func TestEveryDestinationGetsTheSameStream(t *testing.T) {
	for _, size := range []int{0, 1, sinks.BlockSize - 1, sinks.BlockSize, sinks.BlockSize + 1, 7*sinks.BlockSize + 12345} {
		for _, filters := range [][]archive.Filter{nil, {archive.Zstd(0)}, {archive.Gzip(1)}} {
			t.Run(fmt.Sprintf("%d bytes %v", size, archive.Names(filters...)), func(t *testing.T) {
				dirs, text := []string{t.TempDir(), t.TempDir()}, noise(size)
				b := newBench(t, filters, sinktest.Folder(t, dirs[0]), sinktest.Folder(t, dirs[1]))
				raw, err := b.send(textStream(text, nil))
				if err != nil {
					t.Fatal(err)
				}
				if raw != int64(size) {
					t.Errorf("%d bytes before the filters, want %d", raw, size)
				}
				var packed [2][]byte
				for i, d := range b.Destinations {
					if len(d.Objects()) != 1 || d.Err() != nil {
						t.Fatalf("destination %d has %+v (%v)", i, d.Objects(), d.Err())
					}
					o := d.Objects()[0]
					if packed[i], err = os.ReadFile(filepath.Join(dirs[i], o.Name)); err != nil {
						t.Fatal(err)
					}
					if o.Name != "x/run.sql"+archive.Suffix(filters...) || o.Bytes != int64(len(packed[i])) || o.SHA256 != sha256.Sum256(packed[i]) {
						t.Errorf("destination %d has another object than %+v", i, o)
					}
				}
				if !bytes.Equal(packed[0], packed[1]) {
					t.Error("the destinations got different bytes")
				}
				if len(filters) == 1 && filters[0].Name == "zstd" {
					unpacked, err := lab.DecryptionKeys{}.Content(t.Context(), filepath.Join(dirs[0], b.Destinations[0].Objects()[0].Name))
					if err != nil || !bytes.Equal(unpacked, text) {
						t.Errorf("it does not unpack to what was written (%v)", err)
					}
				}
				if filters == nil && !bytes.Equal(packed[0], text) {
					t.Error("it is not what was written")
				}
			})
		}
	}
}

// No object is published, wherever in the stream the failure is.
func TestFailedStreamIsNotPublished(t *testing.T) {
	for _, size := range []int{0, 1, sinks.BlockSize, 3 * sinks.BlockSize, 20*sinks.BlockSize + 5} {
		for _, filters := range [][]archive.Filter{nil, {archive.Zstd(0)}, {archive.Gzip(0)}} {
			t.Run(fmt.Sprintf("%d bytes %v", size, archive.Names(filters...)), func(t *testing.T) {
				dir := t.TempDir()
				b := newBench(t, filters, sinktest.Folder(t, dir))
				if _, err := b.send(textStream(noise(size), errTest)); !errors.Is(err, errTest) {
					t.Errorf("the error is %v", err)
				}
				if left := sinktest.Published(t, dir); len(left) > 0 {
					t.Errorf("published: %q", left)
				}
				if err := b.Destinations[0].Err(); err != nil {
					t.Errorf("the destination failed: %v", err)
				}
			})
		}
	}
}

func TestPanicInAStreamIsItsError(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, []archive.Filter{archive.Zstd(0)}, sinktest.Folder(t, dir))
	_, err := b.send(Stream{Name: "database", Write: func(_ context.Context, w io.Writer) error {
		if _, err := w.Write(noise(5 << 20)); err != nil {
			return err
		}
		panic("unexpected")
	}})
	var c *crash.Error
	if !errors.As(err, &c) || !strings.Contains(err.Error(), "unexpected") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v", err)
	}
	if c != nil && !bytes.Contains(c.Stack, []byte("transfer_test.go")) {
		t.Errorf("the stack does not show where it happened: %s", c.Stack)
	}
	if left := sinktest.Published(t, dir); len(left) > 0 {
		t.Errorf("published: %q", left)
	}
}

// A stream that is cancelled just when it has ended must not be published.
func TestCancelledStreamIsNotPublished(t *testing.T) {
	for name, sent := range map[string]int{"at once": 0, "in the middle": 5<<20 + 1, "at the end of a block": 4 << 20} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, nil, sinktest.Folder(t, dir))
			ctx, cancel := context.WithCancelCause(t.Context())
			b.ctx = ctx
			b.Destinations[0] = NewDestination(ctx, b.Destinations[0].sink, b.Destinations[0].sink)
			_, err := b.send(Stream{Name: "database", Write: func(_ context.Context, w io.Writer) error {
				if _, err := w.Write(noise(sent)); err != nil {
					return err
				}
				cancel(errTest)
				return nil
			}})
			if !errors.Is(err, errTest) {
				t.Errorf("the error is %v", err)
			}
			if left := sinktest.Published(t, dir); len(left) > 0 {
				t.Errorf("published: %q", left)
			}
		})
	}
}

func TestFailedDestinationFailsAlone(t *testing.T) {
	for name, put := range map[string]func(context.Context, string, io.Reader, sinks.Sink) (sinks.Receipt, error){
		"at once": func(context.Context, string, io.Reader, sinks.Sink) (sinks.Receipt, error) {
			return sinks.Receipt{}, errTest
		},
		"in the middle": func(_ context.Context, _ string, r io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
			_, err := io.CopyN(io.Discard, r, 5<<20)
			return sinks.Receipt{}, errors.Join(errTest, err)
		},
		"at the end": func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
			if _, err := io.Copy(io.Discard, r); err != nil {
				return sinks.Receipt{}, err
			}
			return sinks.Receipt{}, errTest
		},
		"by a panic": func(_ context.Context, _ string, r io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
			if _, err := io.CopyN(io.Discard, r, 1); err != nil {
				return sinks.Receipt{}, err
			}
			panic(errTest)
		},
		"by acknowledging too little": func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
			receipt, err := real.Put(ctx, name, r)
			receipt.Objects[0].Bytes--
			return receipt, err
		},
		"by acknowledging nothing": func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error) {
			_, err := real.Put(ctx, name, r)
			return sinks.Receipt{}, err
		},
		"by acknowledging before the end": func(_ context.Context, name string, r io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
			n, err := io.CopyN(io.Discard, r, 5<<20)
			return sinks.Receipt{Objects: []sinks.Object{{Name: name, Bytes: n}}}, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := newBench(t, nil, &faultySink{sinktest.Folder(t, t.TempDir()), put}, sinktest.Folder(t, dir))
			text := noise(40 << 20)
			if _, err := b.send(textStream(text, nil)); err != nil {
				t.Fatal(err)
			}
			if err := b.Destinations[0].Err(); err == nil {
				t.Error("the destination was not given up")
			}
			if len(b.Destinations[0].Objects()) > 0 {
				t.Errorf("objects of the failed destination: %+v", b.Destinations[0].Objects())
			}
			if got, err := os.ReadFile(filepath.Join(dir, "x/run.sql")); err != nil || !bytes.Equal(got, text) {
				t.Errorf("the other one holds %d bytes of %d (%v)", len(got), len(text), err)
			}
			// The next stream goes to the other destination only.
			if _, err := b.send(Stream{Name: "files", Write: textStream(text[:10], nil).Write}); err != nil || len(b.Destinations[1].Objects()) != 2 {
				t.Errorf("the next stream: %v, %+v", err, b.Destinations[1].Objects())
			}
		})
	}
}

func TestStreamEndsWithoutDestinations(t *testing.T) {
	fails := &faultySink{sinktest.Folder(t, t.TempDir()), func(context.Context, string, io.Reader, sinks.Sink) (sinks.Receipt, error) {
		return sinks.Receipt{}, errTest
	}}
	for _, size := range []int{0, 10, 60 << 20} {
		b := newBench(t, []archive.Filter{archive.Gzip(1)}, fails, fails)
		if _, err := b.send(textStream(noise(size), nil)); !errors.Is(err, ErrNoDestination) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// Close writes the end mark of a filter; if it fails, the stream fails.
func TestFailedCloseOfAFilterFailsTheStream(t *testing.T) {
	dir := t.TempDir()
	stuck := archive.Filter{Name: "stuck", Suffix: ".stuck", Wrap: func(w io.Writer) (io.WriteCloser, error) { return unending{w}, nil }}
	b := newBench(t, []archive.Filter{archive.Zstd(0), stuck}, sinktest.Folder(t, dir))
	if _, err := b.send(textStream(noise(3<<20), nil)); !errors.Is(err, errTest) {
		t.Errorf("the error is %v", err)
	}
	if left := sinktest.Published(t, dir); len(left) > 0 {
		t.Errorf("published: %q", left)
	}
	refuses := archive.Filter{Name: "no", Wrap: func(io.Writer) (io.WriteCloser, error) { return nil, errTest }}
	b = newBench(t, []archive.Filter{refuses}, sinktest.Folder(t, dir))
	if _, err := b.send(textStream(nil, nil)); !errors.Is(err, errTest) || len(sinktest.Published(t, dir)) > 0 {
		t.Errorf("a filter that does not begin: %v", err)
	}
}

type unending struct{ io.Writer }

func (unending) Close() error { return errTest }
