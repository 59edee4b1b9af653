package dump

import (
	"context"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// hasHistory reports whether the old versions of a table's rows are dumped and can be
// restored.
func (d *Dump) hasHistory(o *object) bool {
	return o.versioned && !o.byTransaction && d.target.HasHistory()
}

// whyNoHistory returns why hasHistory is false for a system-versioned table.
func (d *Dump) whyNoHistory(o *object) string {
	if o.byTransaction {
		return "it is kept by transaction IDs, which no server accepts in INSERTs"
	}
	return "the target server accepts no history in INSERTs"
}

// endsOfTime are the greatest values of TIMESTAMP: before MariaDB 11.5, and since then.
const endsOfTime = "'2038-01-19 03:14:07.999999','2106-02-07 06:28:15.999999'"

// writeHistory writes a table's current rows and their old versions.
func (d *Dump) writeHistory(ctx context.Context, c *mysql.Conn, t *text, o *object, columns []column) (int64, error) {
	var own []column
	var start, end string
	for _, col := range columns {
		switch col.period {
		case "ROW START":
			start = sqltext.Ident(col.name)
		case "ROW END":
			end = sqltext.Ident(col.name)
		default:
			own = append(own, col)
		}
	}
	var rows int64
	empty, ended := start+">="+end, start+"<"+end+" AND "+end+" NOT IN ("+endsOfTime+")"
	some, err := c.Strings(ctx, "SELECT 1"+d.source(o, empty)+" LIMIT 1")
	if err != nil {
		return 0, changed(err)
	}
	if len(some) > 0 {
		if rows, err = d.writeEmptyPeriods(ctx, c, t, o, own, "SELECT UNIX_TIMESTAMP("+start+")", d.source(o, empty)); err != nil {
			return rows, err
		}
	}
	if err := t.raw("/*M!101100 SET system_versioning_insert_history=1 */;\n"); err != nil {
		return rows, err
	}
	more, err := d.writeRows(ctx, c, t, o, columns, ended)
	rows += more
	if err == nil { // current rows, whose end is one of endsOfTime
		begun := slices.DeleteFunc(columns, func(c column) bool { return c.period == "ROW END" })
		more, err = d.writeRows(ctx, c, t, o, begun, end+" IN ("+endsOfTime+")")
		rows += more
	}
	if endErr := t.raw("/*M!101100 SET system_versioning_insert_history=0 */;\n"); endErr != nil {
		return rows, endErr
	}
	return rows, err
}

// writeEmptyPeriods writes row versions whose end is equal to their start. The server rejects
// these in INSERTs. So the dump inserts each row and deletes it again, both at that time, while
// the table is still empty.
func (d *Dump) writeEmptyPeriods(ctx context.Context, c *mysql.Conn, t *text, o *object, columns []column, query, from string) (int64, error) {
	for _, col := range columns {
		query += "," + col.source
	}
	w := newInserts(t, o.name, columns, d.server.MaxPacket)
	err := c.Query(ctx, query+from, func(row []byte) error {
		when, row, _, err := mysql.Value(row)
		if err != nil {
			return err
		}
		number := column{form: formBare}
		if err := t.raw("SET timestamp=", string(number.appendValue(nil, when)), ";\n"); err != nil {
			return err
		}
		if err := w.row(row); err != nil {
			return err
		}
		if err := w.end(); err != nil {
			return err
		}
		return t.raw("DELETE FROM ", sqltext.Ident(o.name), " LIMIT 1;\n") // it is the only row; some servers require a LIMIT
	})
	d.warnLongest(o, w.longest)
	if endErr := t.raw("SET timestamp=DEFAULT;\n"); endErr != nil {
		return w.rows, endErr
	}
	return w.rows, changed(err)
}
