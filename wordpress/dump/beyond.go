package dump

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spellOut puts right what SHOW CREATE TABLE cannot say: it has characters beyond
// the Basic Multilingual Plane as question marks, in literal defaults and in the
// members of ENUM and SET. The defaults are asked for by their bytes; the members
// are read off the rows that have them.
func (d *Dump) spellOut(ctx context.Context, c *conn, o *object, create string) (string, error) {
	if !strings.Contains(create, "?") {
		return create, nil
	}
	suspects, err := c.table(ctx, "SELECT COLUMN_NAME, DATA_TYPE, COALESCE(COLUMN_DEFAULT LIKE '%?%', 0), COLUMN_TYPE LIKE '%?%', CHARACTER_SET_NAME FROM information_schema.COLUMNS "+
		"WHERE "+thisTable(o.name)+
		" AND CHARACTER_SET_NAME IN ('utf8mb4','utf16','utf16le','utf32','gb18030','binary') AND (COLUMN_DEFAULT LIKE '%?%' OR COLUMN_TYPE LIKE '%?%')", 5)
	if err != nil || len(suspects) == 0 {
		return create, err
	}
	list := (dialect{}).tokens(create)
	for _, r := range suspects {
		name := r[0].s
		from := columnAt(list, name)
		if from < 0 {
			continue
		}
		if r[3].s == "1" {
			if err := d.spellMembers(ctx, c, o, name, r[4].s, list[from:]); err != nil {
				return create, err
			}
		}
		if r[2].s == "1" {
			if err := d.spellDefault(ctx, c, o, name, r[4].s, list[from:]); err != nil {
				return create, err
			}
		}
	}
	return join(list), nil
}

// hexOf is a value in hexadecimal: as UTF-8, but for bytes that are no text.
func hexOf(value, charset string) string {
	if charset == "binary" {
		return "HEX(" + value + ")"
	}
	return "HEX(CONVERT(" + value + " USING utf8mb4))"
}

// spelt is a member of an ENUM or SET, or a default.
func spelt(b []byte) string {
	if utf8.Valid(b) {
		return literal(string(b))
	}
	return hexadecimal(string(b))
}

// columnAt is where a column's definition begins, after its name, or -1.
func columnAt(list []token, name string) int {
	depth := 0
	for i, t := range list {
		switch {
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		case depth == 1 && t.kind == tokenName && t.name == name && i > 0 && list[i-1].kind == tokenSpace && startsDefinition(list[:i]) && skipSpace(list, i+1) < len(list):
			return i + 1
		}
	}
	return -1
}

// startsDefinition tells whether what comes next is the first word of a definition.
func startsDefinition(before []token) bool {
	for i := len(before) - 1; i >= 0; i-- {
		if before[i].kind != tokenSpace {
			return before[i].text == "(" || before[i].text == ","
		}
	}
	return false
}

// spellDefault replaces the literal after DEFAULT in a column's definition.
func (d *Dump) spellDefault(ctx context.Context, c *conn, o *object, column, charset string, list []token) error {
	at := -1
	depth := 0
	for i, t := range list {
		if t.text == "(" {
			depth++
		} else if t.text == ")" {
			depth--
		}
		if depth < 0 || depth == 0 && t.text == "," {
			break
		}
		if depth == 0 && t.kind == tokenWord && strings.EqualFold(t.text, "DEFAULT") {
			if at = skipSpace(list, i+1); at < len(list) && list[at].kind == tokenString {
				break
			}
			at = -1
		}
	}
	if at < 0 {
		return nil
	}
	value := hexOf("DEFAULT(x."+ident(column)+")", charset)
	rows, err := c.table(ctx, "SELECT "+value+" FROM "+ident(o.name)+" x LIMIT 1", 1)
	if err == nil && len(rows) == 0 {
		rows, err = c.table(ctx, "SELECT "+value+" FROM (SELECT 1) y LEFT JOIN "+ident(o.name)+" x ON FALSE", 1)
	}
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0][0].null {
		d.warn(o.String(), "the server does not tell the default of column "+ident(printable(column))+
			" in full; if its question marks stand for other characters, these are lost")
		return nil
	}
	bytes, err := hex.DecodeString(rows[0][0].s)
	if err != nil {
		return err
	}
	list[at].text = spelt(bytes)
	return nil
}

// spellMembers replaces the members of an ENUM or SET that the rows tell better.
func (d *Dump) spellMembers(ctx context.Context, c *conn, o *object, column, charset string, list []token) error {
	name := ident(column)
	index, which := "CAST("+name+" AS UNSIGNED)", ""
	if strings.EqualFold(list[skipSpace(list, 0)].text, "SET") { // by rows that have one member only
		which = " WHERE BIT_COUNT(" + index + ")=1"
		index = "BIT_COUNT(" + index + "-1)+1"
	}
	rows, err := c.table(ctx, "SELECT DISTINCT "+index+", "+hexOf(name, charset)+" FROM "+ident(o.name)+which, 2)
	if err != nil {
		return err
	}
	known := map[string]string{}
	for _, r := range rows {
		known[r[0].s] = r[1].s
	}
	member := 0
	for i := range list {
		if list[i].text == ")" {
			break
		}
		if list[i].kind != tokenString {
			continue
		}
		member++
		bytes, err := hex.DecodeString(known[strconv.Itoa(member)])
		if err != nil {
			return err
		}
		switch {
		case len(bytes) > 0:
			list[i].text = spelt(bytes)
		case strings.Contains(list[i].text, "?"):
			d.warn(o.String(), fmt.Sprintf("the server does not tell member %d of column %s in full; if its question marks stand for other characters, these are lost",
				member, ident(printable(column))))
		}
	}
	return nil
}
