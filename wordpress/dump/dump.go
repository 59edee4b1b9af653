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
)

// ErrChanged is what Open and Write fail with, wrapped, when the site changed its
// tables' structure during the dump, so that the moment of the dump is lost. The
// dump has to be started again.
var ErrChanged = errors.New("the database's structure was changed during the dump")

// ErrLost is what Open and Write fail with, wrapped, when the server ended the
// session in the midst of it. The snapshot is gone with it; the dump may be started
// again.
var ErrLost = errors.New("the connection to the database was lost")

// A Dump is a database at one moment.
type Dump struct {
	db         wordpress.Database
	opts       Options
	log        *slog.Logger
	main       *conn   // holds the snapshot
	others     []*conn // share it, if there are several threads
	server     server
	schema     schema
	objects    []*object
	inDatabase map[string]bool // the names of all tables and views, dumped or not
	views      []*view
	codes      []*code // triggers, routines and events, in the order of their creation
	spool      *spool
	stored     map[string]*stored // tables that were read under a lock, by name
	notes      sync.Mutex         // guards the report's notes, which several threads make
	report     Report
}

// Open connects to db and opens the snapshot: when it returns, the moment of the
// dump is fixed, and no lock is held. It reads neither the environment nor any
// option file. Errors never hold the password.
func Open(ctx context.Context, db wordpress.Database, o Options) (*Dump, error) {
	d := newDump(db, o)
	if err := d.open(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func newDump(db wordpress.Database, o Options) *Dump {
	d := &Dump{db: db, opts: o, log: o.Logger, inDatabase: map[string]bool{}, stored: map[string]*stored{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.opts.Now == nil {
		d.opts.Now = time.Now
	}
	return d
}

func (d *Dump) open(ctx context.Context) error {
	if err := d.look(ctx); err != nil {
		return err
	}
	if err := d.fixMoment(ctx); err != nil {
		return err
	}
	return d.readRest(ctx)
}

// readRest reads what is no table.
func (d *Dump) readRest(ctx context.Context) error {
	if err := d.readViews(ctx); err != nil {
		return err
	}
	if err := d.readCodes(ctx); err != nil {
		return err
	}
	packages, err := d.listPackages(ctx)
	if err != nil {
		return err
	}
	d.settleViews(packages)
	return nil
}

// look connects, and finds out what there is and what of it the account can see.
func (d *Dump) look(ctx context.Context) error {
	err := d.opts.Check()
	if err != nil {
		return fmt.Errorf("read the options: %w", err)
	}
	if d.main, err = connect(ctx, d.db); err != nil {
		return err
	}
	if d.server, err = prepare(ctx, d.main); err != nil {
		return err
	}
	d.db.Name = d.server.database
	if d.schema, err = d.readSchema(ctx); err != nil {
		return err
	}
	if err := d.readRights(ctx); err != nil {
		return err
	}
	if d.objects, err = d.listObjects(ctx); err != nil {
		return err
	}
	if err := d.checkSelection(); err != nil {
		return err
	}
	for _, o := range d.objects {
		if err := d.peek(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// Server is the database server's flavour, MariaDB or MySQL, and its version.
func (d *Dump) Server() (flavour, version string) {
	return d.server.flavour(), d.server.version
}

// name is the database's name, to be found in statements.
func (d *Dump) name() schemaName { return schemaName{d.db.Name, d.server.anyCase} }

// Tables are the names of the tables, views and sequences that will be dumped.
func (d *Dump) Tables() []string {
	var names []string
	for _, o := range d.objects {
		if !o.gone {
			names = append(names, o.name)
		}
	}
	return names
}

// Close ends the sessions and removes what was kept aside.
func (d *Dump) Close() error {
	for _, c := range d.others {
		_ = c.Close()
	}
	return errors.Join(d.main.Close(), d.spool.Close())
}

// Write writes the database to w as SQL. If it fails, what w got is no dump; only
// a dump that ends in the line "-- Dump completed" is one.
func (d *Dump) Write(ctx context.Context, w io.Writer) (*Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := startPipe(w, cancel)
	t := newText(p.pass)
	err := d.writeAll(ctx, t)
	if err == nil {
		err = t.flush()
	}
	sum, perr := p.finish()
	if perr != nil { // it is what made the rest fail
		return nil, fmt.Errorf("write the dump: %w", perr)
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
		if err := d.writeTablesTogether(ctx, t, list); err != nil {
			return err
		}
	} else {
		for _, o := range list {
			if err := d.writeObject(ctx, t, o); err != nil {
				return err
			}
		}
	}
	if err := d.writeViewsAndCode(t); err != nil {
		return err
	}
	return d.writeTail(t)
}

// tablesInOrder are the sequences and the tables to write; the former first, since
// tables may draw on them.
func (d *Dump) tablesInOrder() []*object {
	var list []*object
	for _, kind := range []kind{kindSequence, kindTable} {
		for _, o := range d.objects {
			switch {
			case o.gone || o.kind != kind:
			case kind == kindSequence && d.foreign():
				d.warn(o.String(), "left out, since "+d.opts.For+" has no sequences")
			default:
				list = append(list, o)
			}
		}
	}
	return list
}

// missing notes what the account cannot see or read; under Strict it is an error. It
// is the report that tells people of it: the log would say it twice.
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
