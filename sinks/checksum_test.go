package sinks

import (
	"math/rand/v2"
	"testing"

	"github.com/minio/crc64nvme"
)

func TestChecksumAppend(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // test data
	text := make([]byte, 3*BlockSize+77)
	for i := range text {
		text[i] = byte(random.Uint32())
	}
	for _, cuts := range [][]int{
		nil, {0}, {1}, {len(text)}, {BlockSize, 2 * BlockSize, 3 * BlockSize}, {1, 2, 3, 1000, BlockSize + 5},
	} {
		var sum checksum
		from := 0
		for _, to := range append(cuts, len(text)) {
			sum.append(checksum{bytes: int64(to - from), crc: crc64nvme.Checksum(text[from:to])})
			from = to
		}
		if want := crc64nvme.Checksum(text); sum.crc != want || sum.bytes != int64(len(text)) {
			t.Errorf("cut at %d: %d bytes with %016x, want %d with %016x", cuts, sum.bytes, sum.crc, len(text), want)
		}
	}
}

// The checksum of a shared block is computed once, and again for its next content.
func TestBlockChecksumIsComputedOnce(t *testing.T) {
	pool := newShare(t, NewPool(1))
	for _, text := range []string{"first", "second, and longer"} {
		b, err := pool.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.Write([]byte(text))
		want := checksum{bytes: int64(len(text)), crc: crc64nvme.Checksum([]byte(text))}
		if got := b.checksum(); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
		b.buf[0] ^= 1 // this is not allowed; it shows that the checksum is not computed again
		v := b.Retain().View(func() {}, func() {})
		if got := v.checksum(); got != want {
			t.Errorf("%q: the checksum is computed again for a view: %+v", text, got)
		}
		v.Release()
		b.Release()
	}
}
