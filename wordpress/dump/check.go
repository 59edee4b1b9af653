package dump

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Checkup is what a look at a database tells of a dump of it.
type Checkup struct {
	Flavour, Version string   // of the server
	Tables           []string // tables, views and sequences that a dump would hold
	Missing          []Note   // what the account cannot see or read
	Warnings         []Note
	Network, Address string // unix or tcp, and where
	Local            bool   // the server is on this host
	Encrypted        bool   // the connection is
}

// Check looks at db as Open does, but for the snapshot: it takes no lock, and
// reads no rows but one of each table. Errors never hold the password.
func Check(ctx context.Context, db wordpress.Database, o Options) (*Checkup, error) {
	d := newDump(db, o)
	defer d.Close()
	if err := d.look(ctx); err != nil {
		return nil, err
	}
	// Views are read between savepoints, which only a transaction has.
	if err := d.main.exec(ctx, "START TRANSACTION READ ONLY"); err != nil {
		return nil, fmt.Errorf("look at the views: %w", err)
	}
	if err := d.readRest(ctx); err != nil {
		return nil, err
	}
	d.checkLocks(ctx)
	c := &Checkup{Tables: d.Tables(), Missing: d.report.Missing, Warnings: d.report.Warnings}
	c.Flavour, c.Version = d.Server()
	wire := d.main.link.Conn
	_, c.Encrypted = wire.(*tls.Conn)
	c.Network, c.Address = wire.RemoteAddr().Network(), wire.RemoteAddr().String()
	c.Local = onThisHost(wire)
	return c, nil
}

// onThisHost tells whether both ends of a connection are here.
func onThisHost(c net.Conn) bool {
	here, ok := c.LocalAddr().(*net.TCPAddr)
	there, too := c.RemoteAddr().(*net.TCPAddr)
	return !ok || !too || there.IP.IsLoopback() || there.IP.Equal(here.IP)
}

// checkLocks warns of tables without transactions that the account may not lock.
func (d *Dump) checkLocks(ctx context.Context) {
	var list []*object
	for _, o := range d.objects {
		if o.kind == kindTable && !o.steady && !o.noData && !o.gone && !o.rowless {
			list = append(list, o)
		}
	}
	if len(list) == 0 {
		return
	}
	grants, err := d.grants(ctx)
	if err != nil {
		return // that they cannot be read was noted before
	}
	have := rights{}
	for _, g := range grants {
		have.add(g, d.db.Name)
	}
	if !have.any("LOCK TABLES") {
		d.warn("", "tables without transactions ("+names(list)+") would be read without a lock, which the account may not take: they may not fit the rest")
	}
}
