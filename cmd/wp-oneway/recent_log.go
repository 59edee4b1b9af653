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
	t.mu.Unlock()
	return t.w.Write(text)
}

// text is the end of what was written.
func (t *recentLog) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-maxRecentLog):])
}
