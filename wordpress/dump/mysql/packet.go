package mysql

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	readSize  = 256 << 10 // size of one read from the connection
	maxFrame  = 1<<24 - 1 // a frame of this size continues in the next
	maxPacket = 2 << 30   // more than the longest row of any server
	maxSmall  = maxFrame  // more than the longest row of a small answer
	maxHead   = 1 << 20   // more than what precedes the rows: columns or an error
)

// A packetReader splits the server's answer into packets without copying them.
type packetReader struct {
	r     io.Reader
	limit int // size of the longest packet that is accepted
	buf   []byte
	from  int         // where unread bytes begin
	to    int         // where they end
	mmap  *mmapBuffer // holds buf while a row of several frames is read, else nil
}

// next returns the payload of the next packet; it is valid until the following call.
// Several frames are joined in place, so that a very long row is in memory once.
func (p *packetReader) next() ([]byte, error) {
	length, headers := 0, 0
	for last := maxFrame; last == maxFrame; headers++ {
		done := length + 4*headers
		if err := p.fill(done + 4); err != nil {
			return nil, err
		}
		h := p.buf[p.from+done:]
		last = int(h[0]) | int(h[1])<<8 | int(h[2])<<16
		if length+last > p.limit {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, p.limit)
		}
		if err := p.fill(done + 4 + last); err != nil {
			return nil, err
		}
		if headers > 0 { // overwrite the headers in between
			copy(p.buf[p.from+4+length:], p.buf[p.from+done+4:p.from+done+4+last])
		}
		length += last
	}
	payload := p.buf[p.from+4 : p.from+4+length : p.from+4+length]
	p.from += length + 4*headers
	return payload, nil
}

// fill reads until n unread bytes are in the buffer.
func (p *packetReader) fill(n int) error {
	if p.to-p.from >= n {
		return nil
	}
	switch {
	case p.mmap != nil && n <= 4+maxFrame: // back to the normal size
		p.moveTo(make([]byte, max(n, readSize)), nil)
	case n > len(p.buf):
		p.grow(n)
	case len(p.buf)-p.from < n || p.from == p.to:
		if len(p.buf) > 4*readSize && n <= readSize {
			p.moveTo(make([]byte, readSize), nil)
		} else {
			p.to, p.from = copy(p.buf, p.buf[p.from:p.to]), 0
		}
	}
	for p.to-p.from < n {
		m, err := p.r.Read(p.buf[p.to:])
		p.to += m
		if err != nil && p.to-p.from < n {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// grow makes space for n bytes; if these are several frames, for the longest row.
func (p *packetReader) grow(n int) {
	if n <= 4+maxFrame { // one frame
		p.moveTo(make([]byte, max(n, readSize)), nil)
	} else if m := newMmapBuffer(); m != nil && n <= len(m.bytes) {
		p.moveTo(m.bytes, m)
	} else {
		p.moveTo(make([]byte, max(n, len(p.buf)+len(p.buf)/4)), nil)
	}
}

// moveTo moves the unread bytes to another buffer.
func (p *packetReader) moveTo(buf []byte, m *mmapBuffer) {
	p.to = copy(buf, p.buf[p.from:p.to])
	p.from, p.buf = 0, buf
	if p.mmap != nil {
		p.mmap.free()
	}
	p.mmap = m
}

// lenenc decodes a length-encoded integer and returns how many bytes it took: 0 if b
// is too short. null reports the mark of an SQL NULL.
func lenenc(b []byte) (n uint64, size int, null bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	switch c := b[0]; {
	case c < 0xfb:
		return uint64(c), 1, false
	case c == 0xfb:
		return 0, 1, true
	case c == 0xfc && len(b) >= 3:
		return uint64(binary.LittleEndian.Uint16(b[1:])), 3, false
	case c == 0xfd && len(b) >= 4:
		return uint64(b[1]) | uint64(b[2])<<8 | uint64(b[3])<<16, 4, false
	case c == 0xfe && len(b) >= 9:
		return binary.LittleEndian.Uint64(b[1:]), 9, false
	}
	return 0, 0, false
}

// Value splits the first value from a row; null reports an SQL NULL.
func Value(row []byte) (v, rest []byte, null bool, err error) {
	if len(row) > 0 && row[0] < 0xfb { // the common case
		n := int(row[0]) + 1
		if n > len(row) {
			return nil, nil, false, ErrMalformed
		}
		return row[1:n], row[n:], false, nil
	}
	n, size, null := lenenc(row)
	if size == 0 || n > uint64(len(row)-size) {
		return nil, nil, false, ErrMalformed
	}
	end := size + int(n)
	return row[size:end], row[end:], null, nil
}
