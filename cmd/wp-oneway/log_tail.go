package main

import (
	"io"
	"sync"
)

// A logTail passes on what is written to it, and keeps the end of it for the dead man's
// switches.
type logTail struct {
	w    io.Writer
	mu   sync.Mutex
	kept []byte
}

// maxTail is how much a logTail keeps, in bytes.
const maxTail = 1 << 20

// Write is io.Writer's.
func (t *logTail) Write(text []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, text...)
	if over := len(t.kept) - maxTail; over > maxTail {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	t.mu.Unlock()
	return t.w.Write(text)
}

// text is the end of what was written.
func (t *logTail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-maxTail):])
}
