package dump

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// hiddenJSONTypes are the types of MySQL's JSON that are not visible in its text.
const hiddenJSONTypes = "('DECIMAL','UNSIGNED INTEGER','DATE','TIME','DATETIME','TIMESTAMP','BLOB','BIT','OPAQUE')"

// JSON paths to all values below the root of a document: those in objects, and those in arrays.
const (
	inObjects = "'$**.*'"
	inArrays  = "'$**[*]'"
)

// hiddenTypesCondition returns the condition for rows with hiddenJSONTypes in their JSON; "" if
// no column can have them.
func (d *Dump) hiddenTypesCondition(columns []column) string {
	if d.server.MariaDB || d.server.Number < 80004 || d.target.MariaDB {
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

// hasHiddenTypes reports whether any row matches the condition. Some servers that call
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

// writeHiddenTypes writes the rows with hiddenJSONTypes in their JSON, each with its own
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

// jsonOrValue reads a column's value from a row, with the types inside it if it is JSON. It
// returns the value as SQL. It adds to lost the columns whose types cannot be kept.
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
	if doc, err := readJSON(v, types[0], types[1], types[2]); err == nil { // after an error, the plain text is used
		var expression string
		expression, exact = doc.document()
		sql = []byte(expression)
	}
	if !exact {
		lost[c.name] = true
	}
	return sql, rest, nil
}

// A jsonValue is one value of a document in MySQL's JSON, whose types are not all
// visible in its text.
type jsonValue struct {
	text     string // as the server writes it
	kind     string // from JSON_TYPE
	keys     []string
	elements []*jsonValue
}

// readJSON reads a document and the types of its root, of all values in objects, and of all
// values in arrays. inObjects and inArrays are JSON arrays in MySQL's order: all values of an
// object or array, then the values inside each of them.
func readJSON(text []byte, root, inObjects, inArrays string) (*jsonValue, error) {
	doc, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	doc.kind = root
	for _, c := range []struct{ container, types string }{{"{", inObjects}, {"[", inArrays}} {
		var types []string
		if c.types != "" {
			if err := json.Unmarshal([]byte(c.types), &types); err != nil {
				return nil, err
			}
		}
		if types = doc.assignTypes(c.container, types); len(types) > 0 {
			return nil, fmt.Errorf("%w: %d types more than values", mysql.ErrMalformed, len(types))
		}
	}
	return doc, doc.check()
}

func parseJSON(text []byte) (*jsonValue, error) {
	v := &jsonValue{text: string(bytes.TrimSpace(text))}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	open, err := d.Token()
	if err != nil {
		return nil, err
	}
	if _, ok := open.(json.Delim); !ok {
		return v, nil
	}
	for d.More() {
		if open == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v.keys = append(v.keys, key.(string))
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		kid, err := parseJSON(raw)
		if err != nil {
			return nil, err
		}
		v.elements = append(v.elements, kid)
	}
	return v, nil
}

// assignTypes sets the types of all values in containers of one kind, "{" or "[". It returns the
// types that are left.
func (v *jsonValue) assignTypes(container string, types []string) []string {
	if strings.HasPrefix(v.text, container) {
		for _, k := range v.elements {
			if len(types) == 0 {
				break // check will return an error
			}
			if k.kind, types = types[0], types[1:]; k.kind == "" { // the server returns SQL NULL for JSON null
				k.kind = "NULL"
			}
		}
	}
	for _, k := range v.elements {
		types = k.assignTypes(container, types)
	}
	return types
}

// check returns an error if a type does not fit its value.
func (v *jsonValue) check() error {
	want := "INTEGER UNSIGNED INTEGER DOUBLE DECIMAL"
	switch v.text[0] {
	case '{':
		want = "OBJECT"
	case '[':
		want = "ARRAY"
	case '"':
		want = "STRING DATE TIME DATETIME TIMESTAMP BLOB BIT OPAQUE"
	case 't', 'f':
		want = "BOOLEAN"
	case 'n':
		want = "NULL"
	}
	if v.kind == "" || !strings.Contains(" "+want+" ", " "+v.kind+" ") {
		return fmt.Errorf("%w: %q for %.20q", mysql.ErrMalformed, v.kind, v.text)
	}
	for _, k := range v.elements {
		if err := k.check(); err != nil {
			return err
		}
	}
	return nil
}

// isPlain reports whether MySQL would read the same types from the text.
func (v *jsonValue) isPlain() bool {
	switch v.kind {
	case "OBJECT", "ARRAY":
		for _, k := range v.elements {
			if !k.isPlain() {
				return false
			}
		}
		return true
	case "UNSIGNED INTEGER":
		n, err := strconv.ParseUint(v.text, 10, 64)
		return err == nil && n > math.MaxInt64
	}
	return strings.Contains(" STRING INTEGER DOUBLE BOOLEAN NULL ", " "+v.kind+" ")
}

// document returns an SQL expression for the document. exact is true if the expression keeps
// every type.
func (v *jsonValue) document() (sql string, exact bool) {
	sql, exact = v.sql()
	if len(v.elements) == 0 {
		sql = "JSON_EXTRACT(JSON_ARRAY(" + sql + "),'$[0]')"
	}
	return sql, exact
}

// sql returns an SQL expression for a value.
func (v *jsonValue) sql() (sql string, exact bool) {
	if v.isPlain() {
		return "CAST(" + sqltext.Literal(v.text) + " AS JSON)", true
	}
	if len(v.elements) == 0 {
		return v.leaf()
	}
	exact = true
	var parts []string
	for i, k := range v.elements {
		if v.keys != nil {
			parts = append(parts, sqltext.Literal(v.keys[i]))
		}
		part, kept := k.sql()
		parts, exact = append(parts, part), exact && kept
	}
	return "JSON_" + v.kind + "(" + strings.Join(parts, ",") + ")", exact
}

// leaf returns an SQL expression for a value whose type is not visible in its text.
func (v *jsonValue) leaf() (sql string, exact bool) {
	switch v.kind {
	case "UNSIGNED INTEGER":
		return "CAST(" + v.text + " AS UNSIGNED)", true
	case "DECIMAL":
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(v.text, "-"), ".")
		return fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", v.text, len(whole)+len(fraction), len(fraction)), true
	}
	var s string
	if err := json.Unmarshal([]byte(v.text), &s); err != nil {
		return "CAST(" + sqltext.Literal(v.text) + " AS JSON)", false
	}
	switch v.kind {
	case "DATE":
		return "CAST(" + sqltext.Literal(s) + " AS DATE)", true
	case "TIME", "DATETIME":
		return "CAST(" + sqltext.Literal(s) + " AS " + v.kind + "(6))", true
	case "TIMESTAMP": // only a column has this type
		return "(SELECT v FROM JSON_TABLE(" + sqltext.Literal("["+v.text+"]") + ",'$[*]' COLUMNS(v TIMESTAMP(6) PATH '$')) k)", true
	}
	if sql := bytesExpression(s); sql != "" {
		return sql, true
	}
	return "CAST(" + sqltext.Literal(v.text) + " AS JSON)", false
}

// bytesExpression returns an SQL expression for a value that MySQL shows as the number
// of a column type and bytes; "" for a type that no expression has, such as TINYBLOB.
// A literal is a VARBINARY; JSON_TABLE creates columns of the other types.
func bytesExpression(shown string) string {
	number, digits, _ := strings.Cut(strings.TrimPrefix(shown, "base64:type"), ":")
	bytes, err := base64.StdEncoding.DecodeString(digits)
	if err != nil {
		return ""
	}
	digits = string(sqltext.AppendHex(nil, bytes))
	value := "x'" + digits + "'"
	var column string
	switch number {
	case "15":
		return value
	case "16":
		if len(bytes) == 0 || len(bytes) > 8 {
			return ""
		}
		value = "CAST(CONV('" + digits + "',16,10) AS UNSIGNED)"
		column = fmt.Sprintf("BIT(%d)", 8*len(bytes))
	case "250": // MEDIUMBLOB: the type of an expression that can be longer than a BLOB
		return "COALESCE(" + value + ",CAST(x'' AS BINARY(65536)))"
	case "251": // LONGBLOB: the type of UNHEX of a LONGTEXT
		return "(SELECT UNHEX(v) FROM JSON_TABLE('[\"" + digits + "\"]','$[*]' COLUMNS(v LONGTEXT PATH '$' ERROR ON ERROR)) k)"
	case "252":
		column = "BLOB"
	case "254":
		column = fmt.Sprintf("BINARY(%d)", len(bytes))
	default:
		return ""
	}
	return "(SELECT v FROM JSON_TABLE(JSON_ARRAY(" + value + "),'$[*]' COLUMNS(v " + column + " PATH '$' ERROR ON ERROR)) k)"
}
