package dump

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
)

// blocksInFlight is how many blocks may wait for the writer.
const blocksInFlight = 6

// A pipe hashes and writes blocks while the next ones are being filled.
type pipe struct {
	full  chan []byte
	empty chan []byte
	done  chan struct{} // closed once the writer has ended
	w     io.Writer
	sum   hash.Hash
	err   error // of the writer, valid once done is closed
}

// startPipe begins to write to w; cancel is called with the writer's error.
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

// pass hands a block over and returns an empty one.
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

// finish waits for the writer's end and returns the hash of all that it wrote.
func (p *pipe) finish() (sum [32]byte, err error) {
	close(p.full)
	<-p.done
	p.sum.Sum(sum[:0])
	return sum, p.err
}
