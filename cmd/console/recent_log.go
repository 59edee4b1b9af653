package console

import (
	"io"
	"sync"
)

// A RecentLog passes on the text that is written to it, and keeps the end of the text for the
// dead man's switches.
type RecentLog struct {
	w    io.Writer
	mu   sync.Mutex
	kept []byte
}

// maxRecentLog is the maximum length of the kept text, in bytes.
const maxRecentLog = 1 << 20

// Write implements io.Writer.
func (t *RecentLog) Write(text []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, text...)
	if over := len(t.kept) - maxRecentLog; over > maxRecentLog {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	w := t.w
	t.mu.Unlock()
	return w.Write(text)
}

// Redirect passes all further text to w, and returns the writer that got it before.
func (t *RecentLog) Redirect(w io.Writer) io.Writer {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.w
	t.w = w
	return before
}

// Text returns the kept text.
func (t *RecentLog) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-maxRecentLog):])
}

// A tee writes to the log of a script and to a stream of the process. If one write fails, the
// other is still made. Only an error of the stream is returned.
type tee struct{ log, w io.Writer }

// Write implements io.Writer.
func (t tee) Write(text []byte) (int, error) {
	_, _ = t.log.Write(text)
	return t.w.Write(text)
}
