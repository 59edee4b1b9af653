package dump

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A form says how the values of a column are written.
type form uint8

const (
	formBare    form = iota // a number, as the server writes it
	formFloat               // a number; negative zero is quoted
	formText                // in quotes, escaped; the bytes are UTF-8
	formCharset             // as formText if ASCII; otherwise also preceded by the column's character set
	formWide                // a character set that is not a superset of ASCII: hexadecimal
	formBinary              // escaped bytes, always preceded by the introducer
	formHex                 // hexadecimal bytes
)

// A column is a column of a table that its INSERT statements list.
type column struct {
	name       string
	source     string // the expression to select
	form       form
	introducer string // precedes a literal that is neither ASCII nor UTF-8
	json       bool   // it has MySQL's type JSON
	period     string // in a history: ROW START or ROW END, if the column is one of the two
}

// columnsOf returns the columns of a table that hold values of their own, from the rows of
// describe. withHistory includes the period of system-versioned rows.
func columnsOf(rows [][]mysql.Cell, withHistory bool) ([]column, error) {
	if len(rows) == 0 {
		return nil, &damage{errors.New("the server does not list its columns"), false}
	}
	columns := []column{} // not nil, even if all columns are generated
	explicit := false
	for _, r := range rows {
		extra := strings.ToUpper(r[4].Text)
		if r[5].Text == "ROW START" || r[5].Text == "ROW END" {
			if !withHistory {
				continue
			}
			explicit = true
		} else if r[3].Text == "ALWAYS" || isGenerated(extra) {
			continue
		}
		if err := sqltext.CheckPlain(r[2].Text); err != nil {
			return nil, fmt.Errorf("%w: %w", errRefused, err)
		}
		col := newColumn(r[0].Text, strings.ToLower(r[1].Text), strings.ToLower(r[2].Text))
		if strings.HasPrefix(r[5].Text, "ROW ") {
			col.period = r[5].Text
		}
		columns = append(columns, col)
	}
	if withHistory && !explicit {
		start, end := newColumn("row_start", "timestamp", ""), newColumn("row_end", "timestamp", "")
		start.period, end.period = "ROW START", "ROW END"
		columns = append(columns, start, end)
	}
	return columns, nil
}

// isGenerated reports whether the value of EXTRA marks a generated column.
// DEFAULT_GENERATED does not: it marks a default.
func isGenerated(extra string) bool {
	for _, kind := range []string{"VIRTUAL", "STORED", "PERSISTENT"} {
		if strings.Contains(extra, kind+" GENERATED") || extra == kind {
			return true
		}
	}
	return false
}

// newColumn chooses how to read and write the values of a column.
func newColumn(name, kind, charset string) column {
	c := column{name: name, source: sqltext.Ident(name)}
	switch kind {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "numeric", "year", "boolean", "bool", "integer":
		c.form = formBare
	case "float", "double", "real":
		c.form, c.source = formFloat, c.source+"*1e0" // as text, a FLOAT would be rounded to six digits
	case "enum", "set": // by number: '' may be a member or an error, and members may differ only in case
		c.form, c.source = formBare, "CAST("+c.source+" AS UNSIGNED)"
	case "date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6":
		c.form = formText
	case "bit":
		c.form = formHex
	case "json":
		c.form, c.json = formText, true
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
		c.form, c.introducer = textForm(charset)
	default: // binary, blobs, geometries, vectors, and types of later servers
		c.form, c.introducer = formBinary, "_binary"
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
	case "sjis", "latin2": // converting text changes the backslash in sjis, and 0x7f in latin2 with the Czech collation
		return formBinary, "_" + charset
	case "", "binary":
		return formBinary, "_binary"
	}
	return formCharset, "_" + charset
}
