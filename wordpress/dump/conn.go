package dump

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// A conn is one session on the server. It serves one query at a time.
type conn struct {
	link   *link
	driver driver.Conn // only to take leave with
	in     packetReader
	out    []byte // reused for what is sent
	broken error  // set once the session cannot be used any more
}

// newConn wraps a connection on which the driver has just proved who we are.
func newConn(l *link, d driver.Conn) *conn {
	l.done = true
	return &conn{link: l, driver: d, in: packetReader{r: l.Conn}}
}

// Close takes leave of the server.
func (c *conn) Close() error {
	if c == nil {
		return nil
	}
	_ = c.link.SetDeadline(time.Now().Add(time.Second))
	if c.broken == nil {
		return c.driver.Close()
	}
	_ = c.link.Close()
	_ = c.driver.Close() // it finds the connection closed
	return nil
}

// exec runs a statement whose answer, if there is any, is of no interest.
func (c *conn) exec(ctx context.Context, sql string) error {
	return c.query(ctx, sql, func([]byte) error { return nil })
}

// query runs a statement and calls each for every row of its answer, still in the
// protocol's form, to be taken apart by value. The row is valid until each
// returns; an error of each ends the session, for the rest is not read.
func (c *conn) query(ctx context.Context, sql string, each func(row []byte) error) (err error) {
	if c.broken != nil {
		return fmt.Errorf("the session has ended: %w", c.broken)
	}
	var cut atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		cut.Store(true)
		_ = c.link.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		stop()
		err = c.settle(ctx, err, cut.Load())
	}()
	if err := c.send(sql); err != nil {
		return err
	}
	columns, err := c.columns()
	if err != nil || columns == 0 {
		return err
	}
	for {
		row, err := c.in.next()
		if err != nil {
			return err
		}
		if len(row) == 0 {
			return errMalformed
		}
		switch {
		case row[0] == 0xff:
			return serverError(row)
		case row[0] == 0xfe && len(row) < maxFrame && (len(row) < 9 || c.link.agreed&capDeprecateEOF != 0):
			return nil
		}
		if err := each(row); err != nil {
			c.broken = err // the rest of the rows is still to come
			return err
		}
	}
}

// settle decides what an error means for the session, and for who asked; cut
// tells that the context ended meanwhile.
func (c *conn) settle(ctx context.Context, err error, cut bool) error {
	var refused *mysql.MySQLError
	switch {
	case c.broken != nil: // by who took the rows
	case cut && (err == nil || isNetError(err)):
		c.broken = context.Cause(ctx)
		if err != nil {
			err = c.broken
		}
	case errors.As(err, &refused):
		switch refused.Number {
		case errShutdown, errInterrupted, errKilled:
			err = fmt.Errorf("%w: %w", ErrLost, err)
		}
	case err != nil:
		if isNetError(err) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %w", ErrLost, err)
		}
		c.broken = err
	}
	return err
}

// send sends a query.
func (c *conn) send(sql string) error {
	n := len(sql) + 1
	if n >= maxFrame {
		return fmt.Errorf("statement of %d bytes is too long", n)
	}
	c.out = append(c.out[:0], byte(n), byte(n>>8), byte(n>>16), 0, 3)
	c.out = append(c.out, sql...)
	_, err := c.link.Conn.Write(c.out)
	return err
}

// columns reads an answer up to its rows and returns how many columns these have,
// none if there is no table in the answer.
func (c *conn) columns() (int, error) {
	packet, err := c.in.next()
	if err != nil {
		return 0, err
	}
	if len(packet) == 0 {
		return 0, errMalformed
	}
	switch packet[0] {
	case 0x00:
		return 0, nil
	case 0xff:
		return 0, serverError(packet)
	case 0xfb:
		return 0, errors.New("the server asks for a file of this machine, which it does not get")
	}
	n, size, _ := lenenc(packet)
	if size == 0 || n == 0 || n > 1<<16 {
		return 0, errMalformed
	}
	skip := int(n)
	if c.link.agreed&capDeprecateEOF == 0 {
		skip++
	}
	for range skip {
		if _, err := c.in.next(); err != nil {
			return 0, err
		}
	}
	return int(n), nil
}

// A cell is one value of a small answer.
type cell struct {
	s    string
	null bool
}

// maxTable is more than small answers take, of a database with a million tables too.
const maxTable = 256 << 20

// table runs a query and returns its whole answer, which has to be small, and to have
// as many columns as who asks will look at.
func (c *conn) table(ctx context.Context, sql string, columns int) ([][]cell, error) {
	var rows [][]cell
	size := 0
	err := c.query(ctx, sql, func(row []byte) error {
		var cells []cell
		for len(row) > 0 {
			v, rest, null, err := value(row)
			if err != nil {
				return err
			}
			cells, row = append(cells, cell{string(v), null}), rest
			if size += len(v) + 32; size > maxTable {
				return fmt.Errorf("%w: more than %d bytes in answer to %.80q", errMalformed, maxTable, sql)
			}
		}
		if len(cells) < columns {
			return fmt.Errorf("%w: %d columns in answer to %.80q", errMalformed, len(cells), sql)
		}
		rows = append(rows, cells)
		return nil
	})
	return rows, err
}

// strings runs a query and returns the first column of its answer.
func (c *conn) strings(ctx context.Context, sql string) ([]string, error) {
	rows, err := c.table(ctx, sql, 1)
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row[0].s
	}
	return list, err
}

// one runs a query and returns the only row of its answer, as table does.
func (c *conn) one(ctx context.Context, sql string, columns int) ([]cell, error) {
	rows, err := c.table(ctx, sql, columns)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("%d rows instead of one in the answer to %.80q", len(rows), sql)
	}
	return rows[0], nil
}

// number is the server's number of an error, 0 if it is none of a server's.
func number(err error) uint16 {
	var e *mysql.MySQLError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

func isNetError(err error) bool {
	var ne net.Error
	return errors.As(err, &ne)
}
