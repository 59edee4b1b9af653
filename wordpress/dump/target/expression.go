package target

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// expression maps the names of character sets and collations, and removes introducers that
// the target misreads.
func (t Target) expression(list []sqltext.Token) []sqltext.Token {
	out := make([]sqltext.Token, 0, len(list))
	for i, token := range list {
		before := lastWord(out)
		switch {
		case token.Kind != sqltext.Word && token.Kind != sqltext.QuotedName:
		case before == "COLLATE":
			token = named(token, t.Collation(token.Identifier()))
		case before == "CHARSET" || before == "SET" || before == "USING":
			token = named(token, t.Charset(token.Identifier()))
		case t.MariaDB && i+1 < len(list) && list[i+1].Kind == sqltext.String && needlessIntroducer(token.Text, list[i+1].Text):
			continue // MariaDB loses the quotes inside a literal with an introducer
		}
		out = append(out, token)
	}
	return out
}

// named returns a token with another name; the same token if the name is the same.
func named(t sqltext.Token, name string) sqltext.Token {
	if t.Identifier() != name {
		t.Text, t.Name = name, name
	}
	return t
}

// lastWord returns the last word before the space or equals sign that the tokens end in,
// in upper case; "" if they end in something else.
func lastWord(list []sqltext.Token) string {
	for i := len(list) - 1; i >= 0; i-- {
		switch t := list[i]; {
		case t.Kind == sqltext.Space || t.Text == "=":
		case t.Kind == sqltext.Word:
			return strings.ToUpper(t.Text)
		default:
			return ""
		}
	}
	return ""
}

// needlessIntroducer reports whether a literal means the same without its introducer.
func needlessIntroducer(introducer, literal string) bool {
	switch strings.ToLower(introducer) {
	case "_utf8mb4", "_utf8mb3", "_utf8":
		return true
	case "_latin1", "_ascii":
		return sqltext.IsASCII([]byte(literal))
	}
	return false
}
