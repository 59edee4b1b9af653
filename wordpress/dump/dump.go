// Package dump writes a MySQL or MariaDB database as SQL. The stock client restores the same
// database from it: every object and every byte, as of one snapshot. The site that uses the
// database need not stop.
package dump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/target"
)

// ErrChanged is wrapped by the error of Open or Write when the site has changed the structure
// of its tables during the dump, so that the snapshot can no longer be read. The caller may
// start the dump again. The same is true for mysql.ErrLost.
var ErrChanged = errors.New("the database's structure was changed during the dump")

// errRefused is wrapped when the server returns, as a definition, a text that is not exactly
// the expected CREATE statement.
var errRefused = errors.New("the server's definition is refused")

// changed adds ErrChanged to an error of the server that means that the site has changed the
// table during the dump. It returns other errors unchanged.
func changed(err error) error {
	switch mysql.ErrorNumber(err) {
	case mysql.TableChanged, mysql.NoSuchTable:
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}

// A Dump is a snapshot of a database.
type Dump struct {
	db        wordpress.Database
	opts      Options
	log       *slog.Logger
	main      *mysql.Conn   // holds the snapshot
	others    []*mysql.Conn // share the snapshot, if there are several threads
	server    mysql.Server
	target    target.Target // the server that the dump is for
	selection selection
	columns   map[string][]column // cache; the key is the server's description, which many tables share
	objects   []*object
	names     map[string]bool // names of all tables and views in the database; true if they are dumped
	views     []*view
	routines  []*routine // and triggers and events, in the order of their creation
	packages  []string   // MariaDB's packages, dumped or not, if views may use them
	spool     *spool
	stored    map[string]*storedTable // by name, the tables that were read under a lock
	locks     lockWait
	sessions  []string   // connection IDs of the dump's own sessions
	notes     sync.Mutex // guards sessions, and the notes of the report
	report    Report
	checkup   bool // the dump is only for Check: no table is stored
}

// Open connects to db and opens the snapshot. When it returns, it holds no locks. It
// reads neither the environment nor an option file. Errors never contain the password.
func Open(ctx context.Context, db wordpress.Database, o Options) (*Dump, error) {
	d := newDump(db, o)
	err := d.open(ctx)
	if d.locks.waited && (err == nil || errors.Is(err, ErrChanged)) { // tables may have been created or altered during the wait
		_ = d.Close()
		left := d.locks.left
		d = newDump(db, o)
		d.locks.left = left
		err = d.open(ctx)
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func newDump(db wordpress.Database, o Options) *Dump {
	d := &Dump{db: db, opts: o, log: o.Logger, names: map[string]bool{}, columns: map[string][]column{}, stored: map[string]*storedTable{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	d.locks.left = d.lockLimit()
	if d.opts.Now == nil {
		d.opts.Now = time.Now
	}
	return d
}

func (d *Dump) open(ctx context.Context) error {
	if err := d.inspectDatabase(ctx); err != nil {
		return err
	}
	if err := d.takeSnapshot(ctx); err != nil {
		return err
	}
	return d.readDefinitions(ctx)
}

// inspectDatabase connects, lists the objects, and records what the account cannot see.
func (d *Dump) inspectDatabase(ctx context.Context) error {
	err := d.opts.Check()
	if err != nil {
		return fmt.Errorf("read the options: %w", err)
	}
	if d.main, err = d.connect(ctx, false); err != nil {
		return err
	}
	if d.db.TLS.Unverified() {
		d.warn("", "the connection is encrypted, but the server's certificate is not verified, as in PHP: the configuration requests TLS without MYSQL_SSL_CA")
	}
	d.server = d.main.Server()
	if d.target, err = target.For(d.opts.For, d.server.MariaDB, d.server.Number); err != nil {
		return err
	}
	d.db.Name = d.server.Database
	d.selection = newSelection(d.opts, d.db, d.server)
	if err := sqltext.CheckPlain(d.server.Charset, d.server.Collation); err != nil {
		return fmt.Errorf("read the database's character set: %w", err)
	}
	if err := d.readPrivileges(ctx); err != nil {
		return err
	}
	if d.objects, err = d.listObjects(ctx); err != nil {
		return err
	}
	if err := d.checkSelection(); err != nil {
		return err
	}
	return d.inspectTables(ctx)
}

// readDefinitions reads the definitions of everything but tables.
func (d *Dump) readDefinitions(ctx context.Context) error {
	if err := d.readViews(ctx); err != nil {
		return err
	}
	if err := d.readRoutines(ctx); err != nil {
		return err
	}
	var err error
	d.packages, err = d.listPackages(ctx)
	d.findBroken()
	return err
}

// Server returns the database server's flavour, MariaDB or MySQL, and its version.
func (d *Dump) Server() (flavour, version string) {
	return d.server.Flavour(), d.server.Version
}

// name returns the database's name, for searching it in statements.
func (d *Dump) name() sqltext.SchemaName {
	return sqltext.SchemaName{Name: d.db.Name, IgnoreCase: d.server.IgnoreCase}
}

// Tables returns the names of the tables, views and sequences that will be dumped.
func (d *Dump) Tables() []string {
	var names []string
	for _, o := range d.objects {
		if !o.gone {
			names = append(names, o.name)
		}
	}
	return names
}

// Close ends the sessions and removes temporary data.
func (d *Dump) Close() error {
	for _, c := range d.others {
		_ = c.Close()
	}
	return errors.Join(d.main.Close(), d.spool.Close())
}

// Write writes the database to w as SQL. A complete dump ends with a line that begins with
// "-- Dump completed". If Write fails, the output has no such line.
func (d *Dump) Write(ctx context.Context, w io.Writer) (*Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := startPipe(w, cancel)
	t := newText(p.pass)
	err := d.writeAll(ctx, t)
	if err == nil {
		err = t.flush()
	}
	sum, writerErr := p.finish()
	if writerErr != nil { // it is the cause of err
		return nil, fmt.Errorf("write the dump: %w", writerErr)
	}
	if err != nil {
		return nil, err
	}
	line := d.lastLine(sum)
	if _, err := io.WriteString(w, line); err != nil {
		return nil, fmt.Errorf("write the dump: %w", err)
	}
	d.report.SHA256 = sum
	d.report.Bytes = t.size() + int64(len(line))
	return &d.report, nil
}

// writeAll writes everything but the last line.
func (d *Dump) writeAll(ctx context.Context, t *text) error {
	if err := d.writeHead(t); err != nil {
		return err
	}
	list := d.tablesInOrder()
	if len(d.others) > 0 {
		if err := d.writeInParallel(ctx, t, list); err != nil {
			return err
		}
	} else {
		for _, batch := range batches(list) {
			if err := d.writeBatch(ctx, t, batch); err != nil {
				return err
			}
		}
	}
	if err := d.writeDamages(t); err != nil {
		return err
	}
	if err := d.writeViewsAndRoutines(t); err != nil {
		return err
	}
	return d.writeTail(t)
}

// tablesInOrder returns the sequences and tables to write. Sequences come first, because
// tables may use them.
func (d *Dump) tablesInOrder() []*object {
	var list []*object
	for _, kind := range []kind{kindSequence, kindTable} {
		for _, o := range d.objects {
			switch {
			case o.gone || o.kind != kind:
			case kind == kindSequence && !d.target.HasSequences():
				d.warn(o.String(), "left out, since "+d.target.String()+" has no sequences")
			default:
				list = append(list, o)
			}
		}
	}
	return list
}

// missing records an object that the account cannot see or read. With Strict, it returns an
// error instead. The log entry has level debug, because people see the report anyway.
func (d *Dump) missing(object, text string) error {
	if d.opts.Strict {
		return fmt.Errorf("dump %s: %s", object, text)
	}
	d.notes.Lock()
	defer d.notes.Unlock()
	d.report.Missing = append(d.report.Missing, Note{object, text})
	d.log.Debug("not in the dump", "object", object, "reason", text)
	return nil
}

func (d *Dump) warn(object, text string) {
	d.notes.Lock()
	defer d.notes.Unlock()
	d.report.Warnings = append(d.report.Warnings, Note{object, text})
	d.log.Debug(text, "object", object)
}
