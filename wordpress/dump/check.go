package dump

import (
	"context"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// A Checkup says what a dump of a database would contain.
type Checkup struct {
	Flavour, Version string   // of the server
	Tables           []string // tables, views and sequences that a dump would contain
	Missing          []Note   // what the account cannot see or read
	Warnings         []Note
	mysql.Endpoint   // the server's end of the connection
}

// Check inspects db as Open does, but opens no snapshot: it takes no lock, and reads
// at most one row of each table. Errors never contain the password.
func Check(ctx context.Context, db wordpress.Database, o Options) (*Checkup, error) {
	d := newDump(db, o)
	defer d.Close()
	if err := d.inspectDatabase(ctx); err != nil {
		return nil, err
	}
	// Views are read between savepoints, which need a transaction.
	if err := d.main.Exec(ctx, "START TRANSACTION READ ONLY"); err != nil {
		return nil, fmt.Errorf("read the views: %w", err)
	}
	if err := d.readDefinitions(ctx); err != nil {
		return nil, err
	}
	d.checkLocks(ctx)
	c := &Checkup{Tables: d.Tables(), Missing: d.report.Missing, Warnings: d.report.Warnings, Endpoint: d.main.Endpoint()}
	c.Flavour, c.Version = d.Server()
	return c, nil
}

// checkLocks warns of non-transactional tables that the account may not lock.
func (d *Dump) checkLocks(ctx context.Context) {
	list := d.nonTransactional()
	if len(list) == 0 {
		return
	}
	has, err := d.privileges(ctx)
	if err != nil {
		return // readPrivileges has already reported it
	}
	if !has.Any("LOCK TABLES") {
		d.warn("", "non-transactional tables ("+names(list)+") would be read without a lock, which the account may not take: they may not match the snapshot")
	}
}
