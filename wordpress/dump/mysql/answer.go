package mysql

import (
	"context"
	"fmt"
	"math"
)

// A Cell is one value of a small answer.
type Cell struct {
	Text string
	Null bool
}

// maxAnswer is the memory that a small answer may take, in bytes: enough for a database
// with 200,000 tables.
const maxAnswer = 128 << 20

// QuerySmall is Query for an answer that is small, and so are its rows.
func (c *Conn) QuerySmall(ctx context.Context, sql string, each func(row []byte) error) error {
	return c.query(ctx, sql, maxSmall-1, bounded(sql, each))
}

// bounded returns each with an error for rows that are together larger than a small answer.
func bounded(sql string, each func(row []byte) error) func(row []byte) error {
	size := 0
	return func(row []byte) error {
		if size += len(row); size > maxAnswer {
			return fmt.Errorf("%w: more than %d bytes in answer to %.80q", ErrMalformed, maxAnswer, sql)
		}
		return each(row)
	}
}

// Rows runs a query and returns its whole answer, which must be small and have at
// least the given number of columns.
func (c *Conn) Rows(ctx context.Context, sql string, columns int) ([][]Cell, error) {
	return c.rows(ctx, sql, columns, math.MaxInt)
}

// rows is Rows for an answer of at most so many rows.
func (c *Conn) rows(ctx context.Context, sql string, columns, most int) ([][]Cell, error) {
	var rows [][]Cell
	size := 0
	err := c.QuerySmall(ctx, sql, func(row []byte) error {
		if len(rows) == most {
			return fmt.Errorf("%w: more than %d rows in answer to %.80q", ErrMalformed, most, sql)
		}
		cells, err := Cells(row)
		if err != nil {
			return err
		}
		if size += len(row) + 32*len(cells); size > maxAnswer {
			return fmt.Errorf("%w: more than %d bytes in answer to %.80q", ErrMalformed, maxAnswer, sql)
		}
		if len(cells) < columns {
			return fmt.Errorf("%w: %d columns in answer to %.80q", ErrMalformed, len(cells), sql)
		}
		rows = append(rows, cells)
		return nil
	})
	return rows, err
}

// Cells splits a row.
func Cells(row []byte) ([]Cell, error) {
	var cells []Cell
	text := string(row) // all cells are parts of it
	for len(row) > 0 {
		v, rest, null, err := Value(row)
		if err != nil {
			return nil, err
		}
		end := len(text) - len(rest)
		cells, row = append(cells, Cell{text[end-len(v) : end], null}), rest
	}
	return cells, nil
}

// Strings runs a query and returns the first column of its answer.
func (c *Conn) Strings(ctx context.Context, sql string) ([]string, error) {
	rows, err := c.Rows(ctx, sql, 1)
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row[0].Text
	}
	return list, err
}

// Row runs a query and returns the only row of its answer, as Rows does.
func (c *Conn) Row(ctx context.Context, sql string, columns int) ([]Cell, error) {
	rows, err := c.rows(ctx, sql, columns, 1)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("%d rows instead of one in the answer to %.80q", len(rows), sql)
	}
	return rows[0], nil
}
