package dump

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-sql-driver/mysql"
)

const (
	readSize  = 256 << 10 // how much is asked of the connection at once
	maxFrame  = 1<<24 - 1 // a packet of this size goes on in the next
	maxPacket = 2 << 30   // beyond the longest row of any server
)

var errMalformed = errors.New("the server sent a malformed packet")

// A packetReader cuts the server's answer into packets without copying them.
type packetReader struct {
	r    io.Reader
	buf  []byte
	from int  // where unread bytes begin
	to   int  // where they end
	far  *far // where buf is while a row of several frames is read; else nil
}

// next returns the payload of the next packet; it is valid until the following call.
// One of several frames becomes one piece in place, so that a giant is there once.
func (p *packetReader) next() ([]byte, error) {
	length, heads := 0, 0
	for last := maxFrame; last == maxFrame; heads++ {
		done := length + 4*heads
		if err := p.need(done + 4); err != nil {
			return nil, err
		}
		h := p.buf[p.from+done:]
		last = int(h[0]) | int(h[1])<<8 | int(h[2])<<16
		if length+last > maxPacket {
			return nil, fmt.Errorf("%w: more than %d bytes", errMalformed, maxPacket)
		}
		if err := p.need(done + 4 + last); err != nil {
			return nil, err
		}
		if heads > 0 { // over the heads in between
			copy(p.buf[p.from+4+length:], p.buf[p.from+done+4:p.from+done+4+last])
		}
		length += last
	}
	payload := p.buf[p.from+4 : p.from+4+length : p.from+4+length]
	p.from += length + 4*heads
	return payload, nil
}

// need reads until n unread bytes are in the buffer.
func (p *packetReader) need(n int) error {
	if p.to-p.from >= n {
		return nil
	}
	switch {
	case p.far != nil && n <= 4+maxFrame: // back to a common size
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

// grow makes room for n bytes, and for more where there may be more.
func (p *packetReader) grow(n int) {
	if n <= 4+maxFrame { // one packet
		p.moveTo(make([]byte, max(n, readSize)), nil)
	} else if far := openFar(); far != nil && n <= len(far.room) {
		p.moveTo(far.room, far)
	} else {
		p.moveTo(make([]byte, max(n, len(p.buf)+len(p.buf)/4)), nil)
	}
}

// moveTo goes on in another buffer, which holds all unread bytes.
func (p *packetReader) moveTo(buf []byte, far *far) {
	p.to = copy(buf, p.buf[p.from:p.to])
	p.from, p.buf = 0, buf
	if p.far != nil {
		p.far.close()
	}
	p.far = far
}

// lenenc reads a length-encoded integer and says how many bytes it took; zero of
// them mean that b is too short, and null is the mark of an SQL NULL.
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

// value cuts the first value off a row; null tells an SQL NULL.
func value(row []byte) (v, rest []byte, null bool, err error) {
	if len(row) > 0 && row[0] < 0xfb { // nearly always
		n := int(row[0]) + 1
		if n > len(row) {
			return nil, nil, false, errMalformed
		}
		return row[1:n], row[n:], false, nil
	}
	n, size, null := lenenc(row)
	if size == 0 || n > uint64(len(row)-size) {
		return nil, nil, false, errMalformed
	}
	end := size + int(n)
	return row[size:end], row[end:], null, nil
}

// serverError is the error that a packet beginning with 0xff carries.
func serverError(packet []byte) error {
	if len(packet) < 3 {
		return errMalformed
	}
	e := &mysql.MySQLError{Number: binary.LittleEndian.Uint16(packet[1:])}
	text := packet[3:]
	if len(text) >= 6 && text[0] == '#' {
		copy(e.SQLState[:], text[1:6])
		text = text[6:]
	}
	e.Message = string(text)
	return e
}
