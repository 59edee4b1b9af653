package console

import (
	"io"
	"sync"
)

// A RecentLog passes on what is written to it, and keeps the end of it for the dead man's
// switches.
type RecentLog struct {
	w    io.Writer
	mu   sync.Mutex
	kept []byte
}

// maxRecentLog is how much a RecentLog keeps, in bytes.
const maxRecentLog = 1 << 20

// Write is io.Writer's.
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

// Redirect passes what is written from now on to w, and returns where it went before.
func (t *RecentLog) Redirect(w io.Writer) io.Writer {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.w
	t.w = w
	return before
}

// Text is the end of what was written.
func (t *RecentLog) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-maxRecentLog):])
}

// A tee writes to the log of a script and to a stream of the process. An error of one does
// not keep the text from the other; the stream's is returned.
type tee struct{ log, w io.Writer }

// Write is io.Writer's.
func (t tee) Write(text []byte) (int, error) {
	_, _ = t.log.Write(text)
	return t.w.Write(text)
}
