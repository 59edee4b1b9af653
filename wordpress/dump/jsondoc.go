package dump

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A jsonValue is one value of a document in MySQL's JSON, whose types are not all
// visible in its text.
type jsonValue struct {
	text     string // as the server writes it
	kind     string // from JSON_TYPE
	keys     []string
	elements []*jsonValue
}

// readJSON reads a document and the types of its root, of all values in objects, and
// of all values in arrays. The latter two are JSON arrays in MySQL's order: all values
// of an object or array, then the values inside each of them.
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

// assignTypes gives the values in containers of one kind their types, and returns the
// types that are left.
func (v *jsonValue) assignTypes(container string, types []string) []string {
	if strings.HasPrefix(v.text, container) {
		for _, k := range v.elements {
			if len(types) == 0 {
				break // check reports it
			}
			if k.kind, types = types[0], types[1:]; k.kind == "" { // a JSON null became an SQL NULL
				k.kind = "NULL"
			}
		}
	}
	for _, k := range v.elements {
		types = k.assignTypes(container, types)
	}
	return types
}

// check returns an error unless the types fit the values.
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

// document returns an SQL expression for the document; exact reports whether it keeps
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
	case "250": // an expression that may be as long as a MEDIUMBLOB is one
		return "COALESCE(" + value + ",CAST(x'' AS BINARY(65536)))"
	case "251": // what is made from a LONGTEXT is a LONGBLOB
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
