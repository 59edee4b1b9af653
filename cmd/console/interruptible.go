package console

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// stoppedWrite is the time that a write may take after ctx has ended.
const stoppedWrite = time.Second

// Interruptible returns a writer to w, which is an output of the process. After ctx has ended, a
// write that takes longer than stoppedWrite is abandoned with an error: the system call would
// block for as long as a pipe is full and nobody reads it. What is read in time is still written.
// A terminal is returned unchanged.
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
	buffer []byte // a copy of the data to write; the caller may change its own after the write was abandoned
	err    error  // why a write was abandoned; its system call may still block
}

// Write implements io.Writer.
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
