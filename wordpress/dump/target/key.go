package target

import (
	"strconv"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// key adapts the definition of a key; it returns "" if that is left out.
func (tb *table) key(list []sqltext.Token, text string) string {
	first := sqltext.SkipSpace(list, 0)
	open := first
	for open < len(list) && list[open].Text != "(" {
		open++
	}
	if open == len(list) {
		return sqltext.Join(list)
	}
	end := sqltext.GroupEnd(list, open)
	parts := list[open:end]
	switch {
	case hasFunctionalPart(parts) && !tb.mySQL(80013):
		tb.leftOut(text, "has no keys on expressions")
		return ""
	case hasFunctionalPart(parts) && tb.missingFunction(parts) != "":
		tb.leftOut(text, "has no function "+tb.missingFunction(parts))
		return ""
	case list[first].IsWord("VECTOR") && !tb.mariaDB(110701):
		tb.leftOut(text, "has no such keys")
		return ""
	case find(parts[1:], 0, "OVERLAPS") < len(parts)-1 && !tb.MariaDB:
		tb.leftOut(text, "has no periods")
		return ""
	}
	hash := find(list, end, "HASH")
	if using := find(list, end, "USING"); hash < len(list) && using < hash && !tb.MariaDB && tb.engine != "MEMORY" {
		if list[first].IsWord("UNIQUE") && !tb.fits(parts) {
			tb.leftOut(text, "has no unique keys of this length")
			return ""
		}
		list = cut(list, using, hash+1)
	}
	list = tb.ignored(list, end, text)
	if parser := find(list, end, "PARSER"); parser < len(list) {
		if from, to, ok := versionComment(list, parser); ok {
			tb.leftOut(sqltext.Join(list[from:to])+" of "+text, "has other parsers")
			list = cut(list, from, to)
		}
	}
	return sqltext.Join(tb.expression(tb.withoutDropped(list, open)))
}

// hasFunctionalPart reports whether a part of a key is an expression in parentheses.
func hasFunctionalPart(parts []sqltext.Token) bool {
	for i := 1; i < len(parts); i++ {
		if parts[i].Text == "(" && parts[i-1].Kind != sqltext.QuotedName {
			return true
		}
		if parts[i].Text == "(" {
			i = sqltext.GroupEnd(parts, i) - 1
		}
	}
	return false
}

// fits reports whether the parts of a key are short enough for an ordinary one.
func (tb *table) fits(parts []sqltext.Token) bool {
	sum := 0
	for i, t := range parts {
		if t.Kind != sqltext.QuotedName {
			continue
		}
		bytes := tb.columns[t.Text].bytes
		if i+2 < len(parts) && parts[i+1].Text == "(" {
			length, _ := strconv.Atoi(parts[i+2].Text)
			bytes = 4 * length
		}
		if bytes == 0 {
			return false
		}
		sum += bytes
	}
	return sum <= maxKey
}

// ignored adapts the attribute of a key that no query uses: IGNORED in MariaDB, and in a
// comment INVISIBLE in MySQL.
func (tb *table) ignored(list []sqltext.Token, from int, text string) []sqltext.Token {
	at := min(find(list, from, "IGNORED"), find(list, from, "INVISIBLE"))
	if at == len(list) {
		return list
	}
	start, end, ok := versionComment(list, at)
	if !ok {
		start, end = at, at+1
	}
	switch {
	case tb.mariaDB(100600):
		return replace(list, start, end, "IGNORED")
	case tb.mySQL(80000):
		return replace(list, start, end, "INVISIBLE")
	}
	tb.note("queries use this key, since " + tb.String() + " cannot ignore one: " + sqltext.OneLine(text))
	return cut(list, start, end)
}

// withoutDropped removes the columns that are left out from a key; it returns nil if the key has
// no others.
func (tb *table) withoutDropped(list []sqltext.Token, open int) []sqltext.Token {
	for i := open + 1; i < len(list); i++ {
		if list[i].Kind != sqltext.QuotedName || !tb.dropped[list[i].Name] {
			continue
		}
		end := i + 1
		for end < len(list) && list[end].Text != "," && list[end].Text != ")" { // DESC
			end++
		}
		switch {
		case list[i-1].Text == ",":
			return tb.withoutDropped(cut(list, i-1, end), open)
		case end < len(list) && list[end].Text == ",":
			return tb.withoutDropped(cut(list, i, end+1), open)
		}
		return nil
	}
	return list
}
