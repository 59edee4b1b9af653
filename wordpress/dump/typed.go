package dump

import (
	"context"
	"strings"
)

// typedJSON are the types that MySQL's JSON has and its text does not tell.
const typedJSON = "('DECIMAL','UNSIGNED INTEGER','DATE','TIME','DATETIME','TIMESTAMP','BLOB','BIT','OPAQUE')"

// Where values lie in a JSON document below its root: in objects, and in arrays.
const (
	inObjects = "'$**.*'"
	inArrays  = "'$**[*]'"
)

// typedCondition is the condition for rows that hold JSON with such types; "" if no
// column can.
func (d *Dump) typedCondition(columns []column) string {
	if d.server.maria || d.server.number < 80004 || d.foreign() {
		return ""
	}
	var parts []string
	for _, c := range columns {
		if !c.json {
			continue
		}
		parts = append(parts, "JSON_TYPE("+c.source+") IN "+typedJSON)
		for _, path := range []string{inObjects, inArrays} {
			parts = append(parts, "EXISTS(SELECT 1 FROM JSON_TABLE("+c.source+","+path+" COLUMNS(v JSON PATH '$')) k WHERE JSON_TYPE(v) IN "+typedJSON+")")
		}
	}
	return strings.Join(parts, " OR ")
}

// writeTyped writes the rows that hold such JSON, each by its own INSERT.
func (d *Dump) writeTyped(ctx context.Context, c *conn, t *text, o *object, columns []column, from string) (rows int64, err error) {
	var sources []string
	for _, col := range columns {
		sources = append(sources, col.source)
		if col.json {
			sources = append(sources, "JSON_TYPE("+col.source+")", typesAt(col.source, inObjects), typesAt(col.source, inArrays))
		}
	}
	w := newInserts(t, o.name, columns, d.server.maxPacket)
	lost := map[string]bool{}
	err = c.query(ctx, "SELECT "+strings.Join(sources, ",")+from, func(row []byte) error {
		w.rows++
		begun := t.size()
		before := string(w.head) + "("
		for i := range columns {
			var b []byte
			if b, row, err = d.typedValue(&columns[i], row, lost); err != nil {
				return err
			}
			if err := t.raw(before, string(b)); err != nil {
				return err
			}
			before = ","
		}
		err := t.raw(");\n")
		w.longest = max(w.longest, t.size()-begun)
		return err
	})
	for name := range lost {
		d.warn(o.String(), "values in column "+ident(printable(name))+" have types that no statement makes, such as a TINYBLOB inside of JSON, and come back as strings")
	}
	d.warnLongest(o, w.longest)
	return w.rows, err
}

func typesAt(source, path string) string {
	return "(SELECT JSON_ARRAYAGG(JSON_TYPE(v)) FROM JSON_TABLE(" + source + "," + path + " COLUMNS(v JSON PATH '$')) k)"
}

// typedValue reads a column's value, and what is known of its types, off a row, and
// makes SQL of it. It notes in lost the columns of which types are lost.
func (d *Dump) typedValue(c *column, row []byte, lost map[string]bool) (sql, rest []byte, err error) {
	v, rest, null, err := value(row)
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
		if t, rest, _, err = value(rest); err != nil {
			return nil, nil, err
		}
		types[i] = string(t)
	}
	if null {
		return sql, rest, nil
	}
	all := false
	if doc, err := readJSON(v, types[0], types[1], types[2]); err == nil { // else the text is better than nothing
		var expression string
		expression, all = doc.root()
		sql = []byte(expression)
	}
	if !all {
		lost[c.name] = true
	}
	return sql, rest, nil
}

// anyTyped tells whether there are rows that hold such JSON. What calls itself MySQL
// may not know how to tell.
func (d *Dump) anyTyped(ctx context.Context, c *conn, o *object, within, typed string) (bool, error) {
	if typed == "" {
		return false, nil
	}
	some, err := c.strings(ctx, "SELECT 1"+d.source(o, within, "("+typed+") IS TRUE")+" LIMIT 1")
	if number(err) == errSyntax || number(err) == errBadTable {
		d.warn(o.String(), "the server does not tell the types inside of JSON: those that its text does not have are lost")
		return false, nil
	}
	return len(some) > 0, changed(err)
}
