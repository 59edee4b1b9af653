package archive

import (
	"errors"
	"io"
)

const (
	// queuedFrames is the number of frames of one stream that wait to be written.
	queuedFrames = 3
	// heldBack is the number of bytes that are held until more bytes follow. So an abandoned
	// stream never ends at a place where a complete stream could end.
	heldBack = 4
)

// A frameWriter divides a stream into frames, has them compressed and writes them in order.
type frameWriter struct {
	w       io.Writer
	format  format
	crew    *crew
	own     chan struct{} // a place for each own segment in use
	segment *segment      // being filled; nil for none
	frame   *frame        // takes compressed segments; nil for none
	last    *frame        // the last one that was begun
	begun   bool          // a frame was begun
	probe   probe

	queue chan *frame   // to be written, in order
	quit  chan struct{} // closed to discard what is queued
	ended chan struct{} // closed when the goroutine that writes has ended
	err   error         // of that goroutine; valid once ended is closed
	over  bool          // queue is closed
	held  []byte        // see heldBack
}

func newFrameWriter(w io.Writer, f format, c *crew) *frameWriter {
	c.enter()
	u := &frameWriter{
		w: w, format: f, crew: c, held: f.begin,
		own:   make(chan struct{}, ownSegments),
		queue: make(chan *frame, queuedFrames), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go u.run()
	return u
}

func (w *frameWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		room, err := w.room()
		if err != nil {
			return written, err
		}
		n := copy(room, p)
		w.segment.data = w.segment.data[:len(w.segment.data)+n]
		p, written = p[n:], written+n
	}
	return written, nil
}

// ReadFrom reads r into the memory of the segments, until it ends or fails.
func (w *frameWriter) ReadFrom(r io.Reader) (int64, error) {
	var total int64
	for idle := 0; ; {
		room, err := w.room()
		if err != nil {
			return total, err
		}
		n, err := r.Read(room)
		w.segment.data = w.segment.data[:len(w.segment.data)+n]
		total += int64(n)
		switch {
		case errors.Is(err, io.EOF):
			return total, nil
		case err != nil:
			return total, err
		case n > 0:
			idle = 0
		default:
			if idle++; idle == 100 {
				return total, io.ErrNoProgress
			}
		}
	}
}

// room returns the free memory of the current segment. It first sends a full one.
func (w *frameWriter) room() ([]byte, error) {
	if w.segment != nil && len(w.segment.data) == segmentSize {
		if err := w.send(); err != nil {
			return nil, err
		}
	}
	if w.segment == nil {
		if err := w.next(); err != nil {
			return nil, err
		}
	}
	s := w.segment
	if len(s.data) == cap(s.data) {
		bigger := make([]byte, len(s.data), min(max(4*cap(s.data), firstSegment), segmentSize))
		copy(bigger, s.data)
		s.data = bigger
	}
	return s.data[len(s.data):cap(s.data)], nil
}

// next waits for another segment.
func (w *frameWriter) next() error {
	if isClosed(w.ended) {
		return w.failure()
	}
	select {
	case w.own <- struct{}{}:
		w.segment = w.crew.segment(w.own)
		return nil
	default:
	}
	select {
	case w.own <- struct{}{}:
		w.segment = w.crew.segment(w.own)
	case w.crew.shared <- struct{}{}:
		w.segment = w.crew.segment(w.crew.shared)
	case <-w.ended:
		return w.failure()
	}
	return nil
}

func (w *frameWriter) failure() error {
	if w.err == nil {
		return ErrClosed
	}
	return w.err
}

// send passes the current segment on to a frame.
func (w *frameWriter) send() error {
	s := w.segment
	if w.format.sum != nil {
		w.format.sum(s.data)
	}
	if len(s.data) == segmentSize && w.probe.incompressible(s.data) {
		w.endFrame()
		if err := w.begin(&frame{stored: s}); err != nil {
			return err
		}
		w.segment = nil
		return nil
	}
	if w.frame == nil {
		f := newFrame(w.format.segments)
		if err := w.begin(f); err != nil {
			return err
		}
		go f.pack(w.crew, w.format.newPacker, w.last, w.quit)
		w.frame, w.last = f, f
	}
	w.segment = nil
	w.frame.data <- s
	if w.frame.n++; w.frame.n == w.format.segments {
		w.endFrame()
	}
	return nil
}

// begin queues a frame.
func (w *frameWriter) begin(f *frame) error {
	select {
	case w.queue <- f:
		w.begun = true
		return nil
	case <-w.ended:
		return w.failure()
	}
}

// endFrame ends the frame that takes segments.
func (w *frameWriter) endFrame() {
	if w.frame != nil {
		close(w.frame.data)
		w.frame = nil
	}
}

// run writes the frames in order, until one fails.
func (w *frameWriter) run() {
	defer close(w.ended)
	for f := range w.queue {
		if w.err = w.writeFrame(f); w.err != nil {
			w.discard(f)
			return
		}
	}
}

// writeFrame writes a frame as it is compressed.
func (w *frameWriter) writeFrame(f *frame) error {
	if f.stored != nil {
		for _, p := range w.format.stored(f.stored.data) {
			if err := w.write(p); err != nil {
				return err
			}
		}
		w.crew.putSegment(f.stored)
		f.stored = nil
		return nil
	}
	for p := range f.pieces {
		if err := w.write(p); err != nil {
			return err
		}
		w.crew.putPiece(p)
	}
	return f.err
}

// discard waits for the end of a frame.
func (w *frameWriter) discard(f *frame) {
	if f.stored != nil {
		w.crew.putSegment(f.stored)
		return
	}
	for p := range f.pieces {
		w.crew.putPiece(p)
	}
}

// write writes what was held back, and p without its last bytes, which it holds back.
func (w *frameWriter) write(p []byte) error {
	if isClosed(w.quit) {
		return ErrClosed
	}
	if err := w.flush(); err != nil {
		return err
	}
	end := max(len(p)-heldBack, 0)
	w.held = append([]byte(nil), p[end:]...)
	if end == 0 {
		return nil
	}
	_, err := w.w.Write(p[:end])
	return err
}

// flush writes what was held back.
func (w *frameWriter) flush() error {
	if len(w.held) == 0 {
		return nil
	}
	_, err := w.w.Write(w.held)
	w.held = nil
	return err
}

// Close waits until all frames are written, and ends the stream.
func (w *frameWriter) Close() error {
	if w.segment == nil && !w.begun {
		if err := w.next(); err != nil { // an empty stream is a frame too
			return err
		}
	}
	if w.segment != nil {
		if err := w.send(); err != nil {
			return err
		}
	}
	w.finish()
	if w.err != nil {
		return w.err
	}
	if err := w.flush(); err != nil || w.format.end == nil {
		return err
	}
	_, err := w.w.Write(w.format.end())
	return err
}

// Abandon discards what is not yet written, and releases all memory.
func (w *frameWriter) Abandon() {
	close(w.quit)
	w.finish()
	for f := range w.queue { // after an error
		w.discard(f)
	}
	if w.segment != nil {
		w.crew.putSegment(w.segment)
	}
	w.crew.leave()
}

// finish ends the frame, and waits for the end of the goroutine that writes.
func (w *frameWriter) finish() {
	w.endFrame()
	if !w.over {
		w.over = true
		close(w.queue)
	}
	<-w.ended
}
