package target

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A table is a CREATE TABLE statement while it is adapted.
type table struct {
	Target
	engine  string
	columns map[string]column // by quoted name
	dropped map[string]bool   // columns that are left out
	notes   []string
}

// Table adapts a CREATE TABLE statement that a server wrote. Each note names something
// that was replaced or left out, and why.
func (t Target) Table(create string) (adapted string, notes []string) {
	list := sqltext.Tokens(create)
	elements := sqltext.Elements(list)
	if t.Same || len(elements) == 0 {
		return create, nil
	}
	tb := &table{Target: t, columns: map[string]column{}, dropped: map[string]bool{}}
	end := elements[len(elements)-1][1]
	tail := tb.options(list[end:])
	out := sqltext.Join(list[:elements[0][0]])
	separator := ""
	for _, r := range elements {
		if text := tb.element(list[r[0]:r[1]]); text != "" {
			out += separator + text
			separator = ","
		}
	}
	if tail[0].Text == ")" && strings.HasSuffix(create[:len(sqltext.Join(list[:end]))], "\n") && !strings.HasSuffix(out, "\n") {
		out += "\n" // it belongs to the last element
	}
	return out + sqltext.Join(tail), tb.notes
}

func (tb *table) note(text string) { tb.notes = append(tb.notes, text) }

// leftOut notes that something is left out.
func (tb *table) leftOut(what, why string) {
	tb.note("left out, since " + tb.String() + " " + why + ": " + sqltext.OneLine(what))
}

// element adapts a column, key, check or period; it returns "" if that is left out.
func (tb *table) element(list []sqltext.Token) string {
	first := sqltext.SkipSpace(list, 0)
	if first == len(list) {
		return sqltext.Join(list)
	}
	text := strings.TrimSpace(sqltext.Join(list))
	switch name := list[first]; {
	case name.Kind == sqltext.QuotedName:
		return tb.column(list, first)
	case name.IsWord("PERIOD"):
		if tb.MariaDB {
			return sqltext.Join(list)
		}
		if system := after(list, after(list, first)); system == len(list) || !list[system].IsWord("SYSTEM_TIME") {
			tb.leftOut(text, "has no periods")
		}
		return ""
	case name.IsWord("CHECK"):
		return tb.check(list, text)
	case name.IsWord("CONSTRAINT"):
		kind := after(list, after(list, first))
		if kind < len(list) && list[kind].IsWord("CHECK") {
			return tb.check(list, text)
		}
		return sqltext.Join(list)
	}
	return tb.key(list, text)
}

// check adapts a CHECK constraint.
func (tb *table) check(list []sqltext.Token, text string) string {
	if function := tb.missingFunction(list); function != "" {
		tb.leftOut(text, "has no function "+function)
		return ""
	}
	if tb.MariaDB && contains(list, "ENFORCED") { // in a comment for MySQL alone
		tb.leftOut(text, "enforces every check")
		return ""
	}
	list = tb.expression(list)
	first := sqltext.SkipSpace(list, 0)
	name := after(list, first)
	if !tb.MariaDB && list[first].IsWord("CONSTRAINT") && name < len(list) && strings.HasPrefix(list[name].Name, "CONSTRAINT_") {
		// MariaDB numbers the checks of each table; in MySQL, a name belongs to the whole database.
		return sqltext.Join(list[:first]) + sqltext.Join(list[after(list, name):])
	}
	return sqltext.Join(list)
}
