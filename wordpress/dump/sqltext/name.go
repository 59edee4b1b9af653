package sqltext

import "strings"

// A SchemaName is a database's name as it is compared in statements.
type SchemaName struct {
	Name       string
	IgnoreCase bool // the server compares names of databases without regard to case
}

// Matches reports whether a token is the name.
func (n SchemaName) Matches(t Token) bool {
	if t.Kind != QuotedName && t.Kind != Word {
		return false
	}
	return t.Identifier() == n.Name || n.IgnoreCase && strings.EqualFold(t.Identifier(), n.Name)
}

// Identifiers returns the quoted names in a statement that the server wrote.
func Identifiers(statement string) []string {
	var names []string
	for _, t := range Tokens(statement) {
		if t.Kind == QuotedName {
			names = append(names, t.Name)
		}
	}
	return names
}

// Unqualify removes the database's name before the names of its own objects.
// isObject reports whether name, after the tokens before it, is such an object. Only
// tokens up to the word stop are changed; "" means all.
func Unqualify(list []Token, database SchemaName, stop string, isObject func(name string, before []Token) bool) []Token {
	var out []Token
	for i := 0; i < len(list); i++ {
		t := list[i]
		if stop != "" && t.IsWord(stop) {
			return append(out, list[i:]...)
		}
		if database.Matches(t) && !afterDot(out) {
			dot := SkipSpace(list, i+1)
			next := SkipSpace(list, dot+1)
			if dot < len(list) && list[dot].Text == "." && next < len(list) {
				third := SkipSpace(list, next+1)
				if third < len(list) && list[third].Text == "." || isObject(list[next].Identifier(), out) {
					i = next - 1
					continue
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// AnyName is an isObject for Unqualify where only an object of the database can
// follow the database's name.
func AnyName(string, []Token) bool { return true }

// Mentions reports whether a statement names an object of the database by its
// qualified name.
func Mentions(list []Token, database SchemaName) bool {
	for i, t := range list {
		if !database.Matches(t) || afterDot(list[:i]) {
			continue
		}
		if dot := SkipSpace(list, i+1); dot < len(list) && list[dot].Text == "." {
			return true
		}
	}
	return false
}

// WithoutDefiner removes DEFINER=user from the head of a CREATE statement.
func WithoutDefiner(list []Token) []Token {
	for i, t := range list {
		if t.Kind == Other && t.Text == "(" {
			break
		}
		if !t.IsWord("DEFINER") {
			continue
		}
		end := definerEnd(list, i)
		if end == i { // SQL SECURITY DEFINER
			continue
		}
		if end < 0 {
			break
		}
		end = SkipSpace(list, end+1)
		return append(append([]Token{}, list[:i]...), list[end:]...)
	}
	return list
}
