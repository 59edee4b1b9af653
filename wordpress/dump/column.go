package dump

import (
	"context"
	"fmt"
	"strings"
)

// A form is how the values of a column are written.
type form uint8

const (
	formBare    form = iota // digits, as the server writes them
	formFloat               // digits, but quoted when negative zero
	formQuoted              // in quotes; nothing in it needs escaping
	formText                // in quotes, escaped; the bytes are UTF-8
	formCharset             // as formText while ASCII, else with the column's character set before it
	formWide                // a character set that is no superset of ASCII: hexadecimal
	formBinary              // bytes, escaped, always with what goes before them
	formHex                 // bytes, hexadecimal
)

// A column is one that takes part in a table's INSERTs.
type column struct {
	name   string
	source string // what to select
	form   form
	intro  string // what goes before a literal that is not plain ASCII or UTF-8
	json   bool   // it holds MySQL's JSON
	period string // of a history: ROW START or ROW END, if it is one of these
}

// columns reads which columns of a table hold values of their own. A table with a
// history brings its rows' period along.
func (c *conn) columnsOf(ctx context.Context, srv server, o *object, versioned bool) ([]column, error) {
	generated := "'', EXTRA, ''"
	if srv.maria && srv.number >= 100205 {
		generated = "IS_GENERATED, EXTRA, GENERATION_EXPRESSION"
	}
	rows, err := c.table(ctx, "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_SET_NAME, COLUMN_TYPE, "+generated+
		" FROM information_schema.COLUMNS WHERE "+thisTable(o.name)+
		" ORDER BY ORDINAL_POSITION", 7)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("read the columns of %s: none are visible", printable(o.name))
	}
	columns := []column{} // maybe none, if all are generated
	explicit := false
	for _, r := range rows {
		extra := strings.ToUpper(r[5].s)
		if r[6].s == "ROW START" || r[6].s == "ROW END" {
			if !versioned {
				continue
			}
			explicit = true
		} else if r[4].s == "ALWAYS" || isGenerated(extra) {
			continue
		}
		c := newColumn(r[0].s, strings.ToLower(r[1].s), strings.ToLower(r[2].s))
		if strings.HasPrefix(r[6].s, "ROW ") {
			c.period = r[6].s
		}
		columns = append(columns, c)
	}
	if versioned && !explicit {
		start, end := newColumn("row_start", "timestamp", ""), newColumn("row_end", "timestamp", "")
		start.period, end.period = "ROW START", "ROW END"
		columns = append(columns, start, end)
	}
	return columns, nil
}

// isGenerated reads it from EXTRA; DEFAULT_GENERATED is a default, not a generated column.
func isGenerated(extra string) bool {
	for _, kind := range []string{"VIRTUAL", "STORED", "PERSISTENT"} {
		if strings.Contains(extra, kind+" GENERATED") || extra == kind {
			return true
		}
	}
	return false
}

// newColumn chooses how to read and to write the values of a column.
func newColumn(name, kind, charset string) column {
	c := column{name: name, source: ident(name)}
	switch kind {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "numeric", "year", "boolean", "bool", "integer":
		c.form = formBare
	case "float", "double", "real":
		c.form, c.source = formFloat, c.source+"*1e0" // text would lose what a FLOAT has beyond six digits
	case "enum", "set": // by number: '' may be a member or an error, and members may differ in case only
		c.form, c.source = formBare, "CAST("+c.source+" AS UNSIGNED)"
	case "date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6":
		c.form = formQuoted
	case "bit":
		c.form = formHex
	case "json":
		c.form, c.json = formText, true
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
		c.form, c.intro = textForm(charset)
	default: // binary, blobs, geometries, vectors, and what is yet to come
		c.form, c.intro = formBinary, "_binary"
	}
	return c
}

func textForm(charset string) (form, string) {
	switch charset {
	case "utf8mb4", "utf8mb3", "utf8", "ascii":
		return formText, ""
	case "ucs2", "utf16", "utf16le", "utf32":
		return formWide, "_" + charset + " "
	case "swe7":
		return formWide, "_swe7 "
	case "sjis", "latin2": // text to them makes other bytes of their backslash, and in the Czech collation of 0x7f
		return formBinary, "_" + charset
	case "", "binary":
		return formBinary, "_binary"
	}
	return formCharset, "_" + charset
}
