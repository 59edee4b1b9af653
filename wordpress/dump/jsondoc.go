package dump

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A jsonValue is one value of a document in MySQL's JSON, which has more types than
// its text.
type jsonValue struct {
	text string // as the server writes it
	kind string // as JSON_TYPE names it
	keys []string
	kids []*jsonValue
}

// readJSON reads a document with the types of its root, of all values in objects, and
// of all in arrays; these two are arrays of JSON in the order in which MySQL finds
// them: all values of an object or an array, and then what is in each of them.
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
		if types = doc.name(c.container, types); len(types) > 0 {
			return nil, fmt.Errorf("%w: %d types too many", errMalformed, len(types))
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
		v.kids = append(v.kids, kid)
	}
	return v, nil
}

// name gives the values in containers of one kind their types, and returns the rest.
func (v *jsonValue) name(container string, types []string) []string {
	if strings.HasPrefix(v.text, container) {
		for _, k := range v.kids {
			if len(types) == 0 {
				break // check will notice
			}
			if k.kind, types = types[0], types[1:]; k.kind == "" { // a null of JSON's became one of SQL's
				k.kind = "NULL"
			}
		}
	}
	for _, k := range v.kids {
		types = k.name(container, types)
	}
	return types
}

// check makes sure that the types are those of the values.
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
		return fmt.Errorf("%w: %q for %.20q", errMalformed, v.kind, v.text)
	}
	for _, k := range v.kids {
		if err := k.check(); err != nil {
			return err
		}
	}
	return nil
}

// plain tells whether the text says all there is.
func (v *jsonValue) plain() bool {
	switch v.kind {
	case "OBJECT", "ARRAY":
		for _, k := range v.kids {
			if !k.plain() {
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

// root is SQL that makes the document; all tells whether every type is kept.
func (v *jsonValue) root() (sql string, all bool) {
	sql, all = v.sql()
	if len(v.kids) == 0 {
		sql = "JSON_EXTRACT(JSON_ARRAY(" + sql + "),'$[0]')"
	}
	return sql, all
}

func (v *jsonValue) sql() (sql string, all bool) {
	if v.plain() {
		return "CAST(" + literal(v.text) + " AS JSON)", true
	}
	if len(v.kids) == 0 {
		return v.leaf()
	}
	all = true
	var parts []string
	for i, k := range v.kids {
		if v.keys != nil {
			parts = append(parts, literal(v.keys[i]))
		}
		part, kept := k.sql()
		parts, all = append(parts, part), all && kept
	}
	return "JSON_" + v.kind + "(" + strings.Join(parts, ",") + ")", all
}

// leaf is SQL for a value of a type that text does not have.
func (v *jsonValue) leaf() (sql string, all bool) {
	switch v.kind {
	case "UNSIGNED INTEGER":
		return "CAST(" + v.text + " AS UNSIGNED)", true
	case "DECIMAL":
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(v.text, "-"), ".")
		return fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", v.text, len(whole)+len(fraction), len(fraction)), true
	}
	var s string
	if err := json.Unmarshal([]byte(v.text), &s); err != nil {
		return "CAST(" + literal(v.text) + " AS JSON)", false
	}
	switch v.kind {
	case "DATE":
		return "CAST(" + literal(s) + " AS DATE)", true
	case "TIME", "DATETIME":
		return "CAST(" + literal(s) + " AS " + v.kind + "(6))", true
	case "TIMESTAMP": // nothing else than a column is one
		return "(SELECT v FROM JSON_TABLE(" + literal("["+v.text+"]") + ",'$[*]' COLUMNS(v TIMESTAMP(6) PATH '$')) k)", true
	}
	if sql := ofBytes(s); sql != "" {
		return sql, true
	}
	return "CAST(" + literal(v.text) + " AS JSON)", false
}

// ofBytes is SQL for a value that MySQL shows by the number of a column's type and its
// bytes; "" for a type that no statement makes, such as TINYBLOB. VARBINARY is what a
// literal is; the others are columns', which a table made from JSON has.
func ofBytes(shown string) string {
	number, digits, _ := strings.Cut(strings.TrimPrefix(shown, "base64:type"), ":")
	bytes, err := base64.StdEncoding.DecodeString(digits)
	if err != nil {
		return ""
	}
	digits = string(appendHex(nil, bytes))
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
	case "250": // a MEDIUMBLOB is what may be as long as one
		return "COALESCE(" + value + ",CAST(x'' AS BINARY(65536)))"
	case "251": // a LONGBLOB is what may be made of a LONGTEXT
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
