package dump

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// nonTransactional returns the tables to read whose engine does not take part in a snapshot.
func (d *Dump) nonTransactional() []*object {
	var list []*object
	for _, o := range d.objects {
		if o.kind == kindTable && !o.transactional && !o.rowless && !o.noData && !o.gone && o.suspect == nil {
			list = append(list, o)
		}
	}
	return list
}

// takeSnapshot opens the snapshot. While it does so, a second connection holds locks on the
// non-transactional tables. It then reads them into the spool and unlocks them. So the locks
// are never held while the dump waits for its reader.
func (d *Dump) takeSnapshot(ctx context.Context) error {
	tables := d.nonTransactional()
	if len(tables) == 0 {
		return d.openSnapshot(ctx)
	}
	second, err := d.connect(ctx, true)
	if mysql.AccountFull(err) || mysql.ErrorNumber(err) == mysql.TooManyConnections {
		d.warn("", "non-transactional tables ("+names(tables)+") are read before the snapshot and may not match it, since the account may have only one connection: "+err.Error())
		if err := d.readUnderLock(ctx, d.main, tables, func(context.Context) error { return nil }); err != nil {
			return err
		}
		return d.openSnapshot(ctx)
	}
	if err != nil {
		return err
	}
	defer second.Close()
	return d.readUnderLock(ctx, second, tables, d.openSnapshot)
}

// readUnderLock locks tables on c, calls locked, and reads the tables into the spool.
func (d *Dump) readUnderLock(ctx context.Context, c *mysql.Conn, tables []*object, locked func(context.Context) error) error {
	if err := d.lock(ctx, c, tables); err != nil {
		return err
	}
	if err := locked(ctx); err != nil {
		return err
	}
	d.spool = newSpool(d.opts.Temp)
	if d.checkup {
		tables = nil
		if err := d.checkSpool(); err != nil {
			return err
		}
	}
	for _, o := range tables {
		if err := d.store(ctx, c, o); err != nil {
			return fmt.Errorf("read %s under its lock: %w", o, err)
		}
	}
	if err := c.Exec(ctx, "UNLOCK TABLES"); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}

// openSnapshot opens the snapshot, on one connection or on several.
func (d *Dump) openSnapshot(ctx context.Context) error {
	release, err := d.lockForThreads(ctx)
	if err != nil {
		return err
	}
	for _, c := range append([]*mysql.Conn{d.main}, d.others...) {
		if err := c.Exec(ctx, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"); err != nil {
			return fmt.Errorf("open the snapshot: %w", err)
		}
		if err := c.Exec(ctx, "SAVEPOINT t"); err != nil {
			return fmt.Errorf("open the snapshot: %w", err)
		}
	}
	if err := release(); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	row, err := d.main.Row(ctx, "SELECT UTC_TIMESTAMP(6)", 1)
	if err != nil {
		return fmt.Errorf("read the server's clock: %w", err)
	}
	d.report.SnapshotTime, err = time.Parse("2006-01-02 15:04:05.999999", row[0].Text)
	return err
}

// lockForThreads opens the connections of further threads, and locks all tables. The caller
// calls release when all connections have opened their snapshots, which are then the same. If
// the lock is not available at once, one thread reads everything.
func (d *Dump) lockForThreads(ctx context.Context) (release func() error, err error) {
	release = func() error { return nil }
	var list []string
	for _, o := range d.objects {
		if o.kind == kindTable && o.transactional && !o.noData && !o.gone && o.suspect == nil {
			list = append(list, sqltext.Ident(o.name)+" READ")
		}
	}
	if d.opts.Threads <= 1 || len(list) == 0 {
		return release, nil
	}
	var all []*mysql.Conn
	var locker *mysql.Conn
	defer func() {
		if d.others == nil {
			for _, c := range append(all, locker) {
				_ = c.Close()
			}
		}
	}()
	locker, err = mysql.Connect(ctx, d.db, mysql.Options{Further: true}) // unlike d.connect, it does not wait for locks
	for range min(d.opts.Threads, maxThreads) {
		if err != nil {
			break
		}
		all = append(all, nil)
		all[len(all)-1], err = d.connect(ctx, true)
	}
	if err != nil {
		d.warn("", "one thread reads everything: "+err.Error())
		return release, ctx.Err()
	}
	if err := locker.Exec(ctx, "SET SESSION lock_wait_timeout=1"); err != nil {
		return release, err
	}
	if err := locker.Exec(ctx, "LOCK TABLES "+strings.Join(list, ", ")); err != nil {
		d.warn("", "one thread reads everything, since the tables cannot be locked at once: "+err.Error())
		return release, ctx.Err()
	}
	d.others = all
	return func() error {
		defer locker.Close()
		return locker.Exec(ctx, "UNLOCK TABLES")
	}, nil
}

// lock takes all locks in one statement. If the account is not allowed to lock tables, it warns
// and takes no locks.
func (d *Dump) lock(ctx context.Context, c *mysql.Conn, tables []*object) error {
	var list []string
	for _, o := range tables {
		list = append(list, sqltext.Ident(o.name)+" READ LOCAL")
	}
	statement := "LOCK TABLES " + strings.Join(list, ", ")
	err := c.Exec(ctx, statement)
	switch mysql.ErrorNumber(err) {
	case 0:
		if err == nil {
			return nil
		}
	case mysql.DatabaseAccessDenied, mysql.TableAccessDenied, mysql.AccessDenied:
		d.warn("", "non-transactional tables ("+names(tables)+
			") are read without a lock, which the account may not take: they may not match the snapshot")
		return nil
	}
	return fmt.Errorf("lock non-transactional tables (%s): %w", names(tables), err)
}

// names returns the names of at most ten objects.
func names(objects []*object) string {
	var list []string
	for i, o := range objects {
		if i == 10 {
			list = append(list, fmt.Sprintf("and %d more", len(objects)-i))
			break
		}
		list = append(list, sqltext.DisplayName(o.name))
	}
	return strings.Join(list, ", ")
}

// A storedTable is a table that was read under a lock.
type storedTable struct {
	from, to int64 // its range in the spool
	rows     int64
	err      error // a damage if not all of its rows could be read
}

// store reads a table into the spool.
func (d *Dump) store(ctx context.Context, c *mysql.Conn, o *object) error {
	from := d.spool.size()
	t := newText(func(block []byte) ([]byte, error) {
		_, err := d.spool.Write(block)
		return block[:0], err
	})
	rows, err := d.writeTable(ctx, c, t, o)
	if o.damaged = errors.As(err, new(*damage)); err != nil && !o.damaged {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	d.stored[o.name] = &storedTable{from: from, to: d.spool.size(), rows: rows, err: err}
	return nil
}
