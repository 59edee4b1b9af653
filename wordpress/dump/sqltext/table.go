package sqltext

import "strings"

// Elements returns the columns and keys of a CREATE TABLE statement as ranges of
// tokens: each from an opening parenthesis or a comma to the next comma or the
// closing parenthesis.
func Elements(list []Token) [][2]int {
	var all [][2]int
	depth, from := 0, -1
	for i, t := range list {
		switch t.Text {
		case "(":
			if depth++; depth == 1 && from < 0 {
				from = i + 1
			}
		case ")":
			if depth--; depth == 0 {
				return append(all, [2]int{from, i})
			}
		case ",":
			if depth == 1 {
				all, from = append(all, [2]int{from, i}), i+1
			}
		}
	}
	return all
}

// HasPrimaryKey reports whether a CREATE TABLE statement defines a primary key. The
// key that information_schema marks PRI may be another one.
func HasPrimaryKey(create string) bool {
	list := Tokens(create)
	for _, r := range Elements(list) {
		at := SkipSpace(list, r[0])
		if at < r[1] && list[at].IsWord("PRIMARY") {
			return true
		}
	}
	return false
}

// VersionedByTransaction reports whether the row start column of a system-versioned
// table holds transaction IDs instead of timestamps.
func VersionedByTransaction(create string) bool {
	list := Tokens(create)
	for _, r := range Elements(list) {
		name := SkipSpace(list, r[0])
		kind := SkipSpace(list, name+1)
		if kind >= r[1] || list[name].Kind != QuotedName || !list[kind].Is("bigint") {
			continue
		}
		for i := kind; i < r[1]; i++ {
			next := SkipSpace(list, i+1)
			if list[i].IsWord("ROW") && next < r[1] && list[next].IsWord("START") {
				return true
			}
		}
	}
	return false
}

// HasCommentedOptions reports whether a CREATE TABLE statement holds a comment in the
// style of C: MariaDB puts options there that the table's engine does not know.
func HasCommentedOptions(create string) bool {
	if !strings.Contains(create, "/* ") {
		return false
	}
	for _, t := range Tokens(create) {
		if t.Kind == Space && strings.HasPrefix(t.Text, "/* ") {
			return true
		}
	}
	return false
}

// WithoutAutoIncrement removes the next value of AUTO_INCREMENT from the options of a
// CREATE TABLE statement.
func WithoutAutoIncrement(create string) string {
	var kept []Token
	list := Tokens(create)
	depth := 0
	for i := 0; i < len(list); i++ {
		switch t := list[i]; {
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case depth == 0 && t.IsWord("AUTO_INCREMENT"):
			i += 3 // the equals sign, the number and a space
			continue
		}
		kept = append(kept, list[i])
	}
	return Join(kept)
}

// WithoutInheritedCollations removes the collation of columns that have the table's:
// MySQL would treat a column that names it as one with a separate collation.
func WithoutInheritedCollations(create string) string {
	list := Tokens(create)
	all := Elements(list)
	if len(all) == 0 {
		return create
	}
	table := ""
	for i := all[len(all)-1][1]; i+2 < len(list); i++ {
		if list[i].IsWord("COLLATE") && list[i+1].Text == "=" {
			table = list[i+2].Text
			break
		}
	}
	var out []Token
	last := 0
	for _, r := range all {
		if at := collationAt(list, r); at > 0 && list[at].Text == table {
			out = append(out, list[last:at-2]...) // the word and a space
			last = SkipSpace(list, at+1)
			if last >= r[1] || list[last].Text == "," {
				out, last = out[:len(out)-1], at+1
			}
		}
	}
	return Join(append(out, list[last:]...))
}

// collationAt returns the index of the collation in a column's definition that names
// no character set before it, or 0.
func collationAt(list []Token, r [2]int) int {
	name := SkipSpace(list, r[0])
	if name >= r[1] || list[name].Kind != QuotedName {
		return 0
	}
	depth := 0
	for i := name + 1; i < r[1]; i++ {
		switch t := list[i]; {
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case depth > 0 || t.Kind != Word:
		case t.Is("COLLATE") && i+2 < r[1]:
			return i + 2
		case t.Is("CHARACTER") || t.Is("DEFAULT") || t.Is("GENERATED") || t.Is("COMMENT"):
			return 0
		}
	}
	return 0
}

// ColumnDefinition returns the index after a column's name in a CREATE TABLE
// statement, or -1 if there is no such column.
func ColumnDefinition(list []Token, name string) int {
	depth := 0
	for i, t := range list {
		switch {
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case depth == 1 && t.Kind == QuotedName && t.Name == name && i > 0 && list[i-1].Kind == Space && startsElement(list[:i]) && SkipSpace(list, i+1) < len(list):
			return i + 1
		}
	}
	return -1
}

// startsElement reports whether the next token is the first of a column or key.
func startsElement(before []Token) bool {
	i := lastNonSpace(before)
	return i >= 0 && (before[i].Text == "(" || before[i].Text == ",")
}

// ColumnDefault returns the index of the literal after DEFAULT in a column's
// definition, or -1. The definition begins after the column's name.
func ColumnDefault(definition []Token) int {
	depth := 0
	for i, t := range definition {
		switch t.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth < 0 || depth == 0 && t.Text == "," {
			break
		}
		if depth == 0 && t.IsWord("DEFAULT") {
			if at := SkipSpace(definition, i+1); at < len(definition) && definition[at].Kind == String {
				return at
			}
		}
	}
	return -1
}

// A ForeignKey is an element of a CREATE TABLE statement.
type ForeignKey struct {
	Name   string
	Parent string // the table that it references
	Text   string // CONSTRAINT `name` FOREIGN KEY …
}

// ForeignKeys returns the foreign keys in a CREATE TABLE statement that the server wrote
// that reference tables of the same database.
func ForeignKeys(create string) []ForeignKey {
	var keys []ForeignKey
	if !strings.Contains(create, "FOREIGN KEY") {
		return nil
	}
	list := Tokens(create)
	for _, r := range Elements(list) {
		from := SkipSpace(list, r[0])
		name := SkipSpace(list, from+1)
		foreign := SkipSpace(list, name+1)
		if foreign >= r[1] || !list[from].IsWord("CONSTRAINT") || list[name].Kind != QuotedName || !list[foreign].IsWord("FOREIGN") {
			continue
		}
		for i := foreign; i < r[1]; i++ {
			parent := SkipSpace(list, i+1)
			if list[i].IsWord("REFERENCES") && parent < r[1] && list[parent].Kind == QuotedName && (parent+1 >= r[1] || list[parent+1].Text != ".") {
				keys = append(keys, ForeignKey{list[name].Name, list[parent].Name, Join(list[from:r[1]])})
			}
		}
	}
	return keys
}
