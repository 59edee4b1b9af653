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
	return d.endObject(t, o, from, rows, err)
}

func (d *Dump) writeTitle(t *text, o *object) error {
	return t.printf("\n--\n-- %s\n--\n\n", o)
}

// count adds an object to the report. If the table had rows before the snapshot but has none in
// it, it returns ErrChanged: the table was truncated, since deleted rows would still be in the
// snapshot.
func (d *Dump) count(o *object, rows, bytes int64) error {
	if rows == 0 && o.filled && o.transactional && d.selection.condition(o.name) == "" {
		return fmt.Errorf("dump %s: %w: it had rows when the dump began and has none now", o, ErrChanged)
	}
	d.report.add(Table{Name: o.name, Kind: o.kind.String(), Engine: o.engine, Rows: rows, Bytes: bytes})
	return nil
}

// writeBody writes an object. It reads from c, which has the snapshot, or from the spool.
func (d *Dump) writeBody(ctx context.Context, c *mysql.Conn, t *text, o *object) (rows int64, err error) {
	if s := d.stored[o.name]; s != nil {
		if _, err = io.Copy(t, d.spool.section(s.from, s.to)); err == nil {
			err = s.err
		}
		return s.rows, err
	}
	return readAtSavepoint(ctx, c, func() (int64, error) {
		if o.kind == kindSequence {
			return 0, damaged(d.writeSequence(ctx, c, t, o), false)
		}
		return d.writeTable(ctx, c, t, o)
	})
}

// writeTable writes a table's definition and rows. If it returns a damage, the text ends after a
// complete statement.
func (d *Dump) writeTable(ctx context.Context, c *mysql.Conn, t *text, o *object) (int64, error) {
	ddl, columns, err := d.readTable(ctx, c, o)
	if err != nil {
		return 0, damaged(err, false)
	}
	if err := t.raw(ddl); err != nil || columns == nil {
		return 0, err
	}
	if !d.hasHistory(o) {
		if o.versioned {
			d.warn(o.String(), "the history of its rows is left out, since "+d.whyNoHistory(o))
		}
		rows, err := d.writeRows(ctx, c, t, o, columns, "")
		return rows, damaged(err, true)
	}
	rows, err := d.writeHistory(ctx, c, t, o, columns)
	return rows, damaged(err, true)
}

// writeRows writes a table's rows, or the rows of one range.
func (d *Dump) writeRows(ctx context.Context, c *mysql.Conn, t *text, o *object, columns []column, within string) (int64, error) {
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
	err = c.Query(ctx, "SELECT "+sources(columns)+d.source(o, within, visible), w.row)
	if endErr := w.end(); endErr != nil { // rows are complete, so the statement can be ended even after an error of the server
		return w.rows, endErr
	}
	if err != nil {
		return w.rows, changed(err)
	}
	d.warnLongest(o, w.longest)
	if !some {
		return w.rows, nil
	}
	rows, err := d.writeHiddenTypes(ctx, c, t, o, columns, d.source(o, within, "("+hidden+") IS TRUE"))
	return w.rows + rows, changed(err)
}

// source returns the FROM and WHERE clauses for the rows that match all conditions.
func (d *Dump) source(o *object, conditions ...string) string {
	from := " FROM " + sqltext.Ident(o.name)
	switch {
	case d.hasHistory(o):
		from += " FOR SYSTEM_TIME ALL"
	case o.ordered: // otherwise the server may choose another index, and return another order
		from += " FORCE INDEX (PRIMARY)"
	}
	separator := " WHERE "
	for _, condition := range append(conditions, d.selection.condition(o.name)) {
		if condition != "" {
			from += separator + condition
			separator = " AND "
		}
	}
	return from
}

// sources returns the list of expressions to select for columns.
func sources(columns []column) string {
	if len(columns) == 0 { // all columns are generated: only the number of rows matters
		return "1"
	}
	list := make([]string, len(columns))
	for i, col := range columns {
		list[i] = col.source
	}
	return strings.Join(list, ",")
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
	if err := d.checkDefinition(sqltext.Definition{Kind: "SEQUENCE", Name: o.name}, row[1].Text); err != nil {
		return err
	}
	number := column{form: formBare}
	values := make([]string, len(state))
	for i, v := range state {
		values[i] = string(number.appendValue(nil, []byte(v.Text)))
	}
	create, values := d.target.Sequence(row[1].Text, values)
	return t.raw("DROP SEQUENCE IF EXISTS ", sqltext.Ident(o.name), ";\n", create, ";\n",
		"INSERT INTO ", sqltext.Ident(o.name), " VALUES (", strings.Join(values, ","), ");\n")
}
