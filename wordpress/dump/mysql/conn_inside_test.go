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

// asks are the ways to ask for a small answer.
var asks = map[string]func(c *Conn) error{
	"rows":  func(c *Conn) error { _, err := c.Rows(context.Background(), "SHOW GRANTS", 1); return err },
	"query": func(c *Conn) error { return c.QuerySmall(context.Background(), "SHOW GRANTS", ignoreRow) },
	"batch": func(c *Conn) error {
		c.several = true // the server was asked already
		_, err := c.Batch(context.Background(), []string{"SHOW CREATE TABLE t"}, func(int) bool { return false }, func(int, []byte) error { return nil })
		return err
	},
}

func ignoreRow([]byte) error { return nil }

// A small answer that does not end is an error before it takes all memory.
func TestEndlessAnswer(t *testing.T) {
	row := packets(append([]byte{0xfd, 0, 0, 0xf0}, make([]byte, 0xf0<<16)...))
	for name, ask := range asks {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			_, _ = there.Read(make([]byte, 1<<10))
			_, _ = there.Write(packets([]byte("\x01"), []byte("\x03def"), []byte("\xfe\x00\x00\x02\x00")))
			for range 2 * maxAnswer / len(row) {
				if _, err := there.Write(row); err != nil {
					return
				}
			}
		}()
		err := ask(newConn(&link{Conn: here}, nil))
		_ = here.Close()
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a hostile server sends instead of a small answer takes little memory: neither a
// row nor what precedes it may be as long as a row of the dump.
func TestSmallAnswersAreBounded(t *testing.T) {
	end := []byte("\xfe\x00\x00\x02\x00")
	frame := append([]byte("\xff\xff\xff\x02"), make([]byte, maxFrame)...)
	for name, head := range map[string][]byte{
		"number of columns": nil,
		"column":            packets([]byte("\x01")),
		"rows":              packets([]byte("\x01"), []byte("\x03def"), end, []byte("\x01x")),
		"row":               packets([]byte("\x01"), []byte("\x03def"), end),
	} {
		for way, ask := range asks {
			t.Run(name+"/"+way, func(t *testing.T) {
				here, there := net.Pipe()
				defer here.Close()
				sent := make(chan int, 1)
				go func() {
					defer there.Close()
					_, _ = there.Read(make([]byte, 1<<10))
					_, _ = there.Write(head)
					total := 0
					for {
						n, err := there.Write(frame)
						if total += n; err != nil || total > 4*maxFrame {
							sent <- total
							return
						}
					}
				}()
				c := newConn(&link{Conn: here}, nil)
				err := ask(c)
				_ = here.Close()
				if total := <-sent; !errors.Is(err, ErrMalformed) || total > 2*maxFrame || len(c.in.buf) > maxFrame+readSize {
					t.Errorf("%v; %d bytes were read into a buffer of %d", err, total, len(c.in.buf))
				}
			})
		}
	}
}

// A server's error message is kept only as far as servers' own go.
func TestErrorMessageIsCut(t *testing.T) {
	s := answering(t, append([]byte("\xff\x10\x04#HY000"), make([]byte, 200_000)...))
	if err := s.Exec(context.Background(), "SELECT 1"); ErrorNumber(err) == 0 || len(err.Error()) > 2*maxMessage {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}
