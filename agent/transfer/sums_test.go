package transfer

import (
	"crypto/sha256"
	"slices"
	"testing"
)

func TestStreamSums(t *testing.T) {
	text := noise(1000)
	for _, limits := range [][]int64{{0}, {100}, {0, 0}, {0, 100}, {1000, 0}, {999, 0, 500, 250}, {2000, 0}} {
		for _, step := range []int{1, 7, 100, 1000} {
			s := newStreamSums(limits)
			for p := range slices.Chunk(text, step) {
				if err := s.write(p); err != nil {
					t.Fatal(err)
				}
			}
			for _, limit := range limits {
				var want [][sha256.Size]byte
				size := len(text)
				if limit > 0 {
					size = int(limit)
				}
				for p := range slices.Chunk(text, size) {
					want = append(want, sha256.Sum256(p))
				}
				if got := s.objects(limit); !slices.Equal(got, want) {
					t.Errorf("limits %d, written by %d: %d sums at %d, want %d, or others", limits, step, len(got), limit, len(want))
				}
			}
		}
	}
	if got := newStreamSums([]int64{0, 5}).objects(5); len(got) != 1 || got[0] != sha256.Sum256(nil) {
		t.Errorf("an empty stream has the sums %x", got)
	}
}

// As long as no sink divides the stream, every byte is hashed once.
func TestStreamSumsHashOnce(t *testing.T) {
	s := newStreamSums([]int64{500, 0, 900, 0})
	if err := s.write(noise(500)); err != nil {
		t.Fatal(err)
	}
	hashed := int64(0)
	for _, d := range s.divided {
		hashed += d.bytes
	}
	if hashed != 500 {
		t.Errorf("%d bytes of 500 were hashed", hashed)
	}
}
