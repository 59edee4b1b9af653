package console

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// stoppedWrite is how long a write may take after the program was told to stop.
const stoppedWrite = time.Second

// Interruptible returns a writer to an output of the process, whose writes end when ctx has ended
// and nobody reads them: the system call itself would wait for as long as a pipe is full. What
// is read at once is still written then.
func Interruptible(ctx context.Context, w io.Writer) io.Writer {
	if IsTerminal(w) {
		return w
	}
	return &interruptible{ctx: ctx, w: w}
}

type interruptible struct {
	ctx context.Context
	w   io.Writer

	mu     sync.Mutex
	buffer []byte // of the write; callers may change theirs after it was abandoned
	err    error  // why a write was abandoned; it may still be waiting
}

// Write writes p.
func (i *interruptible) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err != nil {
		return 0, i.err
	}
	type result struct {
		n   int
		err error
	}
	i.buffer = append(i.buffer[:0], p...)
	done := make(chan result, 1)
	go func() {
		n, err := i.w.Write(i.buffer)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-i.ctx.Done():
	}
	select {
	case r := <-done:
		return r.n, r.err
	case <-time.After(stoppedWrite):
	}
	i.err = fmt.Errorf("write the output: nobody reads it: %w", context.Cause(i.ctx))
	return 0, i.err
}
