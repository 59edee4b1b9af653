package dump

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// restoreNonBMP replaces question marks in a definition with the real characters. SHOW CREATE
// TABLE writes characters outside the Basic Multilingual Plane as question marks, in defaults
// and in the members of ENUM and SET. Defaults are read with DEFAULT() in hexadecimal; members
// are read from the rows that have them.
func (d *Dump) restoreNonBMP(ctx context.Context, c *mysql.Conn, o *object, create string) (string, error) {
	if !strings.Contains(create, "?") {
		return create, nil
	}
	suspects, err := c.Rows(ctx, "SELECT COLUMN_NAME, DATA_TYPE, COALESCE(COLUMN_DEFAULT LIKE '%?%', 0), COLUMN_TYPE LIKE '%?%', CHARACTER_SET_NAME FROM information_schema.COLUMNS "+
		"WHERE "+ofTable(o.name)+
		" AND CHARACTER_SET_NAME IN ('utf8mb4','utf16','utf16le','utf32','gb18030','binary') AND (COLUMN_DEFAULT LIKE '%?%' OR COLUMN_TYPE LIKE '%?%')", 5)
	if err != nil || len(suspects) == 0 {
		return create, err
	}
	list := sqltext.Tokens(create)
	for _, r := range suspects {
		name, charset := r[0].Text, r[4].Text
		from := sqltext.ColumnDefinition(list, name)
		if from < 0 {
			continue
		}
		if r[3].Text == "1" {
			if err := d.replaceMembers(ctx, c, o, name, charset, list[from:]); err != nil {
				return create, err
			}
		}
		if r[2].Text == "1" {
			if err := d.replaceDefault(ctx, c, o, name, charset, list[from:]); err != nil {
				return create, err
			}
		}
	}
	return sqltext.Join(list), nil
}

// replaceDefault replaces the literal after DEFAULT in a column's definition.
func (d *Dump) replaceDefault(ctx context.Context, c *mysql.Conn, o *object, column, charset string, definition []sqltext.Token) error {
	at := sqltext.ColumnDefault(definition)
	if at < 0 {
		return nil
	}
	table := sqltext.Ident(o.name)
	value := hexOf("DEFAULT(x."+sqltext.Ident(column)+")", charset)
	rows, err := c.Rows(ctx, "SELECT "+value+" FROM "+table+" x LIMIT 1", 1)
	if err == nil && len(rows) == 0 {
		rows, err = c.Rows(ctx, "SELECT "+value+" FROM (SELECT 1) y LEFT JOIN "+table+" x ON FALSE", 1)
	}
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0][0].Null {
		d.warn(o.String(), "the server does not show the default of column "+sqltext.Ident(sqltext.DisplayName(column))+
			" in full; if its question marks replace other characters, these are lost")
		return nil
	}
	bytes, err := hex.DecodeString(rows[0][0].Text)
	if err != nil {
		return err
	}
	definition[at].Text = literalOf(bytes)
	return nil
}

// replaceMembers replaces the members of an ENUM or SET that occur in rows.
func (d *Dump) replaceMembers(ctx context.Context, c *mysql.Conn, o *object, column, charset string, definition []sqltext.Token) error {
	name := sqltext.Ident(column)
	index, where := "CAST("+name+" AS UNSIGNED)", ""
	if definition[sqltext.SkipSpace(definition, 0)].IsWord("SET") { // only from rows that have exactly one member
		where = " WHERE BIT_COUNT(" + index + ")=1"
		index = "BIT_COUNT(" + index + "-1)+1"
	}
	rows, err := c.Rows(ctx, "SELECT DISTINCT "+index+", "+hexOf(name, charset)+" FROM "+sqltext.Ident(o.name)+where, 2)
	if err != nil {
		return err
	}
	members := map[string]string{} // by member number, in hexadecimal
	for _, r := range rows {
		members[r[0].Text] = r[1].Text
	}
	number := 0
	for i := range definition {
		if definition[i].Text == ")" {
			break
		}
		if definition[i].Kind != sqltext.String {
			continue
		}
		number++
		bytes, err := hex.DecodeString(members[strconv.Itoa(number)])
		if err != nil {
			return err
		}
		switch {
		case len(bytes) > 0:
			definition[i].Text = literalOf(bytes)
		case strings.Contains(definition[i].Text, "?"):
			d.warn(o.String(), fmt.Sprintf("the server does not show member %d of column %s in full; if its question marks replace other characters, these are lost",
				number, sqltext.Ident(sqltext.DisplayName(column))))
		}
	}
	return nil
}

// hexOf returns an expression for a value in hexadecimal: converted to UTF-8, unless
// it is binary.
func hexOf(value, charset string) string {
	if charset == "binary" {
		return "HEX(" + value + ")"
	}
	return "HEX(CONVERT(" + value + " USING utf8mb4))"
}

// literalOf returns a default or a member of an ENUM or SET as a literal.
func literalOf(b []byte) string {
	if utf8.Valid(b) {
		return sqltext.Literal(string(b))
	}
	return sqltext.Hex(string(b))
}
