package dump

import (
	"context"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// hiddenJSONTypes are the types of MySQL's JSON that are not visible in its text.
const hiddenJSONTypes = "('DECIMAL','UNSIGNED INTEGER','DATE','TIME','DATETIME','TIMESTAMP','BLOB','BIT','OPAQUE')"

// Paths to the values in a JSON document below its root: in objects, and in arrays.
const (
	inObjects = "'$**.*'"
	inArrays  = "'$**[*]'"
)

// hiddenTypesCondition returns the condition for rows with such types in their JSON;
// "" if no column can have them.
func (d *Dump) hiddenTypesCondition(columns []column) string {
	if d.server.MariaDB || d.server.Number < 80004 || d.adapter != "" {
		return ""
	}
	var parts []string
	for _, c := range columns {
		if !c.json {
			continue
		}
		parts = append(parts, "JSON_TYPE("+c.source+") IN "+hiddenJSONTypes)
		for _, path := range []string{inObjects, inArrays} {
			parts = append(parts, "EXISTS(SELECT 1 FROM JSON_TABLE("+c.source+","+path+" COLUMNS(v JSON PATH '$')) k WHERE JSON_TYPE(v) IN "+hiddenJSONTypes+")")
		}
	}
	return strings.Join(parts, " OR ")
}

// hasHiddenTypes reports whether rows fulfil the condition. Some servers that call
// themselves MySQL cannot evaluate it.
func (d *Dump) hasHiddenTypes(ctx context.Context, c *mysql.Conn, o *object, within, condition string) (bool, error) {
	if condition == "" {
		return false, nil
	}
	some, err := c.Strings(ctx, "SELECT 1"+d.source(o, within, "("+condition+") IS TRUE")+" LIMIT 1")
	if n := mysql.ErrorNumber(err); n == mysql.SyntaxError || n == mysql.UnknownQueryTable {
		d.warn(o.String(), "the server does not show the types inside JSON: those that its text does not show are lost")
		return false, nil
	}
	return len(some) > 0, changed(err)
}

// writeHiddenTypes writes the rows with such types in their JSON, each by its own
// INSERT.
func (d *Dump) writeHiddenTypes(ctx context.Context, c *mysql.Conn, t *text, o *object, columns []column, from string) (rows int64, err error) {
	var sources []string
	for _, col := range columns {
		sources = append(sources, col.source)
		if col.json {
			sources = append(sources, "JSON_TYPE("+col.source+")", typesAt(col.source, inObjects), typesAt(col.source, inArrays))
		}
	}
	w := newInserts(t, o.name, columns, d.server.MaxPacket)
	lost := map[string]bool{}
	err = c.Query(ctx, "SELECT "+strings.Join(sources, ",")+from, func(row []byte) error {
		w.rows++
		begun := t.size()
		separator := string(w.head) + "("
		for i := range columns {
			var b []byte
			if b, row, err = jsonOrValue(&columns[i], row, lost); err != nil {
				return err
			}
			if err := t.raw(separator, string(b)); err != nil {
				return err
			}
			separator = ","
		}
		err := t.raw(");\n")
		w.longest = max(w.longest, t.size()-begun)
		return err
	})
	for name := range lost {
		d.warn(o.String(), "values in column "+sqltext.Ident(sqltext.DisplayName(name))+" have types that no SQL expression has, such as TINYBLOB inside JSON; they are restored as strings")
	}
	d.warnLongest(o, w.longest)
	return w.rows, err
}

func typesAt(source, path string) string {
	return "(SELECT JSON_ARRAYAGG(JSON_TYPE(v)) FROM JSON_TABLE(" + source + "," + path + " COLUMNS(v JSON PATH '$')) k)"
}

// jsonOrValue reads a column's value, and the types inside it, from a row and returns
// it as SQL. It adds to lost the columns whose types cannot be kept.
func jsonOrValue(c *column, row []byte, lost map[string]bool) (sql, rest []byte, err error) {
	v, rest, null, err := mysql.Value(row)
	if err != nil {
		return nil, nil, err
	}
	sql = []byte("NULL")
	if !null {
		sql = c.appendValue(nil, v)
	}
	if !c.json {
		return sql, rest, nil
	}
	var types [3]string
	for i := range types {
		var t []byte
		if t, rest, _, err = mysql.Value(rest); err != nil {
			return nil, nil, err
		}
		types[i] = string(t)
	}
	if null {
		return sql, rest, nil
	}
	exact := false
	if doc, err := readJSON(v, types[0], types[1], types[2]); err == nil { // otherwise the text is used
		var expression string
		expression, exact = doc.document()
		sql = []byte(expression)
	}
	if !exact {
		lost[c.name] = true
	}
	return sql, rest, nil
}
