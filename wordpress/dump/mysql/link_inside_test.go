package mysql

import (
	"bytes"
	"testing"
)

// Whatever listens there may send anything.
func FuzzGreeting(f *testing.F) {
	greeting := append([]byte("\x0a8.0.36\x00\x01\x02\x03\x0412345678\x00\xff\xff\x21\x02\x00\xff\xdf\x15"), make([]byte, 24)...)
	f.Add(greeting)
	f.Add([]byte("\xff\x10\x04Too many connections"))
	f.Add([]byte("HTTP/1.1 400 Bad Request"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		flags, err := capabilities(b)
		if err != nil && flags != 0 {
			t.Errorf("%q: flags %x, %v", b, flags, err)
		}
		if _, err := readHandshakePacket(bytes.NewReader(b)); err == nil && len(b) < 5 {
			t.Errorf("%q is a packet", b)
		}
	})
}
