package archive

import (
	"sync"
)

const (
	// packers is the number of frames that one filter compresses at the same time, for
	// all of its streams together.
	packers = 2
	// segmentSize is the memory that is read into at once, and the smallest section of a
	// stream that is stored, in bytes.
	segmentSize = 1 << 20
	// ownSegments is the number of segments that each stream may hold: one is filled
	// while another one is compressed. Streams that need more share sharedSegments.
	ownSegments    = 2
	sharedSegments = 4
	// firstSegment is the memory that a stream has at its beginning, in bytes.
	firstSegment = 64 << 10
	// pieceSize is the memory for compressed data that is allocated at once, in bytes.
	pieceSize = 64 << 10
)

// A segment is a section of a stream before it is compressed.
type segment struct {
	data  []byte
	leave chan struct{} // where its place is given back
}

// A crew holds the packers and the memory that all streams of a filter share. They are released
// when the last stream ends.
type crew struct {
	packers chan packer   // nil before its first use
	shared  chan struct{} // a place for each shared segment in use

	mu       sync.Mutex
	streams  int
	segments []*segment // not in use
	pieces   [][]byte   // not in use
}

func newCrew() *crew {
	c := &crew{packers: make(chan packer, packers), shared: make(chan struct{}, sharedSegments)}
	for range packers {
		c.packers <- nil
	}
	return c
}

func (c *crew) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams++
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams--; c.streams > 0 {
		return
	}
	c.segments, c.pieces = nil, nil
	for range packers {
		<-c.packers
		c.packers <- nil
	}
}

// segment returns an empty segment. The caller has a place for it in leave.
func (c *crew) segment(leave chan struct{}) *segment {
	s := &segment{}
	c.mu.Lock()
	if n := len(c.segments); n > 0 {
		s, c.segments = c.segments[n-1], c.segments[:n-1]
	}
	c.mu.Unlock()
	s.leave = leave
	return s
}

func (c *crew) putSegment(s *segment) {
	leave := s.leave
	s.data = s.data[:0]
	c.mu.Lock()
	c.segments = append(c.segments, s)
	c.mu.Unlock()
	<-leave
}

// piece returns an empty piece.
func (c *crew) piece() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.pieces); n > 0 {
		p := c.pieces[n-1]
		c.pieces = c.pieces[:n-1]
		return p
	}
	return make([]byte, 0, pieceSize)
}

func (c *crew) putPiece(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pieces = append(c.pieces, p[:0])
}
