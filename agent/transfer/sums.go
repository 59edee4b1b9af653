package transfer

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
)

// A streamSums computes the SHA-256 of each object of a stream. Sinks divide long
// streams at different lengths; up to the first division their sums are the same,
// and every byte is hashed once.
type streamSums struct {
	divided []*dividedSums // the smallest limit first
	common  bool           // only the first one is up to date: the others are equal
}

// A dividedSums is the sums of a stream that is divided at limit.
type dividedSums struct {
	limit   int64 // bytes of each object but the last; 0 for one object
	bytes   int64 // of the current object
	current hash.Hash
	done    [][sha256.Size]byte
}

// newStreamSums prepares sums for sinks that divide at those limits.
func newStreamSums(limits []int64) *streamSums {
	limits = slices.Clone(limits)
	slices.SortFunc(limits, func(a, b int64) int {
		switch {
		case a == b:
			return 0
		case b == 0 || (a != 0 && a < b):
			return -1
		}
		return 1
	})
	s := &streamSums{common: true}
	for _, limit := range slices.Compact(limits) {
		s.divided = append(s.divided, &dividedSums{limit: limit, current: sha256.New()})
	}
	return s
}

// write hashes the next bytes of the stream.
func (s *streamSums) write(p []byte) error {
	for len(p) > 0 && len(s.divided) > 0 {
		first := s.divided[0]
		if s.common && first.limit > 0 && first.bytes == first.limit {
			if err := s.split(); err != nil {
				return err
			}
		}
		n := len(p)
		if s.common && first.limit > 0 {
			n = int(min(int64(n), first.limit-first.bytes))
		}
		for _, d := range s.upToDate() {
			d.write(p[:n])
		}
		p = p[n:]
	}
	return nil
}

func (s *streamSums) upToDate() []*dividedSums {
	if s.common {
		return s.divided[:1]
	}
	return s.divided
}

// split gives each of the other limits its own sums.
func (s *streamSums) split() error {
	first := s.divided[0]
	for _, d := range s.divided[1:] {
		cloner, ok := first.current.(hash.Cloner)
		if !ok {
			return fmt.Errorf("copy the state of SHA-256: %T cannot", first.current)
		}
		state, err := cloner.Clone()
		if err != nil {
			return fmt.Errorf("copy the state of SHA-256: %w", err)
		}
		d.current, d.bytes = state, first.bytes
	}
	s.common = false
	return nil
}

func (d *dividedSums) write(p []byte) {
	for len(p) > 0 {
		if d.limit > 0 && d.bytes == d.limit {
			d.done = append(d.done, d.sum())
			d.current.Reset()
			d.bytes = 0
		}
		n := len(p)
		if d.limit > 0 {
			n = int(min(int64(n), d.limit-d.bytes))
		}
		d.current.Write(p[:n]) // never fails
		d.bytes += int64(n)
		p = p[n:]
	}
}

func (d *dividedSums) sum() (sum [sha256.Size]byte) {
	d.current.Sum(sum[:0])
	return sum
}

// objects returns the sums of the objects of a stream divided at limit, once the
// stream has ended. It may be called concurrently.
func (s *streamSums) objects(limit int64) [][sha256.Size]byte {
	for _, d := range s.divided {
		if s.common || d.limit == limit {
			return append(slices.Clone(d.done), d.sum())
		}
	}
	return nil
}
