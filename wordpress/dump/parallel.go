package dump

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

const (
	splitFrom  = 16 << 20 // minimum size in bytes of a table that is read in ranges
	rangeBytes = 6 << 20  // approximate size of a range in bytes
	unitBlocks = 8        // maximum number of blocks of a unit that wait to be written
	maxThreads = 16
)

// A unit is a part of the dump that one connection reads. It is buffered until the units
// before it are written.
type unit struct {
	object *object
	first  bool // it is the first unit of the object
	last   bool // it is the last unit of the object
	write  func(ctx context.Context, c *mysql.Conn, t *text) (rows int64, err error)
	blocks chan []byte // its text; closed when it is complete
	rows   int64       // rows and err are valid once blocks is closed
	err    error
	after  func()
}

// A pool reads units on several connections and writes them in order.
type pool struct {
	d      *Dump
	queue  chan *unit // units for the connections; unbuffered
	order  chan *unit // units in the order of the output
	free   chan []byte
	cancel context.CancelCauseFunc
}

// writeInParallel reads tables on all connections, and writes them in the order of list.
func (d *Dump) writeInParallel(ctx context.Context, t *text, list []*object) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &pool{
		d: d, queue: make(chan *unit), order: make(chan *unit, 2*len(d.others)),
		free: make(chan []byte, unitBlocks*len(d.others)), cancel: cancel,
	}
	var wait sync.WaitGroup
	for _, c := range d.others {
		wait.Go(func() { p.work(ctx, c) })
	}
	wait.Go(func() {
		defer close(p.order)
		defer close(p.queue)
		if err := p.plan(ctx, list); err != nil {
			cancel(err)
		}
	})
	err := p.write(t)
	if err != nil {
		cancel(err)
	}
	wait.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// plan divides the tables into units. While a table is read in ranges, the main
// connection holds its metadata lock.
func (p *pool) plan(ctx context.Context, list []*object) error {
	var held sync.WaitGroup // counts the unread ranges of the locked table
	release := func() error {
		held.Wait()
		return p.d.main.Exec(ctx, "ROLLBACK TO SAVEPOINT t")
	}
	holding := false
	for _, o := range list {
		if p.d.stored[o.name] != nil || o.kind != kindTable || !p.d.worthSplitting(o) {
			if err := p.add(ctx, &unit{object: o, first: true, last: true, write: func(ctx context.Context, c *mysql.Conn, t *text) (int64, error) {
				return p.d.writeBody(ctx, c, t, o)
			}}); err != nil {
				return err
			}
			continue
		}
		if holding {
			if err := release(); err != nil {
				return err
			}
		}
		holding = true
		units, err := p.d.split(ctx, o)
		if errors.As(err, new(*damage)) {
			units = []*unit{{object: o, first: true, last: true, write: func(context.Context, *mysql.Conn, *text) (int64, error) { return 0, err }}}
		} else if err != nil {
			return fmt.Errorf("dump %s: %w", o, err)
		}
		for _, u := range units {
			held.Add(1)
			u.after = held.Done
			if err := p.add(ctx, u); err != nil {
				return err
			}
		}
	}
	if holding {
		return release()
	}
	return nil
}

// add queues a unit for the output and for a connection.
func (p *pool) add(ctx context.Context, u *unit) error {
	u.blocks = make(chan []byte, unitBlocks)
	for _, ch := range []chan *unit{p.order, p.queue} {
		select {
		case ch <- u:
		case <-ctx.Done():
			if ch == p.queue { // write already waits for this unit
				u.err = context.Cause(ctx)
				close(u.blocks)
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// work reads units on one connection.
func (p *pool) work(ctx context.Context, c *mysql.Conn) {
	for u := range p.queue {
		t := newText(func(block []byte) ([]byte, error) {
			select {
			case u.blocks <- block:
			case <-ctx.Done():
				return block[:0], context.Cause(ctx)
			}
			select {
			case b := <-p.free:
				return b, nil
			default:
				return make([]byte, 0, blockSize), nil
			}
		})
		u.rows, u.err = u.write(ctx, c, t)
		intact := u.err == nil || errors.As(u.err, new(*damage))
		if intact {
			if err := t.flush(); err != nil {
				u.err, intact = err, false
			}
		}
		if !intact {
			p.cancel(fmt.Errorf("dump %s: %w", u.object, u.err))
		}
		if u.after != nil {
			u.after()
		}
		close(u.blocks)
	}
}

// write writes the units' text in order.
func (p *pool) write(t *text) error {
	var from, rows int64
	var err error // the damage of the current object, if it has one
	for u := range p.order {
		if u.first {
			from, rows, err = t.size(), 0, nil
			if err := p.d.writeTitle(t, u.object); err != nil {
				return err
			}
		}
		for block := range u.blocks {
			empty, err := t.append(block)
			if err != nil {
				return err
			}
			select {
			case p.free <- empty:
			default:
			}
		}
		if u.err != nil && !errors.As(u.err, new(*damage)) {
			return fmt.Errorf("dump %s: %w", u.object, u.err)
		}
		if err == nil {
			err = u.err
		}
		if rows += u.rows; u.last {
			if err := p.d.endObject(t, u.object, from, rows, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// worthSplitting reports whether a table is large enough to be read in ranges.
func (d *Dump) worthSplitting(o *object) bool {
	return o.bytes >= splitFrom && o.suspect == nil && o.transactional && !o.versioned && !o.rowless && !o.noData
}

// split takes the metadata lock of a table, so that its definition cannot change, and
// returns units for its definition and the ranges of its primary key. A table without
// an integer key is one range.
func (d *Dump) split(ctx context.Context, o *object) ([]*unit, error) {
	ddl, columns, err := d.readTable(ctx, d.main, o)
	if err != nil {
		return nil, damaged(err, false)
	}
	ranges, err := d.ranges(ctx, o)
	if err != nil {
		if err = damaged(err, true); !errors.As(err, new(*damage)) {
			return nil, err
		}
		ranges = []string{""} // read the rows before the damage
	}
	units := []*unit{{object: o, first: true, write: func(_ context.Context, _ *mysql.Conn, t *text) (int64, error) { return 0, t.raw(ddl) }}}
	for _, r := range ranges {
		units = append(units, &unit{object: o, write: func(ctx context.Context, c *mysql.Conn, t *text) (int64, error) {
			return readAtSavepoint(ctx, c, func() (int64, error) {
				rows, err := d.writeRows(ctx, c, t, o, columns, r)
				return rows, damaged(err, true)
			})
		}})
	}
	units[len(units)-1].last = true
	return units, nil
}

// ranges returns conditions that divide a table by the first column of its primary
// key.
func (d *Dump) ranges(ctx context.Context, o *object) ([]string, error) {
	key, err := d.main.Rows(ctx, "SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE LIKE '%unsigned%' FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c "+
		"USING (TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME) WHERE "+ofTable(o.name)+
		" AND INDEX_NAME='PRIMARY' AND SEQ_IN_INDEX=1 AND DATA_TYPE IN ('tinyint','smallint','mediumint','int','bigint')", 3)
	if err != nil || len(key) != 1 {
		return []string{""}, err
	}
	column := sqltext.Ident(key[0][0].Text)
	ends, err := d.main.Row(ctx, "SELECT MIN("+column+"), MAX("+column+") FROM "+sqltext.Ident(o.name), 2)
	if err != nil {
		return nil, changed(err)
	}
	if ends[0].Null {
		return []string{""}, nil
	}
	return divide(column, ends[0].Text, ends[1].Text, key[0][2].Text == "1", int(o.bytes/rangeBytes))
}

// divide returns about n conditions. For every number, exactly one of them is true.
func divide(column, low, high string, unsigned bool, n int) ([]string, error) {
	const sign = 1 << 63
	parse := func(s string) (uint64, error) {
		if unsigned {
			return strconv.ParseUint(s, 10, 64)
		}
		v, err := strconv.ParseInt(s, 10, 64)
		return uint64(v) ^ sign, err
	}
	show := func(v uint64) string {
		if unsigned {
			return strconv.FormatUint(v, 10)
		}
		return strconv.FormatInt(int64(v^sign), 10)
	}
	from, err := parse(low)
	if err != nil {
		return nil, err
	}
	to, err := parse(high)
	if err != nil {
		return nil, err
	}
	step := (to-from)/uint64(max(n, 1)) + 1
	var list []string
	before := ""
	for at := from; to-at >= step; {
		at += step
		list = append(list, before+column+" < "+show(at))
		before = column + " >= " + show(at) + " AND "
	}
	if before == "" {
		return []string{""}, nil
	}
	return append(list, before[:len(before)-len(" AND ")]), nil
}
