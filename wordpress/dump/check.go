package dump

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// A Checkup says what a dump of a database would contain, and what would be missing.
type Checkup struct {
	Flavour, Version string   // flavour and version of the server
	Tables           []string // tables, views and sequences that a dump would contain
	Missing          []Note   // what the account cannot see or read
	Warnings         []Note
	mysql.Endpoint   // the server's end of the connection
}

// checkLockWait is how long a checkup waits for locks in total.
const checkLockWait = 5 * time.Second

// Check does what Open does, with the same connections, locks and snapshot, and opens
// every table. It reads at most one row of each table. It waits for locks for at most
// checkLockWait. Errors never contain the password.
func Check(ctx context.Context, db wordpress.Database, o Options) (*Checkup, error) {
	o.LockWait = min(cmp.Or(o.LockWait, checkLockWait), checkLockWait)
	d := newDump(db, o)
	defer d.Close()
	d.checkup = true
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	for _, o := range d.tablesInOrder() {
		if err := d.checkTable(ctx, o); err != nil {
			return nil, err
		}
	}
	c := &Checkup{Tables: d.Tables(), Missing: d.report.Missing, Warnings: d.report.Warnings, Endpoint: d.main.Endpoint()}
	c.Flavour, c.Version = d.Server()
	return c, nil
}

// checkTable reads a table's definition and its first row.
func (d *Dump) checkTable(ctx context.Context, o *object) error {
	_, err := readAtSavepoint(ctx, d.main, func() (int64, error) {
		_, columns, err := d.readTable(ctx, d.main, o)
		if err != nil || columns == nil {
			return 0, damaged(err, false)
		}
		return 0, damaged(d.main.Exec(ctx, "SELECT "+sources(columns)+d.source(o)+" LIMIT 1"), true)
	})
	if err == nil && o.suspect != nil {
		err = &damage{o.suspect, true}
	}
	switch broken := (*damage)(nil); {
	case err == nil:
		return nil
	case errors.As(err, &broken):
		return d.missing(o.String(), "it cannot be read: "+err.Error())
	default:
		return fmt.Errorf("check %s: %w", o, err)
	}
}

// checkSpool checks that the spool can write to its file.
func (d *Dump) checkSpool() error {
	_, err := d.spool.Write(make([]byte, spoolMemory+1)) // fewer bytes would stay in memory
	return err
}
