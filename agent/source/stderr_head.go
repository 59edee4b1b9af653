package source

import (
	"bytes"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// stderrHeadSize is how much of a worker's standard error is kept, in bytes.
const stderrHeadSize = 1 << 10

// A stderrHead keeps the beginning of what a worker writes to its standard error.
type stderrHead struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps what fits, and drops the rest.
func (h *stderrHead) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if room := stderrHeadSize - h.buf.Len(); room > 0 {
		h.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// firstLine returns the first line after a colon, to be appended to an error.
func (h *stderrHead) firstLine() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	line, _, _ := bytes.Cut(h.buf.Bytes(), []byte("\n"))
	if len(line) == 0 {
		return ""
	}
	return ": " + manifest.Printable(string(line))
}
