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
	if err := t.printf("\n--\n-- %s\n--\n\n", o); err != nil {
		return err
	}
	var rows int64
	var err error
	if s := d.stored[o.name]; s != nil {
		rows = s.rows
		_, err = io.Copy(t, d.spool.section(s.from, s.to))
	} else {
		rows, err = d.writeSteady(ctx, t, o)
	}
	if err != nil {
		return err
	}
	d.report.Rows += rows
	d.report.Tables = append(d.report.Tables, Table{
		Name: o.name, Kind: o.kind.String(), Engine: o.engine, Rows: rows, Bytes: t.size() - from,
	})
	return nil
}

// writeSteady writes from the snapshot. The savepoint lets go of the table's
// metadata lock as soon as it is written.
func (d *Dump) writeSteady(ctx context.Context, t *text, o *object) (rows int64, err error) {
	if err := d.main.exec(ctx, "SAVEPOINT t"); err != nil {
		return 0, err
	}
	if o.kind == kindSequence {
		err = d.writeSequence(ctx, d.main, t, o)
	} else {
		rows, err = d.writeTable(ctx, d.main, t, o)
	}
	if err != nil {
		return rows, err
	}
	return rows, d.main.exec(ctx, "ROLLBACK TO SAVEPOINT t")
}

// writeTable writes a table's definition and rows.
func (d *Dump) writeTable(ctx context.Context, c *conn, t *text, o *object) (int64, error) {
	withRows := !o.rowless && !o.noData
	if withRows { // from here on nobody changes the definition
		if err := c.exec(ctx, "SELECT 1 FROM "+ident(o.name)+" LIMIT 0"); err != nil {
			return 0, changed(err)
		}
	}
	row, err := c.one(ctx, "SHOW CREATE TABLE "+ident(o.name))
	if err != nil {
		return 0, changed(err)
	}
	create, err := d.definition(ctx, c, o, row[1].s)
	if err != nil {
		return 0, changed(err)
	}
	if err := t.raw("DROP TABLE IF EXISTS ", ident(o.name), ";\n", create, ";\n"); err != nil || !withRows {
		return 0, err
	}
	history := o.versioned && d.server.number >= 101100
	columns, err := c.columnsOf(ctx, d.server, o.name, history)
	if err != nil {
		return 0, err
	}
	if history {
		if err := t.raw("/*M!101100 SET system_versioning_insert_history=1 */;\n"); err != nil {
			return 0, err
		}
	}
	rows, err := d.writeRows(ctx, c, t, o, columns, history)
	if err == nil && history {
		err = t.raw("/*M!101100 SET system_versioning_insert_history=0 */;\n")
	}
	return rows, err
}

// definition is a table's CREATE statement, made fit for another database.
func (d *Dump) definition(ctx context.Context, c *conn, o *object, create string) (string, error) {
	if !o.noData && !o.rowless {
		var err error
		if create, err = d.spellOut(ctx, c, o, create); err != nil {
			return "", err
		}
	}
	if strings.Contains(create, ident(d.db.Name)+".") {
		create = join(unqualify((dialect{}).tokens(create), d.db.Name, "", d.listed))
	}
	return d.adaptTable(o, create), nil
}

// writeRows writes a table's rows.
func (d *Dump) writeRows(ctx context.Context, c *conn, t *text, o *object, columns []column, history bool) (int64, error) {
	if len(columns) == 0 {
		return 0, fmt.Errorf("it has no column with values of its own")
	}
	sources := make([]string, len(columns))
	for i, col := range columns {
		sources[i] = col.source
	}
	query := "SELECT " + strings.Join(sources, ",") + " FROM " + ident(o.name)
	if history {
		query += " FOR SYSTEM_TIME ALL"
	}
	condition := d.opts.condition(o.name, d.db.TablePrefix)
	if condition != "" {
		query += " WHERE " + condition
	}
	w := newInserts(t, o.name, columns, d.server.maxPacket)
	if err := c.query(ctx, query, w.row); err != nil {
		return w.rows, changed(err)
	}
	if err := w.end(); err != nil {
		return w.rows, err
	}
	if w.rows == 0 && o.filled && o.steady && condition == "" {
		return 0, fmt.Errorf("%w: it had rows when the dump began and has none now", ErrChanged)
	}
	if w.longest > d.server.maxPacket {
		d.warn(o.String(), fmt.Sprintf("a row makes a statement of %d bytes, more than the server's max_allowed_packet of %d; a restore needs a larger one on both sides",
			w.longest, d.server.maxPacket))
	}
	return w.rows, nil
}

// writeSequence writes a sequence as it stands.
func (d *Dump) writeSequence(ctx context.Context, c *conn, t *text, o *object) error {
	row, err := c.one(ctx, "SHOW CREATE SEQUENCE "+ident(o.name))
	if err != nil {
		return changed(err)
	}
	state, err := c.one(ctx, "SELECT * FROM "+ident(o.name))
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
	case errChangedTable, errNoTable:
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}
