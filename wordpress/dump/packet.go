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
	from int // where unread bytes begin
	to   int // where they end
	long []byte
}

// next returns the payload of the next packet; it is valid until the following call.
func (p *packetReader) next() ([]byte, error) {
	if p.long != nil {
		p.long = nil // a giant's memory is not kept
	}
	payload, err := p.frame()
	if err != nil || len(payload) < maxFrame {
		return payload, err
	}
	for {
		if len(p.long)+len(payload) > maxPacket {
			return nil, fmt.Errorf("%w: more than %d bytes", errMalformed, maxPacket)
		}
		p.long = append(p.long, payload...)
		if len(payload) < maxFrame {
			return p.long, nil
		}
		if payload, err = p.frame(); err != nil {
			return nil, err
		}
	}
}

// frame returns the payload of the next frame, which is a packet unless it is full.
func (p *packetReader) frame() ([]byte, error) {
	if err := p.need(4); err != nil {
		return nil, err
	}
	h := p.buf[p.from:]
	n := int(h[0]) | int(h[1])<<8 | int(h[2])<<16
	if err := p.need(4 + n); err != nil {
		return nil, err
	}
	payload := p.buf[p.from+4 : p.from+4+n : p.from+4+n]
	p.from += 4 + n
	return payload, nil
}

// need reads until n unread bytes are in the buffer.
func (p *packetReader) need(n int) error {
	if p.to-p.from >= n {
		return nil
	}
	switch {
	case n > len(p.buf):
		bigger := make([]byte, max(n, readSize))
		p.to = copy(bigger, p.buf[p.from:p.to])
		p.from, p.buf = 0, bigger
	case len(p.buf)-p.from < n || p.from == p.to:
		if len(p.buf) > 4*readSize && n <= readSize {
			p.to = copy(p.buf[:readSize], p.buf[p.from:p.to])
			p.buf = append([]byte(nil), p.buf[:readSize]...) // back to a common size
		} else {
			p.to = copy(p.buf, p.buf[p.from:p.to])
		}
		p.from = 0
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
