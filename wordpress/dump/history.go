package dump

import "context"

// writeHistory writes a table's rows, current ones and those of the past.
func (d *Dump) writeHistory(ctx context.Context, c *conn, t *text, o *object, columns []column) (int64, error) {
	var own []column
	var start, end string
	for _, col := range columns {
		switch col.period {
		case "ROW START":
			start = ident(col.name)
		case "ROW END":
			end = ident(col.name)
		default:
			own = append(own, col)
		}
	}
	instants, lasting, rows := start+">="+end, start+"<"+end, int64(0)
	some, err := c.strings(ctx, "SELECT 1"+d.source(o, instants)+" LIMIT 1")
	if err != nil {
		return 0, changed(err)
	}
	if len(some) == 0 {
		lasting = ""
	} else if rows, err = d.writeInstants(ctx, c, t, o, own, "SELECT UNIX_TIMESTAMP("+start+")", d.source(o, instants)); err != nil {
		return rows, err
	}
	if err := t.raw("/*M!101100 SET system_versioning_insert_history=1 */;\n"); err != nil {
		return rows, err
	}
	more, err := d.writeRows(ctx, c, t, o, columns, lasting)
	if err == nil {
		err = t.raw("/*M!101100 SET system_versioning_insert_history=0 */;\n")
	}
	return rows + more, err
}

// writeInstants writes the rows of the past that ended when they began. The server
// takes none such, so that they have to be made as they once were, while the table is
// still empty.
func (d *Dump) writeInstants(ctx context.Context, c *conn, t *text, o *object, columns []column, query, from string) (int64, error) {
	for _, col := range columns {
		query += "," + col.source
	}
	w := newInserts(t, o.name, columns, d.server.maxPacket)
	err := c.query(ctx, query+from, func(row []byte) error {
		when, row, _, err := value(row)
		if err != nil {
			return err
		}
		if err := t.raw("SET timestamp=", string(when), ";\n"); err != nil {
			return err
		}
		if err := w.row(row); err != nil {
			return err
		}
		if err := w.end(); err != nil {
			return err
		}
		return t.raw("DELETE FROM ", ident(o.name), " LIMIT 1;\n") // there is no other; some servers want a limit
	})
	if err != nil {
		return w.rows, changed(err)
	}
	d.warnLongest(o, w.longest)
	return w.rows, t.raw("SET timestamp=DEFAULT;\n")
}
