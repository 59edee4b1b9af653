package mysql

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/wp-oneway/wp-oneway/secret"
)

// Capability flags of the protocol.
const (
	capSSL          = 1 << 11
	capDeprecateEOF = 1 << 24
)

// Commands of the protocol, and a flag of the status that ends an answer.
const (
	comQuery          = 0x03
	comSetOption      = 0x1b
	statusMoreResults = 0x0008
)

// sha256Plugin is the method of accounts that the driver authenticates by a key of the
// server, although the server expects the password itself over TLS.
const sha256Plugin = "sha256_password"

// challengeResponse are the methods that prove to know the password without sending it.
var challengeResponse = [...]string{"mysql_native_password", "caching_sha2_password", "client_ed25519"}

// errUnverified is returned instead of sending the operator's password itself, in
// clear or encrypted with a key of the server, to a server that was not verified.
var errUnverified = errors.New("the server requires the operator's password itself, but the connection does not verify the server; " +
	"set socket, or ssl-ca with ssl-mode=VERIFY_IDENTITY, in the file of --db-defaults-file")

// errNoTLS is returned instead of sending a password without TLS that the
// configuration requires.
var errNoTLS = errors.New("the configuration requires TLS, which the server does not offer")

// A link is the connection that the driver uses while it authenticates. The link
// starts TLS itself, so that this package can use the encrypted connection afterwards,
// and records the capabilities that both sides have. The TLS request is one packet
// that the driver does not know of; sequence numbers are shifted by it.
type link struct {
	net.Conn                      // with TLS once it has started
	tls           *tls.Config     // nil: no TLS
	ctx           context.Context // of connecting; the interface of net.Conn has no parameter for it
	password      secret.Text
	guarded       bool   // only methods of challengeResponse are allowed
	plugin        string // the method that the server has switched to
	greeted       bool   // the server's first packet has been read
	answered      bool   // the driver has answered it
	authenticated bool   // bytes pass unchanged
	shift         byte   // number of packets that the driver does not know of
	pending       []byte // read from the server, not yet by the driver
	offered       uint32 // the server's capabilities
	agreed        uint32 // capabilities of both sides
	failed        error  // why TLS did not start; the driver hides it
}

// Read gives the driver the server's packets, one at a time.
func (l *link) Read(p []byte) (int, error) {
	if l.authenticated {
		return l.Conn.Read(p)
	}
	if len(l.pending) == 0 {
		packet, err := readHandshakePacket(l.Conn)
		if err != nil {
			return 0, err
		}
		if !l.greeted {
			l.greeted = true
			if l.offered, err = capabilities(packet[4:]); err != nil {
				l.failed = err
				return 0, err
			}
			packet = withoutSHA256(packet)
		} else if l.failed = l.follow(packet[4:]); l.failed != nil {
			return 0, l.failed
		}
		packet[3] -= l.shift
		l.pending = packet
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

// Write sends one packet of the driver. TLS starts before the first, which contains
// the user's name.
func (l *link) Write(p []byte) (int, error) {
	if l.authenticated {
		return l.Conn.Write(p)
	}
	packet := bytes.Clone(p)
	if l.plugin == sha256Plugin && l.shift > 0 && bytes.Equal(packet[4:], []byte{1}) { // the driver asks for the key
		password := append([]byte(l.password.Reveal()), 0)
		packet = append([]byte{byte(len(password)), byte(len(password) >> 8), 0, packet[3]}, password...)
	}
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
	if _, err := l.Conn.Write(packet); err != nil {
		return 0, err
	}
	return len(p), nil
}

// follow notes the method that the server switches to in a packet of the connection
// phase, and refuses methods that a guarded link does not allow.
func (l *link) follow(payload []byte) error {
	allowed := true
	switch payload[0] {
	case 0x00, 0xff: // OK, error
	case 0xfe:
		name, _, _ := bytes.Cut(payload[1:], []byte{0})
		l.plugin = string(name)
		allowed = slices.Contains(challengeResponse[:], l.plugin)
	default:
		allowed = bytes.Equal(payload, []byte{1, 3}) // the response was right
	}
	if l.guarded && !allowed {
		return errUnverified
	}
	return nil
}

// withoutSHA256 replaces sha256_password as the method that a greeting proposes: the
// server switches to it if the account has it.
func withoutSHA256(packet []byte) []byte {
	head, found := bytes.CutSuffix(packet, []byte("\x00"+sha256Plugin+"\x00"))
	if !found {
		return packet
	}
	packet = append(bytes.Clone(head), "\x00"+challengeResponse[0]+"\x00"...)
	n := len(packet) - 4
	packet[0], packet[1], packet[2] = byte(n), byte(n>>8), byte(n>>16)
	return packet
}

// startTLS sends the request for TLS, which is the head of the driver's answer, and
// performs the handshake.
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

// readHandshakePacket reads one packet of the connection phase, header included.
func readHandshakePacket(r io.Reader) ([]byte, error) {
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

// capabilities reads the capabilities from the server's greeting: version, a zero, the
// connection ID, eight bytes of scramble, a zero, the lower flags, three other bytes,
// the upper flags, and more scramble. An error packet has none.
func capabilities(greeting []byte) (uint32, error) {
	if greeting[0] == 0xff {
		return 0, nil
	}
	end := bytes.IndexByte(greeting, 0)
	at := end + 1 + 4 + 8 + 1
	if greeting[0] != 10 || end < 0 || len(greeting) < at+2+3+2+11+13 {
		return 0, errors.New("not a MySQL server, or one before version 4.1")
	}
	low := binary.LittleEndian.Uint16(greeting[at:])
	high := binary.LittleEndian.Uint16(greeting[at+5:])
	return uint32(low) | uint32(high)<<16, nil
}
