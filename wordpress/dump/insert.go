package dump

import (
	"fmt"
	"strings"
)

const (
	statementSize = 1_000_000 // about how long an INSERT gets
	slackPerValue = 32        // what quotes, introducer and comma may take
	pieceSize     = 64 << 10  // how much of a giant value is escaped at once
)

// inserts turns rows, in the protocol's form, into INSERT statements.
type inserts struct {
	out     *text
	head    []byte // INSERT INTO … VALUES
	columns []column
	limit   int64 // bytes that a statement should not exceed
	begun   int64 // where the open statement began, -1 if none is open
	rows    int64
	longest int64 // bytes of the longest statement
}

func newInserts(out *text, table string, columns []column, maxPacket int64) *inserts {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = ident(c.name)
	}
	head := fmt.Sprintf("INSERT INTO %s (%s) VALUES\n", ident(table), strings.Join(names, ","))
	limit := int64(statementSize)
	if room := maxPacket - 1024; maxPacket > 0 && room < limit {
		limit = max(room, 1)
	}
	return &inserts{out: out, head: []byte(head), columns: columns, limit: limit, begun: -1}
}

// row writes one row. It fails when the row has not the columns that were asked for.
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
		return w.giant(row)
	}
	if err := w.out.room(worst); err != nil {
		return err
	}
	b := append(w.out.block, '(')
	for i := range w.columns {
		v, rest, null, err := value(row)
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
	return surplus(row)
}

// giant writes a row that is too long for one block, value by value, and these in
// pieces.
func (w *inserts) giant(row []byte) error {
	before := "("
	for i := range w.columns {
		if err := w.out.raw(before); err != nil {
			return err
		}
		before = ","
		v, rest, null, err := value(row)
		if err != nil {
			return err
		}
		if row = rest; null {
			err = w.out.raw("NULL")
		} else {
			err = w.giantValue(&w.columns[i], v)
		}
		if err != nil {
			return err
		}
	}
	if err := w.out.raw(")"); err != nil {
		return err
	}
	return surplus(row)
}

func (w *inserts) giantValue(c *column, v []byte) error {
	if len(v) <= pieceSize {
		if err := w.out.room(2*len(v) + slackPerValue); err != nil {
			return err
		}
		w.out.block = c.appendValue(w.out.block, v)
		return nil
	}
	how, open, shut := appendEscaped, "'", "'"
	switch {
	case c.form == formBinary, c.form == formCharset && !isASCII(v):
		open = c.intro + "'"
	case c.form == formHex, c.form == formWide:
		how, open, shut = appendHex, c.intro+"0x", ""
	}
	if err := w.out.raw(open); err != nil {
		return err
	}
	for len(v) > 0 {
		n := min(len(v), pieceSize)
		if err := w.out.room(2*n + slackPerValue); err != nil {
			return err
		}
		w.out.block = how(w.out.block, v[:n])
		v = v[n:]
	}
	return w.out.raw(shut)
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

func surplus(row []byte) error {
	if len(row) > 0 {
		return fmt.Errorf("%w: a row with more values than columns", errMalformed)
	}
	return nil
}

// appendValue appends v as SQL; b has room for it.
func (c *column) appendValue(b, v []byte) []byte {
	switch c.form {
	case formBare:
		return append(b, v...)
	case formFloat:
		if len(v) > 1 && v[0] == '-' && v[1] == '0' {
			return append(append(append(b, '\''), v...), '\'') // as a number it would lose its sign
		}
		return append(b, v...)
	case formQuoted:
		return append(append(append(b, '\''), v...), '\'')
	case formHex, formWide:
		if len(v) == 0 {
			return append(b, "''"...)
		}
		return appendHex(append(append(b, c.intro...), "0x"...), v)
	case formBinary:
		b = append(b, c.intro...)
	case formText:
	case formCharset:
		if !isASCII(v) {
			b = append(b, c.intro...)
		}
	}
	b = appendEscaped(append(b, '\''), v)
	return append(b, '\'')
}
