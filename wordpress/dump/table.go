package dump

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// writeObject writes a table or a sequence, at the moment of the dump.
func (d *Dump) writeObject(ctx context.Context, t *text, o *object) error {
	from := t.size()
	if err := d.writeTitle(t, o); err != nil {
		return err
	}
	rows, err := d.writeBody(ctx, d.main, t, o)
	if err != nil {
		return fmt.Errorf("dump %s: %w", o, err)
	}
	return d.count(o, rows, t.size()-from)
}

func (d *Dump) writeTitle(t *text, o *object) error {
	return t.printf("\n--\n-- %s\n--\n\n", o)
}

// count notes what was written of an object. Rows that were there when the dump
// began, and are not in its snapshot, have been truncated, not deleted.
func (d *Dump) count(o *object, rows, bytes int64) error {
	if rows == 0 && o.filled && o.steady && d.opts.condition(o.name, d.db.TablePrefix) == "" {
		return fmt.Errorf("dump %s: %w: it had rows when the dump began and has none now", o, ErrChanged)
	}
	d.report.Rows += rows
	d.report.Tables = append(d.report.Tables, Table{Name: o.name, Kind: o.kind.String(), Engine: o.engine, Rows: rows, Bytes: bytes})
	return nil
}

// writeBody writes an object on c, which has the snapshot, or from what was kept
// aside. A savepoint lets go of the object's metadata lock as soon as it is read.
func (d *Dump) writeBody(ctx context.Context, c *conn, t *text, o *object) (rows int64, err error) {
	if s := d.stored[o.name]; s != nil {
		_, err = io.Copy(t, d.spool.section(s.from, s.to))
		return s.rows, err
	}
	if err := c.exec(ctx, "SAVEPOINT t"); err != nil {
		return 0, err
	}
	if o.kind == kindSequence {
		err = d.writeSequence(ctx, c, t, o)
	} else {
		rows, err = d.writeTable(ctx, c, t, o)
	}
	if err != nil {
		return rows, err
	}
	return rows, c.exec(ctx, "ROLLBACK TO SAVEPOINT t")
}

// writeTable writes a table's definition and rows.
func (d *Dump) writeTable(ctx context.Context, c *conn, t *text, o *object) (int64, error) {
	ddl, columns, err := d.readTable(ctx, c, o)
	if err != nil {
		return 0, err
	}
	if err := t.raw(ddl); err != nil || columns == nil {
		return 0, err
	}
	if !d.history(o) {
		if o.versioned {
			d.warn(o.String(), "the history of its rows is left out, since "+d.whyNoHistory(o))
		}
		return d.writeRows(ctx, c, t, o, columns, "")
	}
	return d.writeHistory(ctx, c, t, o, columns)
}

// readTable reads a table's definition, as SQL, and the columns to write; these are
// nil when its rows are not to be written.
func (d *Dump) readTable(ctx context.Context, c *conn, o *object) (ddl string, columns []column, err error) {
	withRows := !o.rowless && !o.noData
	if withRows { // from here on nobody changes the definition
		if err := c.exec(ctx, "SELECT 1 FROM "+ident(o.name)+" LIMIT 0"); err != nil {
			return "", nil, changed(err)
		}
	}
	row, err := c.one(ctx, "SHOW CREATE TABLE "+ident(o.name), 2)
	if err != nil {
		return "", nil, changed(err)
	}
	if withRows && o.steady {
		if err := d.sameTable(ctx, c, o, row[1].s); err != nil {
			return "", nil, err
		}
	}
	create, err := d.definition(ctx, c, o, row[1].s)
	if err != nil {
		return "", nil, changed(err)
	}
	create += ";\n"
	if d.hidesOptions(row[1].s) {
		create = "SET sql_mode='" + restoreMode + ",IGNORE_BAD_TABLE_OPTIONS';\n" + create + "SET sql_mode='" + restoreMode + "';\n"
	}
	if withRows {
		if columns, err = c.columnsOf(ctx, d.server, o, d.history(o)); err != nil {
			return "", nil, err
		}
		o.ordered = o.steady && hasPrimaryKey(create)
	}
	return "DROP TABLE IF EXISTS " + ident(o.name) + ";\n" + create, columns, nil
}

// history tells whether a table's old rows are dumped and can be restored.
func (d *Dump) history(o *object) bool {
	return o.versioned && !o.numbered && d.server.number >= 101100 && !d.foreign()
}

func (d *Dump) whyNoHistory(o *object) string {
	if o.numbered {
		return "it is kept by numbers of transactions, which no server lets anyone write"
	}
	return "the server that the dump is for lets nobody write it"
}

// definition is a table's CREATE statement, made fit for another database.
func (d *Dump) definition(ctx context.Context, c *conn, o *object, create string) (string, error) {
	if d.hidesOptions(create) {
		var err error
		if create, err = showOptions(ctx, c, o); err != nil {
			return "", err
		}
	}
	if !o.noData && !o.rowless {
		var err error
		if create, err = d.spellOut(ctx, c, o, create); err != nil {
			return "", err
		}
	}
	if !d.server.maria && !d.foreign() {
		create = withoutInherited(create)
	}
	if o.filled && strings.EqualFold(o.engine, "ARCHIVE") { // it takes no number below the next one
		create = withoutNextNumber(create)
	}
	if strings.Contains(create, ident(d.db.Name)+".") {
		create = join(unqualify((dialect{}).tokens(create), d.name(), "", func(name string, _ []token) bool { return d.listed(name) }))
	}
	return d.adaptTable(o, create), nil
}

// writeRows writes a table's rows, or those within one range.
func (d *Dump) writeRows(ctx context.Context, c *conn, t *text, o *object, columns []column, within string) (int64, error) {
	sources := make([]string, len(columns))
	for i, col := range columns {
		sources[i] = col.source
	}
	if len(sources) == 0 { // all are generated: the rows are worth no more than their number
		sources = []string{"1"}
	}
	typed := d.typedCondition(columns)
	some, err := d.anyTyped(ctx, c, o, within, typed)
	if err != nil {
		return 0, err
	}
	untyped := ""
	if some {
		untyped = "(" + typed + ") IS NOT TRUE"
	}
	w := newInserts(t, o.name, columns, d.server.maxPacket)
	if err := c.query(ctx, "SELECT "+strings.Join(sources, ",")+d.source(o, within, untyped), w.row); err != nil {
		return w.rows, changed(err)
	}
	if err := w.end(); err != nil {
		return w.rows, err
	}
	d.warnLongest(o, w.longest)
	if !some {
		return w.rows, nil
	}
	rows, err := d.writeTyped(ctx, c, t, o, columns, d.source(o, within, "("+typed+") IS TRUE"))
	return w.rows + rows, changed(err)
}

// source is where rows are read from, and which: those for which all conditions hold.
func (d *Dump) source(o *object, conditions ...string) string {
	from := " FROM " + ident(o.name)
	switch {
	case d.history(o):
		from += " FOR SYSTEM_TIME ALL"
	case o.ordered: // else an index may look cheaper to the server, and shuffle the rows
		from += " FORCE INDEX (PRIMARY)"
	}
	before := " WHERE "
	for _, condition := range append(conditions, d.opts.condition(o.name, d.db.TablePrefix)) {
		if condition != "" {
			from += before + condition
			before = " AND "
		}
	}
	return from
}

// warnLongest warns of a statement that the server itself would not take.
func (d *Dump) warnLongest(o *object, longest int64) {
	if longest > d.server.maxPacket {
		d.warn(o.String(), fmt.Sprintf("a row makes a statement of %d bytes, more than the server's max_allowed_packet of %d; a restore needs a larger one on both sides",
			longest, d.server.maxPacket))
	}
}

// writeSequence writes a sequence as it stands.
func (d *Dump) writeSequence(ctx context.Context, c *conn, t *text, o *object) error {
	row, err := c.one(ctx, "SHOW CREATE SEQUENCE "+ident(o.name), 2)
	if err != nil {
		return changed(err)
	}
	state, err := c.one(ctx, "SELECT * FROM "+ident(o.name), 1)
	if err != nil {
		return changed(err)
	}
	values := make([]string, len(state))
	for i, v := range state {
		values[i] = v.s
	}
	return t.raw("DROP SEQUENCE IF EXISTS ", ident(o.name), ";\n", row[1].s, ";\n",
		"INSERT INTO ", ident(o.name), " VALUES (", strings.Join(values, ","), ");\n")
}

// changed wraps errors which mean that the site has changed the table meanwhile.
func changed(err error) error {
	switch number(err) {
	case errChangedTable, errNoTable, errLockTimeout: // the last while it is being changed
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}
