package replace

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Insert returns an INSERT statement after the replacements. It returns a statement without a match
// unchanged.
func (r *Replacer) Insert(statement []byte, in dumpfile.Insert) ([]byte, error) {
	if len(r.pairs) == 0 || len(in.Columns) == 0 || r.skips(in.Table, "") || !r.concerns(statement) {
		return statement, nil
	}
	w := newRewriter(r, statement, in)
	_, err := in.Values(statement, func(column int, kind dumpfile.ValueKind, from, to int) error {
		w.row = append(w.row, value{kind, from, to})
		if column < len(in.Columns)-1 {
			return nil
		}
		err := w.rewriteRow()
		w.row = w.row[:0]
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("replace in table %s: %w", sqltext.DisplayName(in.Table), err)
	}
	if w.copied == 0 {
		return statement, nil
	}
	return append(w.out, statement[w.copied:]...), nil
}

// concerns reports whether a statement may contain a match. SQL escapes do not change an anchor, but
// hexadecimal literals and other character sets do.
func (r *Replacer) concerns(statement []byte) bool {
	return !r.ascii || r.mayMatch(statement) || bytes.Contains(statement, []byte(" 0x"))
}

// A value is one value of a row: in[from:to] of the statement.
type value struct {
	kind     dumpfile.ValueKind
	from, to int
}

// A rewriter rewrites one statement.
type rewriter struct {
	r            *Replacer
	in           []byte
	out          []byte
	copied       int // number of bytes of in that are already in out
	table        string
	columns      []string
	skip         []bool // for each column, whether it must not be changed
	domain, path int    // columns that hold the address of a site of a network; -1 if there are none
	row          []value
	buffer       []byte
}

func newRewriter(r *Replacer, statement []byte, in dumpfile.Insert) *rewriter {
	w := &rewriter{r: r, in: statement, table: in.Table, columns: in.Columns, skip: make([]bool, len(in.Columns)), domain: -1, path: -1}
	for i, c := range in.Columns {
		switch w.skip[i] = r.skips(in.Table, c); {
		case w.skip[i]:
		case c == "domain":
			w.domain = i
		case c == "path":
			w.path = i
		}
	}
	return w
}

// rewriteRow makes the replacements in the values of the current row.
func (w *rewriter) rewriteRow() error {
	address, err := w.address()
	if err != nil {
		return err
	}
	for i, v := range w.row {
		switch text, moved := address[i]; {
		case w.skip[i]:
		case moved:
			w.change(i, v, text, 1)
		default:
			if err := w.rewriteValue(i, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewriteValue makes the replacements in one value.
func (w *rewriter) rewriteValue(column int, v value) error {
	text, count, err := w.in[v.from:v.to], 0, error(nil)
	switch v.kind {
	case dumpfile.String, dumpfile.Hex:
		text, count, err = w.literal(column, text)
	case dumpfile.Expression:
		text, count, err = w.expression(column, text)
	case dumpfile.Null, dumpfile.Number:
	}
	if count > 0 {
		w.change(column, v, text, count)
	}
	return err
}

// change writes text in place of a value, and counts the value as changed.
func (w *rewriter) change(column int, v value, text []byte, count int) {
	if w.out == nil {
		w.out = make([]byte, 0, len(w.in)+len(w.in)/8)
	}
	w.out = append(append(w.out, w.in[w.copied:v.from]...), text...)
	w.copied = v.to
	w.r.count(w.table, w.columns[column], "", count, nil)
}

// literal returns a literal after the replacements, and the number of replacements. It counts a value
// that cannot be changed.
func (w *rewriter) literal(column int, text []byte) ([]byte, int, error) {
	if text[0] == '\'' && !w.r.mayMatch(text) {
		return text, 0, nil
	}
	introducer, raw, err := dumpfile.Text(text, w.buffer)
	if err != nil {
		return nil, 0, err
	}
	w.buffer = raw
	changed, count, err := w.r.inCharset(raw, charsetOf(introducer))
	if err != nil {
		w.r.count(w.table, w.columns[column], w.rowName(), 0, err)
		return text, 0, nil
	}
	if count == 0 {
		return text, 0, nil
	}
	return literalLike(text, introducer, changed), count, nil
}

// charsetOf returns the character set that an introducer names; "" for UTF-8.
func charsetOf(introducer string) string {
	if strings.HasPrefix(introducer, "_utf8") {
		return ""
	}
	return strings.TrimPrefix(introducer, "_")
}

// literalLike returns a value as a literal in the same notation as the literal text.
func literalLike(text []byte, introducer string, v []byte) []byte {
	out := []byte(introducer)
	switch rest := text[len(introducer):]; {
	case rest[0] == ' ':
		return sqltext.AppendHex(append(out, " 0x"...), v)
	case rest[0] == '0':
		return sqltext.AppendHex(append(out, "0x"...), v)
	}
	return append(sqltext.AppendEscaped(append(out, '\''), v), '\'')
}

// expression makes the replacements in the strings of an expression, which are parts of a JSON
// document.
func (w *rewriter) expression(column int, text []byte) ([]byte, int, error) {
	list, sum := sqltext.Tokens(string(text)), 0
	for i, t := range list {
		if t.Kind != sqltext.String || i > 0 && list[i-1].Text == "x" {
			continue
		}
		changed, count, err := w.literal(column, []byte(t.Text))
		if err != nil {
			return nil, 0, err
		}
		list[i].Text, sum = string(changed), sum+count
	}
	return []byte(sqltext.Join(list)), sum, nil
}

// rowName describes the current row by its first column and value; "" if that is not a number.
func (w *rewriter) rowName() string {
	v := w.in[w.row[0].from:w.row[0].to]
	if w.row[0].kind != dumpfile.Number || len(v) > 20 {
		return ""
	}
	return sqltext.DisplayName(w.columns[0]) + "=" + string(v)
}

// address returns, by column, the new literals for the domain and the path of a site of a network.
// Both columns together are treated as one URL. Columns that do not change are left out.
func (w *rewriter) address() (map[int][]byte, error) {
	if w.domain < 0 || w.path < 0 {
		return nil, nil
	}
	host, err := w.part(w.domain)
	if err != nil {
		return nil, err
	}
	rest, err := w.part(w.path)
	if err != nil {
		return nil, err
	}
	if len(host.text) == 0 || bytes.ContainsAny(host.text, "/") || !bytes.HasPrefix(rest.text, []byte("/")) {
		return nil, nil
	}
	url := append(append([]byte("//"), host.text...), rest.text...)
	edits := w.r.matches(url)
	if len(edits) == 0 || edits[0].from > len("//") {
		return nil, nil
	}
	moved := map[int][]byte{}
	newHost, newRest, _ := bytes.Cut(apply(url, edits)[len("//"):], []byte("/"))
	newHost, hostFits := host.encode(newHost)
	newRest, restFits := rest.encode(append([]byte("/"), newRest...))
	if !hostFits || !restFits { // changing only one of them would give a wrong address
		w.r.count(w.table, w.columns[w.domain], w.rowName(), 0, errCharset)
		return nil, nil
	}
	if !bytes.Equal(newRest, rest.stored) {
		moved[w.path] = literalLike(rest.literal, rest.introducer, newRest)
	}
	if !bytes.Equal(newHost, host.stored) {
		moved[w.domain] = literalLike(host.literal, host.introducer, newHost)
	}
	return moved, nil
}

// A part is the domain or the path of a site of a network.
type part struct {
	literal, stored, text []byte // text is in UTF-8; it is empty if stored cannot be read
	introducer            string
}

// part returns the value of a column in the current row.
func (w *rewriter) part(column int) (p part, err error) {
	v := w.row[column]
	if v.kind != dumpfile.String && v.kind != dumpfile.Hex {
		return part{}, nil
	}
	p.literal = w.in[v.from:v.to]
	if p.introducer, p.stored, err = dumpfile.Text(p.literal, nil); err != nil {
		return part{}, err
	}
	p.text = p.stored
	if own, known := codecOf(charsetOf(p.introducer)); known {
		p.text, _ = own.decode(p.stored)
	}
	return p, nil
}

// encode returns a text in the character set of the part. It returns false if that is not possible.
func (p *part) encode(text []byte) ([]byte, bool) {
	charset := charsetOf(p.introducer)
	if own, known := codecOf(charset); known {
		return own.encode(text)
	}
	return text, charset == "" || bytes.Equal(text, p.text) || sqltext.IsASCII(text)
}
