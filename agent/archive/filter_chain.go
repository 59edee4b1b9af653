package archive

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrClosed is returned by Write after Close or Abandon.
var ErrClosed = errors.New("archive: stream is closed")

// A Stack is a writer with filters on top of it. It ends in one of two ways: Close
// completes the stream; Abandon leaves it truncated, so that readers refuse it. It
// must not be used by several goroutines at the same time.
type Stack struct {
	top    io.Writer
	stages []stage // in the order the data passes them
	base   *baseWriter
	err    error // the first error, or ErrClosed after Close or Abandon
	ended  bool  // closed or abandoned
	closed bool  // closed without an error
}

type stage struct {
	name string
	io.WriteCloser
}

// An abandoner holds resources that Abandon releases.
type abandoner interface{ Abandon() }

// Chain stacks filters on top of w. Data passes filters[0] first, then filters[1], and
// so on into w. Filters may write to w already in Chain (age's header) and from other
// goroutines, but only one at a time.
//
// The caller must close or abandon the Stack. Abandon after Close does nothing, so it
// can be deferred.
func Chain(w io.Writer, filters ...Filter) (*Stack, error) {
	s := &Stack{base: &baseWriter{w: w}}
	s.top = s.base
	for i := len(filters) - 1; i >= 0; i-- {
		f := filters[i]
		wc, err := f.Wrap(s.top)
		if err != nil {
			s.Abandon()
			return nil, fmt.Errorf("start %s: %w", f.Name, s.cause(err))
		}
		s.stages = append([]stage{{f.Name, wc}}, s.stages...)
		s.top = wc
	}
	return s, nil
}

// Write writes p to the first filter. A nil error does not mean that p has reached the
// writer below: filters buffer data and run in parallel. After a failure below, every
// Write returns that error. Writes of at least 32 KiB are the fastest.
func (s *Stack) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.top.Write(p)
	if err = s.cause(err); err != nil {
		s.err = err
	}
	return n, err
}

// ReadFrom writes r to the first filter until r ends or fails, without a copy if the filter
// reads for itself. An error of r does not end the stream; the caller must abandon it.
func (s *Stack) ReadFrom(r io.Reader) (int64, error) {
	direct, ok := s.top.(io.ReaderFrom)
	if !ok || s.err != nil {
		return io.CopyBuffer(struct{ io.Writer }{s}, struct{ io.Reader }{r}, make([]byte, copySize))
	}
	n, err := direct.ReadFrom(r)
	return n, s.cause(err)
}

// copySize is how much is read at once for a filter that does not read for itself, in bytes.
const copySize = 256 << 10

// Close ends the stream: each filter in turn writes its buffered data and its end to
// the next. It does not close the writer below. After any failure, before or now, it
// abandons the stack and returns that error, and the stream is not complete. A second
// Close returns the same result; Close after Abandon returns an error.
func (s *Stack) Close() error {
	if s.closed {
		return nil
	}
	if s.ended {
		return s.err
	}
	for _, st := range s.stages {
		if s.err != nil {
			break
		}
		s.err = s.cause(st.Close())
		if s.err != nil {
			s.err = fmt.Errorf("finish %s: %w", st.name, s.err)
		}
	}
	err := s.err
	s.closed = err == nil
	s.Abandon()
	return err
}

// Abandon stops the stream without completing it, and releases the resources of the filters.
// After it returns, nothing more is written to the writer below. It waits for a write that is
// in progress there. After Close it does nothing.
func (s *Stack) Abandon() {
	if s.ended {
		return
	}
	s.ended = true
	s.base.close()
	for _, st := range s.stages {
		if a, ok := st.WriteCloser.(abandoner); ok {
			a.Abandon()
		}
	}
	if s.err == nil {
		s.err = ErrClosed
	}
}

// cause returns the error of the writer below, if there is one; otherwise err, the
// filter's.
func (s *Stack) cause(err error) error {
	if below := s.base.failure(); below != nil {
		return below
	}
	return err
}

// A baseWriter is the writer below a stack. It keeps the first error, and writes
// nothing after that or once it is closed.
type baseWriter struct {
	w      io.Writer
	mu     sync.Mutex
	err    error // the first failure of w
	closed bool
}

func (b *baseWriter) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.err != nil:
		return 0, b.err
	case b.closed:
		return 0, ErrClosed
	}
	n, err := b.w.Write(p)
	if err == nil && n != len(p) {
		err = io.ErrShortWrite
	}
	b.err = err
	return n, err
}

func (b *baseWriter) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *baseWriter) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}
