package mysql

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
)

// A server answers to the statements of a batch up to the first that fails. Afterwards, a
// request can only contain one statement again.
func TestBatch(t *testing.T) {
	const (
		allowed = "\xfe\x00\x00\x02\x00"
		more    = "\xfe\x00\x00\x0a\x00"
		end     = "\xfe\x00\x00\x02\x00"
		refused = "\xff\x17\x04#08S01Unknown command"
		okMore  = "\x00" + "\x00\x00" + "\x0a\x00" + "\x00\x00" // rows, identifier, status, warnings
	)
	one := func(value, end string) string {
		return string(packets([]byte("\x01"), []byte("\x03def"), []byte("\xfe\x00\x00\x02\x00"), []byte("\x01"+value), []byte(end)))
	}
	fails := string(packets([]byte("\xff\x7a\x04#42S02no such table")))
	for name, c := range map[string]struct {
		allowed, answer string
		rows            string
		done            int
		number          uint16
		malformed       bool
	}{
		"all":       {allowed, one("a", more) + string(packets([]byte(okMore))) + one("b", end), "0a2b", 3, 0, false},
		"error":     {allowed, one("a", more) + fails, "0a", 1, NoSuchTable, false},
		"too few":   {allowed, one("a", more) + one("b", end), "0a1b", 2, 0, true},
		"too many":  {allowed, one("a", more) + one("b", more) + one("c", more) + one("d", end), "0a1b2c", 3, 0, true},
		"forbidden": {refused, "", "", 0, 1047, false},
	} {
		here, there := net.Pipe()
		var requests []string
		go func() {
			defer there.Close()
			for _, answer := range []string{string(packets([]byte(c.allowed))), c.answer, string(packets([]byte(allowed)))} {
				b := make([]byte, 1<<10)
				n, err := there.Read(b)
				if err != nil {
					return
				}
				requests = append(requests, string(b[4:n]))
				if _, err := there.Write([]byte(answer)); err != nil {
					return
				}
			}
		}()
		var rows strings.Builder
		conn := newConn(&link{Conn: here}, nil)
		done, err := conn.Batch(context.Background(), []string{"SELECT 1", "SAVEPOINT t", "SELECT 2"}, func(int) bool { return true }, func(n int, row []byte) error {
			rows.WriteString(string(rune('0'+n)) + string(bytes.TrimPrefix(row, []byte("\x01"))))
			return nil
		})
		if name == "all" || name == "error" {
			if err := conn.Exec(context.Background(), "SELECT 3"); err == nil {
				t.Errorf("%s: the server has ended", name)
			}
		}
		_ = here.Close()
		if done != c.done || rows.String() != c.rows || errors.Is(err, ErrMalformed) != c.malformed || int(ErrorNumber(err)) != int(c.number) || (err == nil) != (name == "all") {
			t.Errorf("%s: %d done, rows %s, %v", name, done, &rows, err)
		}
		if name == "all" && strings.Join(requests, "|") != "\x1b\x00\x00|\x03SELECT 1;\nSAVEPOINT t;\nSELECT 2|\x1b\x01\x00" {
			t.Errorf("requests: %q", requests) // the last one comes before the next statement
		}
	}
}
