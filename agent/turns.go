package agent

import (
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/source"
)

// turnTime is the length of one owner's turn: the owner's sites are backed up one after the
// other, and then it is the turn of the next owner. A site that takes longer is the last one of
// the turn. The sites of a turn share a worker, and no owner waits long for an owner with many
// sites.
const turnTime = 10 * time.Second

// turns distributes the sites of one invocation to slots that work in parallel. Owners wait in
// a queue. When the turn of the first owner begins, this owner also joins the end of the queue
// again, so that another slot may take its next sites: if there is only one owner, all slots
// work for it.
type turns struct {
	time  time.Duration
	mu    sync.Mutex
	queue []*turn
}

// A turn is an owner's sites that no slot has taken yet.
type turn struct{ sites []int }

func newTurns(owners [][]int, time time.Duration) *turns {
	t := &turns{time: time}
	for _, sites := range owners {
		t.queue = append(t.queue, &turn{sites: sites})
	}
	return t
}

// work calls run with each site that this slot takes, until none is left.
func (t *turns) work(run func(site int, workers *source.Workers)) {
	for owner := t.next(); owner != nil; owner = t.next() {
		t.serve(owner, run)
	}
}

// serve is one turn of an owner.
func (t *turns) serve(owner *turn, run func(site int, workers *source.Workers)) {
	workers := &source.Workers{}
	defer workers.Close()
	for began := time.Now(); ; {
		site, ok := t.nextSite(owner)
		if !ok {
			return
		}
		run(site, workers)
		if time.Since(began) >= t.time {
			return
		}
	}
}

// next returns the owner whose turn it is, or nil if no sites are left.
func (t *turns) next() *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.queue) > 0 {
		owner := t.queue[0]
		t.queue = t.queue[1:]
		if len(owner.sites) > 0 {
			t.queue = append(t.queue, owner)
			return owner
		}
	}
	return nil
}

// nextSite returns the next site of an owner.
func (t *turns) nextSite(owner *turn) (site int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(owner.sites) == 0 {
		return 0, false
	}
	site, owner.sites = owner.sites[0], owner.sites[1:]
	return site, true
}
