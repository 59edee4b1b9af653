package progress

import (
	"math"
	"testing"
	"time"
)

func TestASpeedIsTheRecentRate(t *testing.T) {
	const step = 100 * time.Millisecond
	near := func(s *speed, want float64) {
		t.Helper()
		if got := float64(s.now()); math.Abs(got-want) > want/5 {
			t.Errorf("%.0f bytes per second, want about %.0f", got, want)
		}
	}
	var s speed
	if s.now() != 0 {
		t.Errorf("of nothing: %d", s.now())
	}
	s.add(1<<20, step)
	near(&s, 10<<20)
	// Bursts with pauses between them. A pause counts for as long as it lasts.
	for range 200 {
		s.add(10<<20, step)
		s.add(1, step)
	}
	near(&s, 50<<20)
	for range 200 {
		s.add(1<<20, step)
	}
	near(&s, 10<<20)
	s.add(-5<<20, step)
	s.add(5<<20, 0)
	near(&s, 10<<20)
}
