package dump

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// writeObject writes a table or a sequence as of the snapshot.
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

// count adds an object to the report. If it had rows before the snapshot and has none
// in it, the table was truncated meanwhile: deleted rows would still be there.
func (d *Dump) count(o *object, rows, bytes int64) error {
	if rows == 0 && o.filled && o.transactional && d.opts.condition(o.name, d.db.TablePrefix) == "" {
		return fmt.Errorf("dump %s: %w: it had rows when the dump began and has none now", o, ErrChanged)
	}
	d.report.Rows += rows
	d.report.Tables = append(d.report.Tables, Table{Name: o.name, Kind: o.kind.String(), Engine: o.engine, Rows: rows, Bytes: bytes})
	return nil
}

// writeBody writes an object from c, which has the snapshot, or from the spool. The
// rollback to a savepoint releases the object's metadata lock as soon as it is read.
func (d *Dump) writeBody(ctx context.Context, c *mysql.Conn, t *text, o *object) (rows int64, err error) {
	if s := d.stored[o.name]; s != nil {
		_, err = io.Copy(t, d.spool.section(s.from, s.to))
		return s.rows, err
	}
	if err := c.Exec(ctx, "SAVEPOINT t"); err != nil {
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
	return rows, c.Exec(ctx, "ROLLBACK TO SAVEPOINT t")
}

// writeTable writes a table's definition and rows.
func (d *Dump) writeTable(ctx context.Context, c *mysql.Conn, t *text, o *object) (int64, error) {
	ddl, columns, err := d.readTable(ctx, c, o)
	if err != nil {
		return 0, err
	}
	if err := t.raw(ddl); err != nil || columns == nil {
		return 0, err
	}
	if !d.hasHistory(o) {
		if o.versioned {
			d.warn(o.String(), "the history of its rows is left out, since "+d.whyNoHistory(o))
		}
		return d.writeRows(ctx, c, t, o, columns, "")
	}
	return d.writeHistory(ctx, c, t, o, columns)
}

// writeRows writes a table's rows, or those of one range.
func (d *Dump) writeRows(ctx context.Context, c *mysql.Conn, t *text, o *object, columns []column, within string) (int64, error) {
	sources := make([]string, len(columns))
	for i, col := range columns {
		sources[i] = col.source
	}
	if len(sources) == 0 { // all are generated: only the number of rows matters
		sources = []string{"1"}
	}
	hidden := d.hiddenTypesCondition(columns)
	some, err := d.hasHiddenTypes(ctx, c, o, within, hidden)
	if err != nil {
		return 0, err
	}
	visible := ""
	if some {
		visible = "(" + hidden + ") IS NOT TRUE"
	}
	w := newInserts(t, o.name, columns, d.server.MaxPacket)
	if err := c.Query(ctx, "SELECT "+strings.Join(sources, ",")+d.source(o, within, visible), w.row); err != nil {
		return w.rows, changed(err)
	}
	if err := w.end(); err != nil {
		return w.rows, err
	}
	d.warnLongest(o, w.longest)
	if !some {
		return w.rows, nil
	}
	rows, err := d.writeHiddenTypes(ctx, c, t, o, columns, d.source(o, within, "("+hidden+") IS TRUE"))
	return w.rows + rows, changed(err)
}

// source returns the FROM and WHERE clauses for the rows for which all conditions
// hold.
func (d *Dump) source(o *object, conditions ...string) string {
	from := " FROM " + sqltext.Ident(o.name)
	switch {
	case d.hasHistory(o):
		from += " FOR SYSTEM_TIME ALL"
	case o.ordered: // else the server may choose another index and return another order
		from += " FORCE INDEX (PRIMARY)"
	}
	separator := " WHERE "
	for _, condition := range append(conditions, d.opts.condition(o.name, d.db.TablePrefix)) {
		if condition != "" {
			from += separator + condition
			separator = " AND "
		}
	}
	return from
}

// warnLongest warns of a statement that the source server itself would reject.
func (d *Dump) warnLongest(o *object, longest int64) {
	if longest > d.server.MaxPacket {
		d.warn(o.String(), fmt.Sprintf("a row makes a statement of %d bytes, more than the server's max_allowed_packet of %d; a restore needs a larger one on both sides",
			longest, d.server.MaxPacket))
	}
}

// writeSequence writes a sequence with its state.
func (d *Dump) writeSequence(ctx context.Context, c *mysql.Conn, t *text, o *object) error {
	row, err := c.Row(ctx, "SHOW CREATE SEQUENCE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return changed(err)
	}
	state, err := c.Row(ctx, "SELECT * FROM "+sqltext.Ident(o.name), 1)
	if err != nil {
		return changed(err)
	}
	values := make([]string, len(state))
	for i, v := range state {
		values[i] = v.Text
	}
	return t.raw("DROP SEQUENCE IF EXISTS ", sqltext.Ident(o.name), ";\n", row[1].Text, ";\n",
		"INSERT INTO ", sqltext.Ident(o.name), " VALUES (", strings.Join(values, ","), ");\n")
}

// changed wraps errors that mean that the site has changed the table meanwhile.
func changed(err error) error {
	switch mysql.ErrorNumber(err) {
	case mysql.TableChanged, mysql.NoSuchTable, mysql.LockTimeout: // the last while an ALTER TABLE runs
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}
