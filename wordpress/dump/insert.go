package dump

import (
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

const (
	statementSize = 1_000_000 // approximate length of an INSERT, in bytes
	slackPerValue = 32        // maximum bytes for the quotes, introducer and comma of a value
	pieceSize     = 64 << 10  // bytes of a long value that are escaped at once
)

// inserts writes rows, encoded as in the protocol, as INSERT statements.
type inserts struct {
	out     *text
	head    []byte // INSERT INTO … VALUES
	columns []column
	limit   int64 // maximum length of a statement in bytes, if its rows allow that
	begun   int64 // position where the open statement begins; -1 if none is open
	rows    int64
	longest int64 // length of the longest statement in bytes
}

func newInserts(out *text, table string, columns []column, maxPacket int64) *inserts {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = sqltext.Ident(c.name)
	}
	head := fmt.Sprintf("INSERT INTO %s (%s) VALUES\n", sqltext.Ident(table), strings.Join(names, ","))
	limit := int64(statementSize)
	if room := maxPacket - 1024; maxPacket > 0 && room < limit {
		limit = max(room, 1)
	}
	return &inserts{out: out, head: []byte(head), columns: columns, limit: limit, begun: -1}
}

// row writes one row. It returns an error if the row does not have the selected columns.
func (w *inserts) row(row []byte) error {
	worst := 2*len(row) + slackPerValue*len(w.columns) + 16
	if w.begun >= 0 && w.out.size()-w.begun+int64(worst) > w.limit {
		if err := w.end(); err != nil {
			return err
		}
	}
	if w.begun < 0 {
		w.begun = w.out.size()
		if _, err := w.out.Write(w.head); err != nil {
			return err
		}
	} else if err := w.out.raw(",\n"); err != nil {
		return err
	}
	w.rows++
	if len(w.columns) == 0 {
		return w.out.raw("()")
	}
	if worst > blockSize {
		return w.longRow(row)
	}
	if err := w.out.reserve(worst); err != nil {
		return err
	}
	b := append(w.out.block, '(')
	for i := range w.columns {
		v, rest, null, err := mysql.Value(row)
		if err != nil {
			return err
		}
		if row = rest; null {
			b = append(b, "NULL,"...)
			continue
		}
		b = append(w.columns[i].appendValue(b, v), ',')
	}
	b[len(b)-1] = ')'
	w.out.block = b
	return checkRest(row)
}

// longRow writes a row that is too long for one block. It writes value by value, and long
// values in pieces.
func (w *inserts) longRow(row []byte) error {
	separator := "("
	for i := range w.columns {
		if err := w.out.raw(separator); err != nil {
			return err
		}
		separator = ","
		v, rest, null, err := mysql.Value(row)
		if err != nil {
			return err
		}
		if row = rest; null {
			err = w.out.raw("NULL")
		} else {
			err = w.longValue(&w.columns[i], v)
		}
		if err != nil {
			return err
		}
	}
	if err := w.out.raw(")"); err != nil {
		return err
	}
	return checkRest(row)
}

func (w *inserts) longValue(c *column, v []byte) error {
	if len(v) <= pieceSize {
		if err := w.out.reserve(2*len(v) + slackPerValue); err != nil {
			return err
		}
		w.out.block = c.appendValue(w.out.block, v)
		return nil
	}
	encode, open, end := sqltext.AppendEscaped, "'", "'"
	switch {
	case c.form == formBinary, c.form == formCharset && !sqltext.IsASCII(v):
		open = c.introducer + "'"
	case c.form == formHex, c.form == formWide:
		encode, open, end = sqltext.AppendHex, c.introducer+"0x", ""
	}
	if err := w.out.raw(open); err != nil {
		return err
	}
	for len(v) > 0 {
		n := min(len(v), pieceSize)
		if err := w.out.reserve(2*n + slackPerValue); err != nil {
			return err
		}
		w.out.block = encode(w.out.block, v[:n])
		v = v[n:]
	}
	return w.out.raw(end)
}

// end closes the open statement, if there is one.
func (w *inserts) end() error {
	if w.begun < 0 {
		return nil
	}
	err := w.out.raw(";\n")
	w.longest = max(w.longest, w.out.size()-w.begun)
	w.begun = -1
	return err
}

// checkRest returns an error if a row has values left.
func checkRest(row []byte) error {
	if len(row) > 0 {
		return fmt.Errorf("%w: a row has more values than columns", mysql.ErrMalformed)
	}
	return nil
}

// isNumber reports whether v has only bytes that occur in numbers, so that it is safe to write
// without quotes.
func isNumber(v []byte) bool {
	for _, c := range v {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return len(v) > 0
}

// appendValue appends v as SQL; b must have room for it.
func (c *column) appendValue(b, v []byte) []byte {
	switch c.form {
	case formBare, formFloat:
		negativeZero := c.form == formFloat && len(v) > 1 && v[0] == '-' && v[1] == '0' // without quotes, it would lose its sign
		if !negativeZero && isNumber(v) {
			return append(b, v...)
		}
	case formHex, formWide:
		if len(v) == 0 {
			return append(b, "''"...)
		}
		return sqltext.AppendHex(append(append(b, c.introducer...), "0x"...), v)
	case formBinary:
		b = append(b, c.introducer...)
	case formText:
	case formCharset:
		if !sqltext.IsASCII(v) {
			b = append(b, c.introducer...)
		}
	}
	b = sqltext.AppendEscaped(append(b, '\''), v)
	return append(b, '\'')
}
