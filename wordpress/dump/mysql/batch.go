package mysql

import (
	"context"
	"fmt"
	"strings"
)

// Arguments of the command that lets one request contain several statements, or not.
const (
	severalStatements = "\x00\x00"
	oneStatement      = "\x01\x00"
)

// Batch sends statements in one request, and calls each for every row of the answers. The
// server executes them up to the first that fails, and waits for no lock more than once.
// done is how many succeeded; an error of the server is about the next one. Before any other
// statement, the session returns to requests of one statement. Together, the answers are small,
// as that of QuerySmall, except those for which long returns true.
func (c *Conn) Batch(ctx context.Context, statements []string, long func(statement int) bool, each func(statement int, row []byte) error) (done int, err error) {
	if !c.several {
		if err := c.allow(ctx, severalStatements); err != nil {
			return 0, err
		}
		c.several = true
	}
	err = c.exchange(ctx, func() error {
		if err := c.send(comQuery, strings.Join(statements, ";\n")); err != nil {
			return err
		}
		row := func(row []byte) error { return each(done, row) }
		small := bounded(statements[0], row)
		for more := true; more; done++ {
			if done == len(statements) {
				return fmt.Errorf("%w: more answers than the %d statements", ErrMalformed, done)
			}
			limit, take := maxSmall-1, small
			if long(done) {
				limit, take = maxPacket, row
			}
			if more, err = c.readAnswer(limit, take); err != nil {
				return err
			}
		}
		if done < len(statements) {
			return fmt.Errorf("%w: %d answers to %d statements", ErrMalformed, done, len(statements))
		}
		return nil
	})
	return done, err
}

// allowOne ends the time in which a request may contain several statements.
func (c *Conn) allowOne(ctx context.Context) error {
	if !c.several {
		return nil
	}
	c.several = false
	return c.allow(ctx, oneStatement)
}

// allow sets whether a request may contain several statements.
func (c *Conn) allow(ctx context.Context, option string) error {
	return c.exchange(ctx, func() error {
		if err := c.send(comSetOption, option); err != nil {
			return err
		}
		packet, err := c.readShort()
		if err == nil && packet[0] != 0x00 && packet[0] != 0xfe {
			err = ErrMalformed
		}
		return err
	})
}
