package progress

import (
	"math"
	"sync/atomic"
	"time"
)

// speedMemory is the time constant of the average: after this time, the weight of a sample is
// about a third.
const speedMemory = 3 * time.Second

// A speed is an exponentially weighted average rate, in bytes per second. The weight
// of a sample is its duration.
type speed struct{ bits atomic.Uint64 }

// add records n bytes in the duration d.
func (s *speed) add(n int64, d time.Duration) {
	if d <= 0 || n < 0 { // a stream that is sent again starts at 0
		return
	}
	sample, before := float64(n)/d.Seconds(), math.Float64frombits(s.bits.Load())
	if before == 0 {
		before = sample
	}
	keep := math.Exp(-d.Seconds() / speedMemory.Seconds())
	s.bits.Store(math.Float64bits(keep*before + (1-keep)*sample))
}

// now returns the rate.
func (s *speed) now() uint64 { return uint64(math.Float64frombits(s.bits.Load())) }
