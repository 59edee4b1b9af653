package target

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// View adapts a CREATE VIEW statement. refused is why the target would not create the
// view, "" if nothing is known against it.
func (t Target) View(list []sqltext.Token) (adapted []sqltext.Token, refused string) {
	if t.Same {
		return list, ""
	}
	if function := t.missingFunction(list); function != "" {
		return list, "it calls " + function + ", which " + t.String() + " does not have"
	}
	for i, token := range list {
		if token.Kind == sqltext.Word && lastWord(list[:i]) == "AS" && i+1 < len(list) && list[i+1].Text == ")" && t.textType(token.Text) != "" {
			return list, "it uses the type " + token.Text + ", which " + t.String() + " does not have"
		}
	}
	return t.expression(list), t.refusedSyntax(list)
}

// Routine adapts a CREATE statement of a trigger, routine or event, which was split in the
// dialect of its sql_mode. refused is why the target would not create it, "" if nothing is
// known against it. A note says what it needs and the target does not have.
func (t Target) Routine(list []sqltext.Token, sqlMode string) (adapted []sqltext.Token, refused, note string) {
	if t.Same {
		return list, "", ""
	}
	switch {
	case t.source && !t.MariaDB && slices.Contains(strings.Split(sqlMode, ","), "ORACLE"):
		refused = "it is written for sql_mode ORACLE of MariaDB"
	case !t.MariaDB && startsWith(list, "AGGREGATE"):
		refused = t.String() + " has no aggregate functions of this kind"
	case !t.mySQL(90000) && contains(list, "LANGUAGE") && lastWord(list[:find(list, 0, "JAVASCRIPT")]) == "LANGUAGE" && contains(list, "JAVASCRIPT"):
		refused = t.String() + " has no routines in JavaScript"
	default:
		refused = t.refusedSyntax(list)
	}
	if function := t.missingFunction(list); function != "" {
		note = "it calls " + function + ", which " + t.String() + " does not have: it will fail when it runs"
	}
	return t.declarations(t.expression(list)), refused, note
}

// startsWith reports whether a word is in the head of a CREATE statement, before the name.
func startsWith(list []sqltext.Token, word string) bool {
	for _, token := range list {
		if token.IsWord("FUNCTION") || token.IsWord("PROCEDURE") {
			return false
		}
		if token.IsWord(word) {
			return true
		}
	}
	return false
}

// syntaxOfMariaDB and syntaxOfMySQL are sequences of words and signs that only one kind of
// server understands.
var (
	syntaxOfMariaDB = []string{"EXECUTE IMMEDIATE", "NEXT VALUE FOR", "PREVIOUS VALUE FOR", "ROW TYPE OF", "FOR SYSTEM_TIME", "FOR PORTION OF", "CREATE OR REPLACE TABLE", "CREATE SEQUENCE"}
	syntaxOfMySQL   = []string{"- >", "MEMBER OF", "LATERAL (", "FOR SHARE", "GROUPING ("}
)

// refusedSyntax returns why the target does not understand a statement; "" if it may.
func (t Target) refusedSyntax(list []sqltext.Token) string {
	sequences := syntaxOfMariaDB
	if t.MariaDB {
		sequences = syntaxOfMySQL
	}
	for _, sequence := range sequences {
		if containsSequence(list, strings.Fields(sequence)) {
			return t.String() + " does not understand " + strings.ReplaceAll(sequence, "- >", "->")
		}
	}
	return ""
}

func containsSequence(list []sqltext.Token, words []string) bool {
	for i := range list {
		at := i
		for n, word := range words {
			if n > 0 && list[at].Kind != sqltext.Other {
				at = after(list, at)
			} else if n > 0 {
				at++
			}
			if at >= len(list) || !(list[at].IsWord(word) || list[at].Kind == sqltext.Other && list[at].Text == word) {
				break
			}
			if n == len(words)-1 {
				return true
			}
		}
	}
	return false
}

// declarations replaces types of parameters, results and variables that the target does
// not have. MySQL also requires a character set before a collation there.
func (t Target) declarations(list []sqltext.Token) []sqltext.Token {
	var out []sqltext.Token
	declares, depth, head := false, 0, false
	for i, token := range list {
		declared := declares || head && depth == 1 || lastWord(out) == "RETURNS"
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			if depth--; depth == 0 {
				head = false // the parameters end
			}
		case depth == 0 && (token.IsWord("FUNCTION") || token.IsWord("PROCEDURE")):
			head = true
		case token.IsWord("DECLARE"):
			declares = true
		case token.Text == ";" || declares && token.IsWord("DEFAULT"):
			declares = false
		case declared && token.IsWord("COLLATE") && !t.MariaDB && !followsCharset(out):
			charset, _, _ := strings.Cut(identifierAt(list, after(list, i)), "_")
			token.Text = "CHARACTER SET " + charset + " " + token.Text
		case declared && token.Kind == sqltext.Word && isType(list, i) && t.textType(token.Text) != "":
			token.Text = t.textType(token.Text)
		}
		out = append(out, token)
	}
	return out
}

// followsCharset reports whether the tokens end in CHARSET or CHARACTER SET and a name.
func followsCharset(list []sqltext.Token) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind != sqltext.Space {
			before := lastWord(list[:i])
			return before == "CHARSET" || before == "SET"
		}
	}
	return false
}

func identifierAt(list []sqltext.Token, i int) string {
	if i >= len(list) {
		return ""
	}
	return list[i].Identifier()
}

// isType reports whether a word follows a name, or RETURNS, and ends a declaration.
func isType(list []sqltext.Token, i int) bool {
	before := i - 1
	for before >= 0 && list[before].Kind == sqltext.Space {
		before--
	}
	if before < 0 || list[before].Kind != sqltext.Word && list[before].Kind != sqltext.QuotedName {
		return false
	}
	next := after(list, i)
	return list[before].IsWord("RETURNS") || next == len(list) || strings.Contains(",);", list[next].Text) || list[next].IsWord("DEFAULT")
}
