package archive

import "io"

// asyncBlock is the size of the blocks that an async passes to its goroutine, in bytes.
const asyncBlock = 256 << 10

// async runs a synchronous filter in a separate goroutine, in parallel with the
// caller. At most two blocks are queued.
type async struct {
	next   io.WriteCloser
	block  []byte // being filled
	full   chan []byte
	free   chan []byte
	quit   chan struct{} // closed to discard the queued blocks
	ended  chan struct{} // closed when the goroutine has ended
	err    error         // of next; valid once ended is closed
	closed bool          // whether full is closed
}

func newAsync(next io.WriteCloser) *async {
	a := &async{
		next:  next,
		block: make([]byte, 0, asyncBlock),
		full:  make(chan []byte, 1),
		free:  make(chan []byte, 3), // large enough that returning a block never blocks
		quit:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	a.free <- make([]byte, 0, asyncBlock)
	a.free <- make([]byte, 0, asyncBlock)
	go a.run()
	return a
}

func (a *async) run() {
	defer close(a.ended)
	for block := range a.full {
		select {
		case <-a.quit:
			return
		default:
		}
		if _, a.err = a.next.Write(block); a.err != nil {
			return
		}
		a.free <- block[:0]
	}
}

func (a *async) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := copy(a.block[len(a.block):cap(a.block)], p)
		a.block = a.block[:len(a.block)+n]
		p, written = p[n:], written+n
		if len(a.block) < cap(a.block) {
			continue
		}
		if err := a.send(); err != nil {
			return written, err
		}
		select {
		case a.block = <-a.free:
		case <-a.ended:
			return written, a.err
		}
	}
	return written, nil
}

// send sends the block to the goroutine.
func (a *async) send() error {
	select {
	case a.full <- a.block:
		return nil
	case <-a.ended:
		return a.err
	}
}

// Close waits until everything is written to next, and closes next.
func (a *async) Close() error {
	if err := a.send(); err != nil {
		return err
	}
	a.finish()
	if a.err != nil {
		return a.err
	}
	return a.next.Close()
}

// Abandon discards the queued blocks and does not close next.
func (a *async) Abandon() {
	close(a.quit)
	a.finish()
}

// finish waits for the end of the goroutine.
func (a *async) finish() {
	if !a.closed {
		a.closed = true
		close(a.full)
	}
	<-a.ended
}
