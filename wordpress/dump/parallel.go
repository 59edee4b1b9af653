package dump

import (
	"context"
	"fmt"
	"strconv"
	"sync"
)

const (
	splitFrom   = 16 << 20 // tables of so many bytes are read in ranges
	rangeBytes  = 6 << 20  // about so much goes into one range
	unitBlocks  = 8        // blocks that a unit may be ahead of its turn
	threadsMost = 16
)

// A unit is a piece of the dump that one connection reads, ahead of its turn.
type unit struct {
	object *object
	first  bool // the object begins with it
	last   bool // the object ends with it
	write  func(ctx context.Context, c *conn, t *text) (rows int64, err error)
	blocks chan []byte // what it wrote; closed when it is done
	rows   int64       // valid once blocks is closed, as is err
	err    error
	after  func()
}

// A team reads units on several connections and hands them out in order.
type team struct {
	d      *Dump
	queue  chan *unit // to the connections
	order  chan *unit // to the output
	free   chan []byte
	cancel context.CancelCauseFunc
}

// writeTablesTogether writes tables by all connections, in the order of list.
func (d *Dump) writeTablesTogether(ctx context.Context, t *text, list []*object) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	team := &team{
		d: d, queue: make(chan *unit), order: make(chan *unit, 2*len(d.others)),
		free: make(chan []byte, unitBlocks*len(d.others)), cancel: cancel,
	}
	var wait sync.WaitGroup
	for _, c := range d.others {
		wait.Go(func() { team.work(ctx, c) })
	}
	wait.Go(func() {
		defer close(team.order)
		defer close(team.queue)
		if err := team.plan(ctx, list); err != nil {
			cancel(err)
		}
	})
	err := team.hand(t)
	if err != nil {
		cancel(err)
	}
	wait.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// plan makes units of the tables, and holds the tables that are read in ranges
// while they are.
func (m *team) plan(ctx context.Context, list []*object) error {
	var held sync.WaitGroup // the ranges of the table that is held
	release := func() error {
		held.Wait()
		return m.d.main.exec(ctx, "ROLLBACK TO SAVEPOINT t")
	}
	holding := false
	for _, o := range list {
		if m.d.stored[o.name] != nil || o.kind != kindTable || !m.d.worthSplitting(o) {
			if err := m.give(ctx, &unit{object: o, first: true, last: true, write: func(ctx context.Context, c *conn, t *text) (int64, error) {
				return m.d.writeBody(ctx, c, t, o)
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
		units, err := m.d.split(ctx, o)
		if err != nil {
			return fmt.Errorf("dump %s: %w", o, err)
		}
		for _, u := range units {
			held.Add(1)
			u.after = held.Done
			if err := m.give(ctx, u); err != nil {
				return err
			}
		}
	}
	if holding {
		return release()
	}
	return nil
}

// give queues a unit for the output and for a connection.
func (m *team) give(ctx context.Context, u *unit) error {
	u.blocks = make(chan []byte, unitBlocks)
	for _, ch := range []chan *unit{m.order, m.queue} {
		select {
		case ch <- u:
		case <-ctx.Done():
			if ch == m.queue { // the output waits for it
				u.err = context.Cause(ctx)
				close(u.blocks)
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// work reads units on one connection.
func (m *team) work(ctx context.Context, c *conn) {
	for u := range m.queue {
		t := newText(func(block []byte) ([]byte, error) {
			select {
			case u.blocks <- block:
			case <-ctx.Done():
				return block[:0], context.Cause(ctx)
			}
			select {
			case b := <-m.free:
				return b, nil
			default:
				return make([]byte, 0, blockSize), nil
			}
		})
		u.rows, u.err = u.write(ctx, c, t)
		if u.err == nil {
			u.err = t.flush()
		}
		if u.err != nil {
			m.cancel(fmt.Errorf("dump %s: %w", u.object, u.err))
		}
		if u.after != nil {
			u.after()
		}
		close(u.blocks)
	}
}

// hand writes the units' text in order.
func (m *team) hand(t *text) error {
	var from, rows int64
	for u := range m.order {
		if u.first {
			from, rows = t.size(), 0
			if err := m.d.writeTitle(t, u.object); err != nil {
				return err
			}
		}
		for block := range u.blocks {
			empty, err := t.hand(block)
			if err != nil {
				return err
			}
			select {
			case m.free <- empty:
			default:
			}
		}
		if u.err != nil {
			return fmt.Errorf("dump %s: %w", u.object, u.err)
		}
		if rows += u.rows; u.last {
			if err := m.d.count(u.object, rows, t.size()-from); err != nil {
				return err
			}
		}
	}
	return nil
}

// worthSplitting tells whether a table is read in ranges.
func (d *Dump) worthSplitting(o *object) bool {
	return o.bytes >= splitFrom && o.steady && !o.versioned && !o.rowless && !o.noData
}

// split takes hold of a table, so that nobody changes its definition, and makes
// units of its definition and the ranges of its primary key. Without a key to
// split by, it is one range.
func (d *Dump) split(ctx context.Context, o *object) ([]*unit, error) {
	if err := d.main.exec(ctx, "SAVEPOINT t"); err != nil {
		return nil, err
	}
	ddl, columns, err := d.readTable(ctx, d.main, o)
	if err != nil {
		return nil, err
	}
	ranges, err := d.ranges(ctx, o)
	if err != nil {
		return nil, err
	}
	units := []*unit{{object: o, first: true, write: func(_ context.Context, _ *conn, t *text) (int64, error) { return 0, t.raw(ddl) }}}
	for _, r := range ranges {
		units = append(units, &unit{object: o, write: func(ctx context.Context, c *conn, t *text) (int64, error) {
			return d.writeRows(ctx, c, t, o, columns, r)
		}})
	}
	units[len(units)-1].last = true
	return units, nil
}

// ranges are conditions that divide a table by the first column of its primary key.
func (d *Dump) ranges(ctx context.Context, o *object) ([]string, error) {
	key, err := d.main.table(ctx, "SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE LIKE '%unsigned%' FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c "+
		"USING (TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME) WHERE "+thisTable(o.name)+
		" AND INDEX_NAME='PRIMARY' AND SEQ_IN_INDEX=1 AND DATA_TYPE IN ('tinyint','smallint','mediumint','int','bigint')", 3)
	if err != nil || len(key) != 1 {
		return []string{""}, err
	}
	column := ident(key[0][0].s)
	ends, err := d.main.one(ctx, "SELECT MIN("+column+"), MAX("+column+") FROM "+ident(o.name), 2)
	if err != nil {
		return nil, changed(err)
	}
	if ends[0].null {
		return []string{""}, nil
	}
	return divide(column, ends[0].s, ends[1].s, key[0][2].s == "1", int(o.bytes/rangeBytes))
}

// divide makes n conditions that together hold for every number.
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
