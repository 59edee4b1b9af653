package agent

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/source"
)

// The sites of a turn share their worker. An owner whose turn has ended waits for all
// others.
func TestTurns(t *testing.T) {
	owners := func() [][]int { return [][]int{{0, 1, 2, 3}, {4}, {5, 6}} }
	for _, tt := range []struct {
		time  time.Duration
		want  []int
		turns int
	}{
		{time.Hour, []int{0, 1, 2, 3, 4, 5, 6}, 3},
		{0, []int{0, 4, 5, 1, 6, 2, 3}, 7},
	} {
		var got []int
		shared := map[*source.Workers]bool{}
		newTurns(owners(), tt.time).work(func(site int, workers *source.Workers) {
			got = append(got, site)
			shared[workers] = true
		})
		if !slices.Equal(got, tt.want) || len(shared) != tt.turns {
			t.Errorf("%s: sites %v in %d turns, want %v in %d", tt.time, got, len(shared), tt.want, tt.turns)
		}
	}
}

// With one owner, all slots work for it at the same time.
func TestSlotsShareAnOwner(t *testing.T) {
	order := newTurns([][]int{{0, 1, 2, 3}}, time.Hour)
	var both, slots sync.WaitGroup
	both.Add(2)
	var mu sync.Mutex
	var got []int
	for range 2 {
		slots.Go(func() {
			first := true
			order.work(func(site int, _ *source.Workers) {
				mu.Lock()
				got = append(got, site)
				mu.Unlock()
				if first {
					first = false
					both.Done()
					both.Wait() // until the other slot has a site too
				}
			})
		})
	}
	slots.Wait()
	slices.Sort(got)
	if !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("the slots did %v", got)
	}
}
