package main

import (
	"math"
	"sync/atomic"
	"time"
)

// speedMemory is how fast a speed forgets: what was so long ago counts a third.
const speedMemory = 3 * time.Second

// A speed is the recent rate of something, in bytes per second. Each moment weighs
// as much as it lasted, so that a pause counts no more than it took.
type speed struct{ bits atomic.Uint64 }

// add notes n more bytes in the time d.
func (s *speed) add(n int64, d time.Duration) {
	if d <= 0 || n < 0 { // a stream that is sent again begins anew
		return
	}
	sample, before := float64(n)/d.Seconds(), math.Float64frombits(s.bits.Load())
	if before == 0 {
		before = sample
	}
	keep := math.Exp(-d.Seconds() / speedMemory.Seconds())
	s.bits.Store(math.Float64bits(keep*before + (1-keep)*sample))
}

// now is the rate.
func (s *speed) now() uint64 { return uint64(math.Float64frombits(s.bits.Load())) }
