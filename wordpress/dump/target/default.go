package target

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// columnDefault adapts the default of a column. MySQL 8 requires parentheses around
// expressions, and around literals of TEXT and BLOB columns; MySQL 5.7 has neither.
func (tb *table) columnDefault(list []sqltext.Token, kind int, column string) []sqltext.Token {
	at := find(list, kind, "DEFAULT")
	from := after(list, at)
	if from >= len(list) {
		return list
	}
	to := defaultEnd(list, from)
	if from == to {
		return list
	}
	value := column + " DEFAULT " + sqltext.Join(list[from:to])
	function := tb.missingFunction(list[from:to])
	name := strings.ToLower(list[kind].Text)
	long := strings.HasSuffix(name, "text") || strings.HasSuffix(name, "blob") || name == "geometry" || name == "json"
	needs := needsParentheses(list[from:to], long)
	switch {
	case function == "nextval" || function == "lastval":
		tb.leftOut(value, "has no sequences")
	case function != "":
		tb.leftOut(value, "has no function "+function)
	case tb.MariaDB:
		return list
	case !tb.mySQL(80013) && (needs || list[from].Text == "("):
		tb.leftOut(value, "has no such defaults")
	case needs:
		return replace(list, from, to, "("+sqltext.Join(list[from:to])+")")
	default:
		return list
	}
	return cut(list, at, to)
}

// defaultEnd returns the index where a default ends: before the next attribute of the
// column.
func defaultEnd(list []sqltext.Token, from int) int {
	depth := 0
	for i := from; i < len(list); i++ {
		switch t := list[i]; {
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case depth == 0 && i > from && (t.Kind == sqltext.Word && (t.Is("ON") || t.Is("COMMENT") || t.Is("CHECK") || t.Is("INVISIBLE") || t.Is("REFERENCES")) || isVersionComment(list, i)):
			for list[i-1].Kind == sqltext.Space {
				i--
			}
			return i
		}
	}
	end := len(list)
	for end > from && list[end-1].Kind == sqltext.Space {
		end--
	}
	return end
}

// isVersionComment reports whether a comment that only some servers execute begins at i.
func isVersionComment(list []sqltext.Token, i int) bool {
	return i+2 < len(list) && list[i].Text == "/" && list[i+1].Text == "*" && (list[i+2].Text == "!" || list[i+2].Text == "M")
}

func needsParentheses(value []sqltext.Token, long bool) bool {
	first := value[0]
	_, err := strconv.ParseFloat(strings.TrimSpace(sqltext.Join(value)), 64)
	switch {
	case err == nil:
		return false
	case first.Text == "(" || first.Is("NULL") || first.Is("current_timestamp"):
		return false
	case first.Kind == sqltext.String:
		return long || len(value) > 1
	case first.Kind == sqltext.Word && len(value) > 1:
		return !(len(value) == 2 && value[1].Kind == sqltext.String) // b'1', x'00', _utf8mb4'x'
	}
	return first.Kind == sqltext.QuotedName || len(value) > 3
}
