package main

import (
	"io"
	"sync"
)

// A recentLog passes on what is written to it, and keeps the end of it for the dead man's
// switches.
type recentLog struct {
	w    io.Writer
	mu   sync.Mutex
	kept []byte
}

// maxRecentLog is how much a recentLog keeps, in bytes.
const maxRecentLog = 1 << 20

// Write is io.Writer's.
func (t *recentLog) Write(text []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, text...)
	if over := len(t.kept) - maxRecentLog; over > maxRecentLog {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	w := t.w
	t.mu.Unlock()
	return w.Write(text)
}

// redirect passes what is written from now on to w, and returns where it went before.
func (t *recentLog) redirect(w io.Writer) io.Writer {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.w
	t.w = w
	return before
}

// text is the end of what was written.
func (t *recentLog) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-maxRecentLog):])
}
