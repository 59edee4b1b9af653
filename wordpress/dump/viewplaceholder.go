package dump

import (
	"context"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A view is created up to three times: first as a stand-in, which has its columns and
// uses no table; then, if other views use it, as a placeholder, which has its query
// but no definer; finally as itself.

// readStandIn builds the stand-in of a view. Its columns have the same character sets,
// since the query of another view may depend on these.
func (d *Dump) readStandIn(ctx context.Context, c *mysql.Conn, v *view) error {
	rows, err := c.Rows(ctx, "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, DATA_TYPE FROM information_schema.COLUMNS "+
		"WHERE "+ofTable(v.object.name)+" ORDER BY ORDINAL_POSITION", 4)
	if err != nil || len(rows) == 0 {
		return err
	}
	var columns []string
	for _, r := range rows {
		if err := sqltext.CheckPlain(r[1].Text, r[2].Text); err != nil {
			return err
		}
		columns = append(columns, d.standInValue(strings.ToLower(r[3].Text), r[2].Text, r[1].Text)+" AS "+sqltext.Ident(r[0].Text))
	}
	v.standIn = "CREATE SQL SECURITY INVOKER VIEW " + sqltext.Ident(v.object.name) + " AS SELECT " + strings.Join(columns, ", ")
	return nil
}

// standInValue returns a value of a column's type: when a server creates a view, it
// checks that expressions fit the types of the columns they use.
func (d *Dump) standInValue(kind, charset, collation string) string {
	switch kind {
	case "json":
		return "'{}'"
	case "date", "datetime", "timestamp":
		return "CAST(NULL AS DATETIME)"
	case "time":
		return "CAST(NULL AS TIME)"
	case "float", "double":
		return "1e0"
	case "bit":
		return "b'1'"
	case "uuid", "inet6", "inet4", "vector":
		return d.target.StandIn(kind)
	case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return "ST_GeomFromText('POINT(0 0)')"
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return "CAST('' AS BINARY)"
	}
	if collation != "" {
		return "CONVERT('' USING " + d.target.Charset(charset) + ") COLLATE " + d.target.Collation(collation)
	}
	return "1"
}

// writeStandIns writes the stand-ins of all views.
func (d *Dump) writeStandIns(t *text) error {
	for _, v := range d.views {
		if err := t.raw("DROP VIEW IF EXISTS ", sqltext.Ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if v.broken == "" && v.standIn != "" {
			if err := t.raw(v.standIn, ";\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// writePlaceholders writes the placeholders of the views that others use. A server
// decides when it creates a view whether it is updatable, by the views that it uses,
// and stand-ins are not updatable. Placeholders have no definer, since the definer's
// account may not exist any more.
func (d *Dump) writePlaceholders(t *text) error {
	used := map[*view]bool{}
	for _, v := range d.views {
		for _, u := range v.views {
			used[u] = used[u] || v.broken == "" && u.broken == ""
		}
	}
	for i := len(d.views) - 1; i >= 0; i-- { // each after those that it uses
		v := d.views[i]
		if !used[v] {
			continue
		}
		create := sqltext.InvokerView(v.create)
		if err := t.raw("DROP VIEW IF EXISTS ", sqltext.Ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if err := d.writeStatement(t, v.statement(create)); err != nil {
			return err
		}
	}
	return nil
}
