// Package mysql connects to a MySQL or MariaDB server and reads the answers to
// queries.
//
// The driver github.com/go-sql-driver/mysql authenticates; after that the package
// speaks the text protocol itself, because driver.Rows boxes every value of every row
// and converts numbers that must stay as the server wrote them.
package mysql

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"
)

// A Conn is one session on the server. It runs one query at a time.
type Conn struct {
	server  Server
	link    *link
	driver  driver.Conn // only to quit the session
	in      packetReader
	out     []byte // reused for queries
	several bool   // a request may contain several statements, as Batch needs it
	invalid error  // why the session cannot be used any more

	locked func(ctx context.Context, c *Conn, statement string, retry func() (bool, error)) error // as in Options
}

// newConn wraps a connection on which the driver has authenticated.
func newConn(l *link, d driver.Conn) *Conn {
	l.authenticated = true
	return &Conn{link: l, driver: d, in: packetReader{r: l.Conn}}
}

// Close ends the session. A nil Conn may be closed.
func (c *Conn) Close() error {
	if c == nil {
		return nil
	}
	_ = c.link.SetDeadline(time.Now().Add(time.Second))
	if c.invalid == nil {
		return c.driver.Close()
	}
	_ = c.link.Close()
	_ = c.driver.Close() // it finds the connection closed
	return nil
}

// Server returns the server of the session.
func (c *Conn) Server() Server { return c.server }

// An Endpoint is the server's end of a connection.
type Endpoint struct {
	Network, Address string // unix or tcp, and where
	Local            bool   // the server is on this host
	Encrypted        bool   // the connection uses TLS
}

// Endpoint returns the server's end of the connection.
func (c *Conn) Endpoint() Endpoint {
	conn := c.link.Conn
	_, encrypted := conn.(*tls.Conn)
	remote := conn.RemoteAddr()
	return Endpoint{Network: remote.Network(), Address: remote.String(), Local: isLocal(conn), Encrypted: encrypted}
}

// isLocal reports whether both ends of a connection are on this host.
func isLocal(c net.Conn) bool {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	remote, too := c.RemoteAddr().(*net.TCPAddr)
	return !ok || !too || remote.IP.IsLoopback() || remote.IP.Equal(local.IP)
}

// Exec runs a statement and discards its answer.
func (c *Conn) Exec(ctx context.Context, sql string) error {
	return c.Query(ctx, sql, func([]byte) error { return nil })
}

// WithoutWaiting calls ask. Meanwhile, a statement that needs a lock of another session
// fails with LockTimeout after the shortest time that servers have.
func (c *Conn) WithoutWaiting(ctx context.Context, ask func() error) error {
	locked := c.locked
	c.locked = nil
	defer func() { c.locked = locked }()
	if err := c.Exec(ctx, "SET SESSION lock_wait_timeout=1"); err != nil {
		return err
	}
	err := ask()
	return errors.Join(err, c.Exec(ctx, "SET SESSION lock_wait_timeout="+strconv.Itoa(lockTimeout)))
}

// Query runs a statement and calls each for every row of its answer, encoded as in the
// protocol: Value splits it. The row is valid until each returns. If each fails, the
// session cannot be used any more, for the rest of the answer is not read.
func (c *Conn) Query(ctx context.Context, sql string, each func(row []byte) error) error {
	return c.query(ctx, sql, maxPacket, each)
}

// query is Query for rows of at most limit bytes.
func (c *Conn) query(ctx context.Context, sql string, limit int, each func(row []byte) error) error {
	try := func() (locked bool, err error) {
		started, err := c.try(ctx, sql, limit, each)
		return !started && ErrorNumber(err) == LockTimeout, err
	}
	locked, err := try()
	if !locked || c.locked == nil {
		return err
	}
	return c.locked(ctx, c, sql, try)
}

// try sends a statement once. started reports whether its answer began.
func (c *Conn) try(ctx context.Context, sql string, limit int, each func(row []byte) error) (started bool, err error) {
	if err := c.allowOne(ctx); err != nil {
		return false, err
	}
	err = c.exchange(ctx, func() error {
		if err := c.send(comQuery, sql); err != nil {
			return err
		}
		_, err := c.readAnswer(limit, func(row []byte) error {
			started = true
			return each(row)
		})
		return err
	})
	return started, err
}

// exchange calls talk, which sends a request and reads its answer, until ctx ends.
func (c *Conn) exchange(ctx context.Context, talk func() error) (err error) {
	if c.invalid != nil {
		return fmt.Errorf("the session has ended: %w", c.invalid)
	}
	var interrupted atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		interrupted.Store(true)
		_ = c.link.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		stop()
		err = c.classify(ctx, err, interrupted.Load())
	}()
	return talk()
}

// readShort reads an answer that is one packet. It returns the error of the server if the packet
// is one.
func (c *Conn) readShort() ([]byte, error) {
	c.in.limit = maxHead
	packet, err := c.in.next()
	switch {
	case err != nil:
		return nil, err
	case len(packet) == 0:
		return nil, ErrMalformed
	case packet[0] == 0xff:
		return nil, serverError(packet)
	}
	return packet, nil
}

// readAnswer reads the answer to one statement, with rows of at most limit bytes. more
// reports that the answer to the next statement of a batch follows.
func (c *Conn) readAnswer(limit int, each func(row []byte) error) (more bool, err error) {
	c.in.limit = maxHead
	columns, more, err := c.readColumns()
	if err != nil || columns == 0 {
		return more, err
	}
	c.in.limit = limit
	for {
		row, err := c.in.next()
		if err != nil {
			return false, err
		}
		if len(row) == 0 {
			return false, ErrMalformed
		}
		switch {
		case row[0] == 0xff:
			return false, serverError(row)
		case row[0] == 0xfe && len(row) < maxFrame && (len(row) < 9 || c.link.agreed&capDeprecateEOF != 0):
			return c.moreFollow(row), nil
		}
		if err := each(row); err != nil {
			c.invalid = err // the rest of the rows is still to come
			return false, err
		}
	}
}

// moreFollow reports whether a packet that ends an answer announces another answer.
func (c *Conn) moreFollow(packet []byte) bool {
	status := packet[1:]
	if packet[0] == 0xfe && c.link.agreed&capDeprecateEOF == 0 {
		status = status[min(2, len(status)):] // the number of warnings
	} else {
		for range 2 { // the number of rows and the last ID
			_, n, _ := lenenc(status)
			status = status[n:]
		}
	}
	return len(status) >= 2 && binary.LittleEndian.Uint16(status)&statusMoreResults != 0
}

// classify decides what an error means for the session and for the caller.
// interrupted tells that the context ended meanwhile.
func (c *Conn) classify(ctx context.Context, err error, interrupted bool) error {
	switch {
	case c.invalid != nil: // the caller's own error
	case interrupted && (err == nil || isNetError(err)):
		c.invalid = context.Cause(ctx)
		if err != nil {
			err = c.invalid
		}
	case ErrorNumber(err) != 0:
		switch ErrorNumber(err) {
		case ServerShutdown, QueryInterrupted, ConnectionKilled:
			err = fmt.Errorf("%w: %w", ErrLost, err)
		}
	case err != nil:
		if isNetError(err) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %w", ErrLost, err)
		}
		c.invalid = err
	}
	return err
}

func isNetError(err error) bool {
	var ne net.Error
	return errors.As(err, &ne)
}

// send sends a command with its argument.
func (c *Conn) send(command byte, argument string) error {
	n := len(argument) + 1
	if n >= maxFrame {
		return fmt.Errorf("statement of %d bytes is too long", n)
	}
	c.out = append(c.out[:0], byte(n), byte(n>>8), byte(n>>16), 0, command)
	c.out = append(c.out, argument...)
	_, err := c.link.Conn.Write(c.out)
	return err
}

// readColumns reads an answer up to its rows and returns how many columns these have; if
// the answer has no rows, none, and whether another answer follows.
func (c *Conn) readColumns() (columns int, more bool, err error) {
	packet, err := c.in.next()
	if err != nil {
		return 0, false, err
	}
	if len(packet) == 0 {
		return 0, false, ErrMalformed
	}
	switch packet[0] {
	case 0x00:
		return 0, c.moreFollow(packet), nil
	case 0xff:
		return 0, false, serverError(packet)
	case 0xfb:
		return 0, false, errors.New("the server asks for a file of this host (LOCAL INFILE), which is never sent")
	}
	n, size, _ := lenenc(packet)
	if size == 0 || n == 0 || n > 1<<16 {
		return 0, false, ErrMalformed
	}
	skip := int(n)
	if c.link.agreed&capDeprecateEOF == 0 {
		skip++
	}
	for range skip {
		if _, err := c.in.next(); err != nil {
			return 0, false, err
		}
	}
	return int(n), false, nil
}
