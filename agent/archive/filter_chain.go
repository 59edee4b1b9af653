package archive

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrClosed is what a Stack's Write returns once the stack is closed or abandoned.
var ErrClosed = errors.New("archive: stream is closed")

// A Stack is a writer with filters over it, as Chain made it. It ends in one of
// two ways: Close makes the stream whole, Abandon leaves it cut, so that whoever
// reads what came out beneath refuses it. One goroutine at a time may use it.
type Stack struct {
	top    io.Writer
	stages []stage // in the order the data passes them
	ground *ground
	err    error // the first error, or ErrClosed after Close or Abandon
	ended  bool  // closed or abandoned
	whole  bool  // closed without an error
}

type stage struct {
	name string
	io.WriteCloser
}

// An abandoner holds something that has to be given up if it is not closed.
type abandoner interface{ Abandon() }

// Chain stacks filters over w, the first filter nearest to the data: what is
// written passes filters[0], then filters[1], and so on into w. Filters may
// write to w from Chain itself (age's header), and from other goroutines, but
// never two at once.
//
// Who gets a Stack either closes or abandons it; Abandon after Close does
// nothing, so it can be deferred.
func Chain(w io.Writer, filters ...Filter) (*Stack, error) {
	s := &Stack{ground: &ground{w: w}}
	s.top = s.ground
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

// Write gives p to the first filter. A nil error does not say that p is through:
// filters hold data back and work beside the caller. Once anything beneath has
// failed, every Write returns that error. Pieces of any size do; from 32 KiB on
// their number costs nothing.
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

// Close ends the stream: each filter in turn gives the next what it held back
// and its end mark. It does not close the writer beneath. If anything has failed
// before or fails now, it abandons the stack and returns that error, and the
// stream is not whole. Once it is closed Close returns what it did at first, and
// once abandoned an error.
func (s *Stack) Close() error {
	if s.whole {
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
	s.whole = err == nil
	s.Abandon()
	return err
}

// Abandon gives up the stream without ending it and releases what the filters
// hold. When it returns, nothing is being written to the writer beneath any
// more, nor ever will be. It waits for a write beneath that is under way, so
// that write must be able to end. After Close it does nothing.
func (s *Stack) Abandon() {
	if s.ended {
		return
	}
	s.ended = true
	s.ground.shut()
	for _, st := range s.stages {
		if a, ok := st.WriteCloser.(abandoner); ok {
			a.Abandon()
		}
	}
	if s.err == nil {
		s.err = ErrClosed
	}
}

// cause returns the error of the writer beneath, if there is one, rather than
// what a filter made of it; else err.
func (s *Stack) cause(err error) error {
	if beneath := s.ground.failure(); beneath != nil {
		return beneath
	}
	return err
}

// ground is the writer beneath a stack: it keeps its first error and lets
// nothing through after that, nor once it is shut.
type ground struct {
	w      io.Writer
	mu     sync.Mutex
	err    error // the first failure of w
	closed bool
}

func (g *ground) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.err != nil:
		return 0, g.err
	case g.closed:
		return 0, ErrClosed
	}
	n, err := g.w.Write(p)
	if err == nil && n != len(p) {
		err = io.ErrShortWrite
	}
	g.err = err
	return n, err
}

func (g *ground) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *ground) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}
