package dump

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// lockAttempts is how often a lock is asked for, each time for lockPatience.
const lockAttempts = 3

// fixMoment opens the snapshot. Tables whose engine takes no part in snapshots are
// locked on a second connection meanwhile, read at once, and released: what was
// read of them is kept aside, so that the lock never waits for the dump's reader.
func (d *Dump) fixMoment(ctx context.Context) error {
	var shaky []*object
	for _, o := range d.objects {
		if o.kind == kindTable && !o.steady && !o.rowless && !o.noData && !o.gone {
			shaky = append(shaky, o)
		}
	}
	if len(shaky) == 0 {
		return d.openSnapshot(ctx)
	}
	second, err := connect(ctx, d.db)
	if err != nil {
		return err
	}
	defer second.Close()
	if _, err := prepare(ctx, second); err != nil {
		return err
	}
	if err := d.lock(ctx, second, shaky); err != nil {
		return err
	}
	if err := d.openSnapshot(ctx); err != nil {
		return err
	}
	d.spool = newSpool(d.opts.TempDir)
	for _, o := range shaky {
		if err := d.store(ctx, second, o); err != nil {
			return fmt.Errorf("read %s under its lock: %w", o, err)
		}
	}
	if err := second.exec(ctx, "UNLOCK TABLES"); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}

// openSnapshot opens the snapshot on one connection, or the same on several.
func (d *Dump) openSnapshot(ctx context.Context) error {
	release, err := d.lockForThreads(ctx)
	if err != nil {
		return err
	}
	for _, c := range append([]*conn{d.main}, d.others...) {
		if err := c.exec(ctx, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"); err != nil {
			return fmt.Errorf("open the snapshot: %w", err)
		}
	}
	if err := release(); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	row, err := d.main.one(ctx, "SELECT UTC_TIMESTAMP(6)", 1)
	if err != nil {
		return fmt.Errorf("read the server's clock: %w", err)
	}
	d.report.Moment, err = time.Parse("2006-01-02 15:04:05.999999", row[0].s)
	return err
}

// lockForThreads opens the connections of further threads, and locks all tables
// until all have their snapshots, so that these are the same. Where that lock
// cannot be had at once, one thread has to do.
func (d *Dump) lockForThreads(ctx context.Context) (release func() error, err error) {
	release = func() error { return nil }
	var list []string
	for _, o := range d.objects {
		if o.kind == kindTable && o.steady && !o.noData && !o.gone {
			list = append(list, ident(o.name)+" READ")
		}
	}
	if d.opts.Threads <= 1 || len(list) == 0 {
		return release, nil
	}
	var all []*conn
	defer func() {
		if d.others == nil {
			for _, c := range all {
				_ = c.Close()
			}
		}
	}()
	for range min(d.opts.Threads, threadsMost) + 1 {
		c, err := connect(ctx, d.db)
		if err == nil {
			all = append(all, c)
			_, err = prepare(ctx, c)
		}
		if err != nil {
			d.warn("", "one thread has to do: "+err.Error())
			return release, ctx.Err()
		}
	}
	locker := all[0]
	if err := locker.exec(ctx, "SET SESSION lock_wait_timeout=1"); err != nil {
		return release, err
	}
	if err := locker.exec(ctx, "LOCK TABLES "+strings.Join(list, ", ")); err != nil {
		d.warn("", "one thread has to do, since the tables cannot be locked at once: "+err.Error())
		return release, ctx.Err()
	}
	d.others = all[1:]
	return func() error {
		defer locker.Close()
		return locker.exec(ctx, "UNLOCK TABLES")
	}, nil
}

// lock takes all locks at once, or none.
func (d *Dump) lock(ctx context.Context, c *conn, tables []*object) error {
	var list []string
	for _, o := range tables {
		list = append(list, ident(o.name)+" READ LOCAL")
	}
	statement := "LOCK TABLES " + strings.Join(list, ", ")
	for attempt := 1; ; attempt++ {
		err := c.exec(ctx, statement)
		switch number(err) {
		case 0:
			if err != nil {
				return fmt.Errorf("lock tables: %w", err)
			}
			return nil
		case errDBAccess, errTableAccess, errSpecialAccess:
			d.warn("", "tables without transactions ("+names(tables)+
				") are read without a lock, which the account may not take: they may not fit the rest")
			return nil
		case errLockTimeout:
			if attempt < lockAttempts {
				continue
			}
		}
		return fmt.Errorf("lock tables without transactions (%s): %w", names(tables), err)
	}
}

func names(objects []*object) string {
	var list []string
	for i, o := range objects {
		if i == 10 {
			list = append(list, fmt.Sprintf("and %d more", len(objects)-i))
			break
		}
		list = append(list, printable(o.name))
	}
	return strings.Join(list, ", ")
}

// A stored table has been read under a lock.
type stored struct {
	from, to int64 // where it lies in the spool
	rows     int64
}

// store reads a table into the spool.
func (d *Dump) store(ctx context.Context, c *conn, o *object) error {
	from := d.spool.size()
	t := newText(func(block []byte) ([]byte, error) {
		_, err := d.spool.Write(block)
		return block[:0], err
	})
	rows, err := d.writeTable(ctx, c, t, o)
	if err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	d.stored[o.name] = &stored{from: from, to: d.spool.size(), rows: rows}
	return nil
}
