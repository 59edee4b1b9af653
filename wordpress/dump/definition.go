package dump

import "strings"

// definitions are where the columns and keys of a CREATE TABLE statement begin and
// end: from an opening parenthesis or a comma, to the next.
func definitions(list []token) [][2]int {
	var all [][2]int
	depth, from := 0, -1
	for i, t := range list {
		switch t.text {
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

// hasPrimaryKey reads it from a table's definition: what the servers' lists call the
// key PRI may be another one.
func hasPrimaryKey(create string) bool {
	list := (dialect{}).tokens(create)
	for _, r := range definitions(list) {
		at := skipSpace(list, r[0])
		if at < r[1] && list[at].kind == tokenWord && list[at].is("PRIMARY") {
			return true
		}
	}
	return false
}

// numbersTransactions tells whether the beginning of a row's period is the number of
// a transaction.
func numbersTransactions(create string) bool {
	list := (dialect{}).tokens(create)
	for _, r := range definitions(list) {
		name := skipSpace(list, r[0])
		kind := skipSpace(list, name+1)
		if kind >= r[1] || list[name].kind != tokenName || !list[kind].is("bigint") {
			continue
		}
		for i := kind; i < r[1]; i++ {
			next := skipSpace(list, i+1)
			if list[i].kind == tokenWord && list[i].is("ROW") && next < r[1] && list[next].kind == tokenWord && list[next].is("START") {
				return true
			}
		}
	}
	return false
}

// withoutNextNumber leaves the next number of AUTO_INCREMENT out of a table's options.
func withoutNextNumber(create string) string {
	var kept []token
	list := (dialect{}).tokens(create)
	depth := 0
	for i := 0; i < len(list); i++ {
		switch t := list[i]; {
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		case depth == 0 && t.kind == tokenWord && strings.EqualFold(t.text, "AUTO_INCREMENT"):
			i += 3 // the equals sign, the number and a space
			continue
		}
		kept = append(kept, list[i])
	}
	return join(kept)
}

// withoutInherited leaves out the collation of columns that have it from their table:
// MySQL would take a column that names it for one that has its own.
func withoutInherited(create string) string {
	list := (dialect{}).tokens(create)
	all := definitions(list)
	if len(all) == 0 {
		return create
	}
	table := ""
	for i := all[len(all)-1][1]; i+2 < len(list); i++ {
		if list[i].kind == tokenWord && list[i].is("COLLATE") && list[i+1].text == "=" {
			table = list[i+2].text
			break
		}
	}
	var out []token
	last := 0
	for _, r := range all {
		if at := collationAt(list, r); at > 0 && list[at].text == table {
			out = append(out, list[last:at-2]...) // the word and a space
			last = skipSpace(list, at+1)
			if last >= r[1] || list[last].text == "," {
				out, last = out[:len(out)-1], at+1
			}
		}
	}
	return join(append(out, list[last:]...))
}

// collationAt is where a column's definition names a collation without a character
// set before it, or 0.
func collationAt(list []token, r [2]int) int {
	name := skipSpace(list, r[0])
	if name >= r[1] || list[name].kind != tokenName {
		return 0
	}
	depth := 0
	for i := name + 1; i < r[1]; i++ {
		switch t := list[i]; {
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		case depth > 0 || t.kind != tokenWord:
		case t.is("COLLATE") && i+2 < r[1]:
			return i + 2
		case t.is("CHARACTER") || t.is("DEFAULT") || t.is("GENERATED") || t.is("COMMENT"):
			return 0
		}
	}
	return 0
}
