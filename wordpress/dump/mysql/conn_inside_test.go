package mysql

import (
	"context"
	"errors"
	"net"
	"testing"
)

// answering returns a session with a server that gives the same answer to any query.
func answering(t *testing.T, rows ...[]byte) *Conn {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { _, _ = here.Close(), there.Close() })
	go func() {
		if _, err := there.Read(make([]byte, 1<<10)); err == nil {
			_, _ = there.Write(packets(rows...))
		}
	}()
	return newConn(&link{Conn: here}, nil)
}

// A server may answer with fewer columns than were selected.
func TestAnswersWithTooFewColumns(t *testing.T) {
	end := []byte("\xfe\x00\x00\x02\x00")
	for _, c := range []struct {
		columns string
		row     string
		asked   int
		ok      bool
	}{
		{"\x02", "\x01a\x01b", 2, true},
		{"\x02", "\x01a\xfb", 2, true},
		{"\x03", "\x01a\x01b\x01c", 2, true},
		{"\x01", "\x01a", 2, false},
		{"\x02", "\x01a", 2, false},
		{"\x05", "\x01a\x01b", 5, false},
	} {
		answer := [][]byte{[]byte(c.columns)}
		for range c.columns[0] {
			answer = append(answer, []byte("\x03def"))
		}
		s := answering(t, append(answer, end, []byte(c.row), end)...)
		row, err := s.Row(context.Background(), "SHOW CREATE TABLE t", c.asked)
		if c.ok && (err != nil || len(row) < c.asked) || !c.ok && !errors.Is(err, ErrMalformed) {
			t.Errorf("%d columns of %q: got %v, %v", c.asked, c.row, row, err)
		}
	}
}

// A small answer that does not end is an error before it takes all memory.
func TestAnswerWithoutEnd(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	go func() {
		_, _ = there.Read(make([]byte, 1<<10))
		_, _ = there.Write(packets([]byte("\x01"), []byte("\x03def"), []byte("\xfe\x00\x00\x02\x00")))
		row := packets(append([]byte{0xfd, 0, 0, 0xf0}, make([]byte, 0xf0<<16)...))
		for {
			if _, err := there.Write(row); err != nil {
				return
			}
		}
	}()
	defer here.Close()
	rows, err := newConn(&link{Conn: here}, nil).Rows(context.Background(), "SHOW GRANTS", 1)
	if !errors.Is(err, ErrMalformed) {
		t.Errorf("got %d rows, %v", len(rows), err)
	}
}
