package dump

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Capability flags of the protocol that matter here.
const (
	capSSL          = 1 << 11
	capDeprecateEOF = 1 << 24
)

// errNoTLS is the refusal to send a password in the clear when TLS was asked for.
var errNoTLS = errors.New("the configuration asks for TLS, which the server does not offer")

// A link is the connection as the driver sees it while it connects and proves
// who we are. It starts TLS itself, so that the encrypted connection stays in
// our hands afterwards, and notes what the two sides agreed on. TLS costs one
// packet more than the driver knows of; the packets' numbers are shifted by it.
type link struct {
	net.Conn                 // TLS once that is agreed on
	tls      *tls.Config     // nil: not asked for
	ctx      context.Context // of connecting, for which the interface of net.Conn has no place
	greeted  bool            // the server's first packet has been read
	answered bool            // the driver has answered it
	done     bool            // connected: bytes pass untouched
	shift    byte            // how many packets the driver does not know of
	pending  []byte          // read from the server, not yet by the driver
	offered  uint32          // the server's capabilities
	agreed   uint32          // those that both sides have
	failed   error           // why TLS did not start; the driver hides it
}

// Read hands the driver the server's packets, one at a time.
func (l *link) Read(p []byte) (int, error) {
	if l.done {
		return l.Conn.Read(p)
	}
	if len(l.pending) == 0 {
		packet, err := readWhole(l.Conn)
		if err != nil {
			return 0, err
		}
		if !l.greeted {
			l.greeted = true
			if l.offered, err = offeredBy(packet[4:]); err != nil {
				l.failed = err
				return 0, err
			}
		}
		packet[3] -= l.shift
		l.pending = packet
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

// Write takes one packet of the driver's. Before the first, which holds the user's
// name, TLS starts.
func (l *link) Write(p []byte) (int, error) {
	if l.done {
		return l.Conn.Write(p)
	}
	packet := bytes.Clone(p)
	if !l.answered {
		l.answered = true
		if len(packet) < 4+32 {
			return 0, errors.New("the driver's answer to the server's greeting is too short")
		}
		flags := binary.LittleEndian.Uint32(packet[4:])
		if l.tls != nil {
			flags |= capSSL
			binary.LittleEndian.PutUint32(packet[4:], flags)
			if l.failed = l.startTLS(packet[4 : 4+32]); l.failed != nil {
				return 0, l.failed
			}
		}
		l.agreed = flags & l.offered
	}
	packet[3] += l.shift
	return l.Conn.Write(packet)
}

// startTLS sends the request for TLS, which is the head of the driver's answer,
// and shakes hands.
func (l *link) startTLS(head []byte) error {
	if l.offered&capSSL == 0 {
		return errNoTLS
	}
	if _, err := l.Conn.Write(append([]byte{byte(len(head)), 0, 0, 1}, head...)); err != nil {
		return err
	}
	c := tls.Client(l.Conn, l.tls)
	if err := c.HandshakeContext(l.ctx); err != nil {
		return fmt.Errorf("start TLS: %w", err)
	}
	l.Conn, l.shift = c, 1
	return nil
}

// readWhole reads one packet of the connection phase, header included.
func readWhole(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if n == 0 || n > 1<<20 {
		return nil, fmt.Errorf("the server sent a packet of %d bytes while connecting: not a MySQL server", n)
	}
	packet := make([]byte, 4+n)
	copy(packet, head[:])
	_, err := io.ReadFull(r, packet[4:])
	return packet, err
}

// offeredBy reads the capabilities from the server's greeting: version, a zero,
// the connection's number, eight bytes of scramble, a zero, the lower flags, three
// other bytes, the upper flags, and more scramble. A greeting may be a refusal.
func offeredBy(greeting []byte) (uint32, error) {
	if greeting[0] == 0xff {
		return 0, nil
	}
	end := bytes.IndexByte(greeting, 0)
	at := end + 1 + 4 + 8 + 1
	if greeting[0] != 10 || end < 0 || len(greeting) < at+2+3+2+11+13 {
		return 0, errors.New("what listens there is not a MySQL server, or one of long ago")
	}
	low := binary.LittleEndian.Uint16(greeting[at:])
	high := binary.LittleEndian.Uint16(greeting[at+5:])
	return uint32(low) | uint32(high)<<16, nil
}
