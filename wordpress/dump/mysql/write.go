package mysql

import (
	"context"
	"encoding/binary"
	"net"
)

// An Outcome is what the server says about a statement that returns no rows.
type Outcome struct {
	Affected uint64 // rows
	Warnings uint16 // number of warnings; SHOW WARNINGS lists them
}

// Write runs a statement that returns no rows. The statement is given in parts, which are
// not copied, and may be as long as a packet of the server.
func (c *Conn) Write(ctx context.Context, parts ...[]byte) (outcome Outcome, err error) {
	if err := c.allowOne(ctx); err != nil {
		return outcome, err
	}
	err = c.exchange(ctx, func() error {
		frames := frames(append([][]byte{{comQuery}}, parts...))
		if _, err := frames.WriteTo(c.link.Conn); err != nil {
			return err
		}
		packet, err := c.readShort()
		if err != nil {
			return err
		}
		if packet[0] != 0 {
			return ErrMalformed
		}
		affected, n, _ := lenenc(packet[1:])
		_, m, _ := lenenc(packet[1+n:])
		if n == 0 || m == 0 || len(packet) < 1+n+m+4 {
			return ErrMalformed
		}
		outcome = Outcome{affected, binary.LittleEndian.Uint16(packet[1+n+m+2:])}
		return nil
	})
	return outcome, err
}

// frames divides a packet, which is given in parts, into the frames of the protocol.
func frames(parts [][]byte) net.Buffers {
	var out net.Buffers
	for sequence := byte(0); ; sequence++ {
		header := make([]byte, 4)
		out = append(out, header)
		size := 0
		for len(parts) > 0 && size < maxFrame {
			n := min(len(parts[0]), maxFrame-size)
			out = append(out, parts[0][:n])
			size += n
			if parts[0] = parts[0][n:]; len(parts[0]) == 0 {
				parts = parts[1:]
			}
		}
		header[0], header[1], header[2], header[3] = byte(size), byte(size>>8), byte(size>>16), sequence
		if size < maxFrame {
			return out
		}
	}
}
