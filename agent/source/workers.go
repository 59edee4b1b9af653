package source

import (
	"os"
	"slices"
	"sync"
)

// Workers keeps the worker of the site that was closed last, for the next site of the same
// owner. The zero value keeps none yet.
type Workers struct {
	mu   sync.Mutex
	idle *process
}

// acquire returns the worker that was kept, if it has the rights of owner and may write to
// temp, or else nil. The caller calls keep or stops it.
func (w *Workers) acquire(owner Owner, temp *os.File) *process {
	p := w.swap(nil)
	if p == nil || p.mayWrite(temp) && p.owner.UID == owner.UID && p.owner.GID == owner.GID && slices.Equal(p.owner.Groups, owner.Groups) {
		return p
	}
	_ = p.stop()
	return nil
}

// keep keeps a worker that waits for an order.
func (w *Workers) keep(p *process) {
	if w == nil {
		_ = p.stop()
		return
	}
	if old := w.swap(p); old != nil {
		_ = old.stop()
	}
}

// Close stops the worker that was kept.
func (w *Workers) Close() {
	if p := w.swap(nil); p != nil {
		_ = p.stop()
	}
}

// swap replaces the worker that is kept.
func (w *Workers) swap(next *process) (old *process) {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	old, w.idle = w.idle, next
	return old
}
