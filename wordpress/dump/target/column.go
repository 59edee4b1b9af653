package target

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A column is what a key must know of one.
type column struct {
	bytes int // at most, in a key; 0 if it has no limit
}

// maxKey is how many bytes a key of InnoDB may have.
const maxKey = 3072

// column adapts a column's definition; its name is at index name.
func (tb *table) column(list []sqltext.Token, name int) string {
	quoted := list[name].Text
	column := "column " + sqltext.Ident(sqltext.DisplayName(list[name].Name))
	if row := find(list, name, "ROW"); !tb.MariaDB && row < len(list) && contains(list[:row], "GENERATED") {
		tb.dropped[list[name].Name] = true // the start or the end of system time
		return ""
	}
	kind := after(list, name)
	if kind == len(list) {
		return sqltext.Join(list)
	}
	list = tb.columnType(list, kind, column)
	if !tb.MariaDB {
		list = tb.withoutSystemVersioning(list)
	}
	list = tb.generated(list, column)
	list = tb.columnDefault(list, kind, column)
	list = tb.columnCheck(list, column)
	list = tb.invisible(list, column)
	tb.columns[quoted] = columnOf(list, kind)
	return sqltext.Join(tb.expression(list))
}

// columnType replaces types that the target does not have.
func (tb *table) columnType(list []sqltext.Token, kind int, column string) []sqltext.Token {
	end, length := kind+1, 0
	if end < len(list) && list[end].Text == "(" {
		if end+1 < len(list) {
			length, _ = strconv.Atoi(list[end+1].Text)
		}
		end = sqltext.GroupEnd(list, end)
	}
	old := sqltext.Join(list[kind:end])
	text := ""
	switch strings.ToLower(list[kind].Text) {
	case "geomcollection":
		if !tb.mySQL(80011) {
			return replace(list, kind, kind+1, "geometrycollection")
		}
	case "uuid", "inet4", "inet6":
		text = tb.textType(list[kind].Text)
	case "vector":
		switch {
		case tb.hasVector():
		case 4*length <= 16000:
			text = fmt.Sprintf("varbinary(%d)", 4*length)
		default:
			text = "blob"
		}
	}
	if text == "" {
		return list
	}
	tb.note(column + " is of type " + text + ", since " + tb.String() + " has no type " + old)
	return replace(list, kind, end, text)
}

// textType returns the type that holds the text of a type which the target does not have,
// "" if it has that type.
func (t Target) textType(kind string) string {
	switch strings.ToLower(kind) {
	case "uuid":
		if !t.mariaDB(100700) {
			return "char(36) CHARACTER SET ascii"
		}
	case "inet6":
		if !t.mariaDB(100500) {
			return "varchar(45) CHARACTER SET ascii"
		}
	case "inet4":
		if !t.mariaDB(101000) {
			return "varchar(15) CHARACTER SET ascii"
		}
	}
	return ""
}

// withoutSystemVersioning removes WITH and WITHOUT SYSTEM VERSIONING.
func (tb *table) withoutSystemVersioning(list []sqltext.Token) []sqltext.Token {
	for _, word := range []string{"WITH", "WITHOUT"} {
		with := find(list, 0, word)
		system := after(list, with)
		if system < len(list) && list[system].IsWord("SYSTEM") {
			return cut(list, with, min(after(list, system)+1, len(list)))
		}
	}
	return list
}

// generated makes an ordinary column of one that is computed by a function which the
// target does not have.
func (tb *table) generated(list []sqltext.Token, column string) []sqltext.Token {
	from := find(list, 0, "GENERATED")
	open := from
	for open < len(list) && list[open].Text != "(" {
		open++
	}
	if open == len(list) {
		return list
	}
	end := sqltext.GroupEnd(list, open)
	function := tb.missingFunction(list[open:end])
	if function == "" {
		return list
	}
	tb.note(column + " is an ordinary column without values, since " + tb.String() + " has no function " + function + " to compute them: " + sqltext.OneLine(sqltext.Join(list[open:end])))
	for _, word := range []string{"VIRTUAL", "STORED", "PERSISTENT", "NULL"} {
		if at := after(list, end-1); at < len(list) && list[at].IsWord("NOT") {
			end = at + 1
		}
		if at := after(list, end-1); at < len(list) && list[at].IsWord(word) {
			end = at + 1
		}
	}
	return cut(list, from, end)
}

// columnCheck removes a check that calls a function which the target does not have.
func (tb *table) columnCheck(list []sqltext.Token, column string) []sqltext.Token {
	check := find(list, 0, "CHECK")
	open := after(list, check)
	if open >= len(list) || list[open].Text != "(" {
		return list
	}
	end := sqltext.GroupEnd(list, open)
	function := tb.missingFunction(list[open:end])
	if function == "" {
		return list
	}
	tb.leftOut(column+" "+sqltext.Join(list[check:end]), "has no function "+function)
	return cut(list, check, end)
}

// invisible adapts the attribute INVISIBLE, which MySQL shows in a comment.
func (tb *table) invisible(list []sqltext.Token, column string) []sqltext.Token {
	at := find(list, 0, "INVISIBLE")
	if at == len(list) {
		return list
	}
	from, to, inComment := versionComment(list, at)
	if !inComment {
		from, to = at, at+1
	}
	switch {
	case tb.mySQL(80023) || tb.MariaDB && !inComment:
		return list
	case tb.MariaDB && (contains(list, "DEFAULT") || !contains(list, "NOT")):
		return replace(list, from, to, "INVISIBLE")
	case tb.MariaDB:
		tb.note(column + " is visible, since " + tb.String() + " requires a default of an invisible one")
	default:
		tb.note(column + " is visible, since " + tb.String() + " has no invisible ones")
	}
	return cut(list, from, to)
}

// columnOf reads how many bytes a column takes at most in a key.
func columnOf(list []sqltext.Token, kind int) column {
	if kind >= len(list) {
		return column{}
	}
	length := 0
	if kind+2 < len(list) && list[kind+1].Text == "(" {
		length, _ = strconv.Atoi(list[kind+2].Text)
	}
	switch name := strings.ToLower(list[kind].Text); name {
	case "char", "varchar":
		return column{4 * length}
	case "binary", "varbinary":
		return column{length}
	case "enum":
		return column{2}
	case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year", "date", "time", "datetime", "timestamp", "bit", "set":
		return column{32}
	}
	return column{}
}

// StandIn returns an expression of the type uuid, inet4, inet6 or vector, or of the type
// that replaces it.
func (t Target) StandIn(kind string) string {
	switch {
	case kind == "vector" && !t.hasVector():
		return "CAST('' AS BINARY)"
	case kind == "vector" && t.MariaDB:
		return "VEC_FromText('[1]')"
	case kind == "vector":
		return "STRING_TO_VECTOR('[1]')"
	case t.textType(kind) != "":
		return "CAST(NULL AS CHAR)"
	}
	return "CAST(NULL AS " + strings.ToUpper(kind) + ")"
}
