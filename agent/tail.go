package agent

import (
	"bytes"
	"sync"
)

// A tail keeps the first KiB of what a worker wrote to its standard error.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps what there is room for, and drops the rest.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 1<<10 - t.buf.Len(); room > 0 {
		t.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// note is the first line of it, to stand behind an error.
func (t *tail) note() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := bytes.Cut(t.buf.Bytes(), []byte("\n"))
	if len(line) == 0 {
		return ""
	}
	return ": " + Printable(string(line))
}
