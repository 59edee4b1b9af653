package archive

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What does not compress is stored as it is. Everything else is compressed within 1 % as
// well as in one piece. The streams are the same in every run.
func TestFrames(t *testing.T) {
	noise, text := media(5<<20), sqlText(9<<20)
	mixed := slices.Concat(text[:700<<10], noise[:2<<20], text[1<<20:2<<20], noise[2<<20:2<<20+300<<10], text[2<<20:5<<20], noise[2<<20:])
	var alternating []byte
	for i := range 20 {
		alternating = slices.Concat(alternating, noise[i*100<<10:(i+1)*100<<10], text[i*30<<10:(i+1)*30<<10])
	}
	for _, in := range []struct {
		name string
		data []byte
	}{
		{"noise", noise},
		{"text", text},
		{"zeros", make([]byte, 5<<20)},
		{"mixed", mixed},
		{"alternating", alternating},
		// Repetitions at any distance and alignment, although every byte is as frequent.
		{"period of 777 bytes", bytes.Repeat(noise[:777], 4<<20/777)},
		{"period of 100,003 bytes", bytes.Repeat(noise[:100_003], 40)},
		{"few values of 16 bytes", few(noise, 4<<20)},
	} {
		for _, f := range []Filter{Zstd(0), Gzip(0)} {
			packed := filtered(t, in.data, 300<<10, f)
			if got := mustRun(t, bytes.NewReader(packed), nil, f.Name, "-dc"); !bytes.Equal(got, in.data) {
				t.Fatalf("%s, %s: got %d of %d bytes back, or different ones", in.name, f.Name, len(got), len(in.data))
			}
			// A frame costs up to 1,000 bytes.
			if whole := onePiece(t, f.Name, in.data); len(packed) > whole+whole/100+len(in.data)/4096 {
				t.Errorf("%s, %s: %d bytes; in one piece: %d", in.name, f.Name, len(packed), whole)
			}
			if again := filtered(t, in.data, 1<<20, f); !bytes.Equal(again, packed) {
				t.Errorf("%s, %s: another stream in the second run", in.name, f.Name)
			}
		}
	}
}

// onePiece is the size of data compressed by the library as one frame or member.
func onePiece(t *testing.T, format string, data []byte) int {
	t.Helper()
	var out counter
	var w io.WriteCloser = gzip.NewWriter(&out)
	if format == "zstd" {
		var err error
		if w, err = zstd.NewWriter(&out, zstd.WithWindowSize(2<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(writePieces(w, data, 1<<20), w.Close()); err != nil {
		t.Fatal(err)
	}
	return int(out)
}

// few returns n bytes of 16-byte values that repeat at distances of a few KiB.
func few(noise []byte, n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		k := int(noise[i]) * 16
		b = append(b, noise[k:k+16]...)
	}
	return b
}

// A stream that is abandoned after a whole number of frames does not look complete.
func TestAbandonedAfterWholeFrame(t *testing.T) {
	for _, f := range []Filter{Zstd(0), Gzip(0)} {
		for _, data := range [][]byte{sqlText(zstdWindow), media(zstdWindow)} {
			out := &growing{grown: make(chan struct{}, 1000)}
			s, err := Chain(out, f)
			if err != nil {
				t.Fatal(err)
			}
			if err := writePieces(s, append(data, 'x'), 1<<20); err != nil {
				t.Fatal(err)
			}
			for quiet := false; !quiet; { // until all that can be written is
				select {
				case <-out.grown:
				case <-time.After(200 * time.Millisecond):
					quiet = out.begun()
				}
			}
			s.Abandon()
			if _, err := tool(t, &out.Buffer, nil, f.Name, "-dc"); err == nil {
				t.Errorf("%s accepts a stream that was abandoned after its first frame", f.Name)
			}
		}
	}
}

// growing reports each write.
type growing struct {
	bytes.Buffer
	mutex sync.Mutex
	grown chan struct{}
}

func (g *growing) Write(p []byte) (int, error) {
	defer func() { g.grown <- struct{}{} }()
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.Buffer.Write(p)
}

// begun reports whether something was written.
func (g *growing) begun() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.Len() > 0
}

// A stream whose reader fails returns that error, with what it has read.
func TestReadFrom(t *testing.T) {
	broken := errors.New("broken")
	var out bytes.Buffer
	s, err := Chain(&out, Zstd(0))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abandon()
	n, err := s.ReadFrom(&brokenReader{left: 9 << 20, err: broken})
	if n != 9<<20 || !errors.Is(err, broken) {
		t.Errorf("read %d bytes: %v", n, err)
	}
}

// A brokenReader yields zeros, and then an error.
type brokenReader struct {
	left int
	err  error
}

func (b *brokenReader) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.err
	}
	n := min(len(p), b.left)
	b.left -= n
	return n, nil
}
