package dump

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
)

// blocksInFlight is the number of blocks that may wait for the writer.
const blocksInFlight = 6

// A pipe hashes and writes blocks while the next ones are filled.
type pipe struct {
	full  chan []byte
	empty chan []byte
	done  chan struct{} // closed when the writer has ended
	w     io.Writer
	sum   hash.Hash
	err   error // of the writer; valid when done is closed
}

// startPipe returns a pipe that writes to w. It calls cancel with the writer's error.
func startPipe(w io.Writer, cancel context.CancelCauseFunc) *pipe {
	p := &pipe{
		full: make(chan []byte, blocksInFlight), empty: make(chan []byte, blocksInFlight),
		done: make(chan struct{}), w: w, sum: sha256.New(),
	}
	for range blocksInFlight {
		p.empty <- make([]byte, 0, blockSize)
	}
	go func() {
		defer close(p.done)
		for block := range p.full {
			p.sum.Write(block)
			if _, p.err = p.w.Write(block); p.err != nil {
				cancel(p.err)
				return
			}
			p.empty <- block[:0]
		}
	}()
	return p
}

// pass queues a block for the writer and returns an empty one.
func (p *pipe) pass(block []byte) ([]byte, error) {
	select {
	case p.full <- block:
	case <-p.done:
		return block[:0], p.err
	}
	select {
	case b := <-p.empty:
		return b, nil
	case <-p.done:
		return make([]byte, 0, blockSize), p.err
	}
}

// finish waits until everything is written and returns its hash.
func (p *pipe) finish() (sum [32]byte, err error) {
	close(p.full)
	<-p.done
	p.sum.Sum(sum[:0])
	return sum, p.err
}
