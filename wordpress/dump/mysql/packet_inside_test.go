package mysql

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"testing"
)

// packets encodes rows as a server does.
func packets(rows ...[]byte) []byte {
	var b []byte
	for i, r := range rows {
		for {
			n := min(len(r), maxFrame)
			b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(i))
			b = append(b, r[:n]...)
			if r = r[n:]; n < maxFrame {
				break
			}
		}
	}
	return b
}

func TestPacketsOfEverySize(t *testing.T) {
	var rows [][]byte
	for _, n := range []int{0, 1, 100, readSize - 5, readSize - 4, readSize, 3 * readSize, 7, maxFrame - 1, maxFrame, maxFrame + 1, 2 * maxFrame, 5} {
		rows = append(rows, bytes.Repeat([]byte(strconv.Itoa(n%10)), n))
	}
	p := packetReader{limit: maxPacket, r: bytes.NewReader(packets(rows...))}
	for i, want := range rows {
		got, err := p.next()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("packet %d: %d bytes, %v; want %d", i, len(got), err, len(want))
		}
	}
	if _, err := p.next(); err == nil {
		t.Error("a packet after the last")
	}
}

// Any answer of a server is split into packets, and never beyond its end.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x01\x01\x02\x00\x00\x02\x01x\x05\x00\x00\x03\xfe\x00\x00\x02\x00"))
	f.Add([]byte("\x03\x00\x00\x01\xff\x10\x04"))
	f.Add([]byte("\xff\xff\xff\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := packetReader{limit: maxPacket, r: bytes.NewReader(b)}
		total := 0
		for {
			packet, err := p.next()
			if err != nil {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%q: %v", b, err)
				}
				break
			}
			if total += 4 + len(packet); total > len(b) {
				t.Fatalf("%q: packets of %d bytes", b, total)
			}
			if len(packet) > 0 && packet[0] == 0xff {
				_ = serverError(packet)
			}
			for rest := packet; len(rest) > 0; {
				var err error
				if _, rest, _, err = Value(rest); err != nil {
					break
				}
			}
		}
	})
}

// A packet's header may announce more than the server sends: the reader allocates no
// more than one frame for it.
func TestTruncatedPacket(t *testing.T) {
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], maxFrame)
	p := packetReader{limit: maxPacket, r: bytes.NewReader(head[:])}
	if _, err := p.next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if len(p.buf) > 2*maxFrame {
		t.Errorf("%d bytes of memory for a truncated packet", len(p.buf))
	}
}
