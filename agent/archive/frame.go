package archive

import (
	"errors"
	"fmt"
	"io"
)

// A format says how a stream is compressed: as a sequence of frames, which are compressed
// in parallel, independently of each other.
type format struct {
	segments  int // of the longest frame
	newPacker func() (packer, error)
	// stored returns sections that, one after the other, are a frame with p as it is.
	stored func(p []byte) [][]byte
	begin  []byte         // precedes the first frame
	sum    func(p []byte) // is called with the stream's bytes in order; nil for nothing
	end    func() []byte  // follows the last frame; nil for nothing
}

// A packer compresses one frame at a time. It keeps its memory for the next one.
type packer interface {
	Reset(w io.Writer)
	io.Writer
	Close() error // ends the frame
}

// frameFilter is a filter that compresses frame by frame. newFormat is called for each
// stream.
func frameFilter(name, suffix string, newFormat func() (format, error)) Filter {
	crew := newCrew()
	return Filter{Name: name, Suffix: suffix, Wrap: func(w io.Writer) (io.WriteCloser, error) {
		f, err := newFormat()
		if err != nil {
			return nil, err
		}
		return newFrameWriter(w, f, crew), nil
	}}
}

// A frame is a section of a stream that is compressed independently of the others.
type frame struct {
	stored  *segment      // what it stores; nil if it is compressed
	data    chan *segment // what it compresses
	n       int           // number of segments so far
	pieces  chan []byte   // the compressed frame; has room for all of it
	started chan struct{} // closed when it has a packer
	err     error         // valid once pieces is closed
}

// newFrame returns a frame of up to n segments.
func newFrame(n int) *frame {
	// Data that cannot be compressed become longer by less than 1 %.
	return &frame{
		data: make(chan *segment, n), pieces: make(chan []byte, n*segmentSize/pieceSize*101/100+2),
		started: make(chan struct{}),
	}
}

// pack compresses the frame once its predecessor, if there is one, has a packer. Frames
// take packers in their order, so that one that waits for data never keeps the packers
// from one that holds the memory.
func (f *frame) pack(c *crew, newPacker func() (packer, error), previous *frame, quit chan struct{}) {
	defer close(f.pieces)
	if previous != nil {
		<-previous.started
	}
	p := <-c.packers
	close(f.started)
	defer func() {
		if v := recover(); v != nil {
			p, f.err = nil, fmt.Errorf("compress: internal error: %v", v)
		}
		for s := range f.data { // after an error
			c.putSegment(s)
		}
		c.packers <- p
	}()
	if p == nil {
		if p, f.err = newPacker(); f.err != nil {
			return
		}
	}
	out := &pieceWriter{crew: c, pieces: f.pieces}
	p.Reset(out)
	for s := range f.data {
		_, err := p.Write(s.data)
		c.putSegment(s)
		if f.err = err; err != nil {
			return
		}
		if isClosed(quit) {
			f.err = ErrClosed
			return
		}
	}
	if f.err = p.Close(); f.err == nil {
		out.flush()
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

var errTooLong = errors.New("compress: a frame became longer than its data")

// A pieceWriter divides a compressed frame into pieces.
type pieceWriter struct {
	crew   *crew
	pieces chan []byte
	piece  []byte
}

func (w *pieceWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.piece == nil {
			w.piece = w.crew.piece()
		}
		n := min(len(p), cap(w.piece)-len(w.piece))
		w.piece = append(w.piece, p[:n]...)
		p, written = p[n:], written+n
		if len(w.piece) == cap(w.piece) && !w.flush() {
			return written, errTooLong
		}
	}
	return written, nil
}

// flush hands the piece over, and reports whether there was room for it.
func (w *pieceWriter) flush() bool {
	if len(w.piece) == 0 {
		return true
	}
	select {
	case w.pieces <- w.piece:
		w.piece = nil
		return true
	default:
		return false
	}
}
