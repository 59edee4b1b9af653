package sqltext

import (
	"fmt"
	"strings"
)

// HeadTokens returns the indexes of the tokens before the body of a trigger, routine,
// package or event, which the server itself writes: everything but the parameters. The
// first ones, before the word at index kindAt, are the definer. kind is TRIGGER, FUNCTION,
// PROCEDURE, PACKAGE, PACKAGE BODY, LIBRARY or EVENT.
func HeadTokens(list []Token, kind string) (head []int, kindAt int) {
	i := 0
	word := kind[strings.LastIndexByte(kind, ' ')+1:] // BODY of PACKAGE BODY
	for i < len(list) && !list[i].IsWord(word) {
		i++
	}
	kindAt = i
	i = min(SkipSpace(list, i+1)+1, len(list)) // after the name
	for kind == "TRIGGER" && i < len(list) && !list[i].IsWord("EACH") {
		i++
	}
	for n := range i {
		head = append(head, n)
	}
	if kind == "TRIGGER" {
		return head, kindAt
	}
	if open := SkipSpace(list, i); open < len(list) && list[open].Text == "(" {
		i = GroupEnd(list, open)
	}
	if kind == "FUNCTION" {
		for ; i < len(list) && list[i].Text != "\n"; i++ { // the type after RETURNS
			head = append(head, i)
		}
	}
	for i = SkipSpace(list, i); i < len(list); i = SkipSpace(list, i+1) {
		switch t := list[i]; {
		case t.Text == "(": // of USING
			i = GroupEnd(list, i) - 1
		case t.Kind == Word && !belongsToHead(t.Text, kind):
			return head, kindAt
		default:
			head = append(head, i)
		}
	}
	return head, kindAt
}

// UnescapeHead rewrites the literals in the head of a routine, package or event for a
// sql_mode with NO_BACKSLASH_ESCAPES. Servers write the comment and the members of a
// function's return type with backslash escapes in any mode; parameters and the body
// are as they were given.
func UnescapeHead(list []Token, kind string) []Token {
	head, _ := HeadTokens(list, kind)
	for _, i := range head {
		if list[i].Kind == String {
			list[i].Text = unescapeLiteral(list[i].Text)
		}
	}
	return list
}

// belongsToHead reports whether a word can come before the body; no body begins with
// such a word.
func belongsToHead(word, kind string) bool {
	if kind == "EVENT" {
		return !strings.EqualFold(word, "DO")
	}
	switch strings.ToUpper(word) {
	case "COMMENT", "LANGUAGE", "SQL", "JAVASCRIPT", "WASM", "USING", "NOT", "DETERMINISTIC", "CONTAINS", "NO", "READS", "MODIFIES", "DATA", "SECURITY", "INVOKER", "DEFINER":
		return true
	}
	return false
}

// unescapeLiteral resolves backslash escapes in a literal. A zero byte stays escaped,
// since the client does not accept it.
func unescapeLiteral(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) || s[i+1] == '0' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if at := strings.IndexByte("nrtbZ", s[i]); at >= 0 {
			b.WriteByte("\n\r\t\b\x1a"[at])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// UnqualifyLibraries removes the database's name before the libraries in a routine's
// USING clause.
func UnqualifyLibraries(list []Token, database SchemaName) []Token {
	for i, t := range list {
		switch open := SkipSpace(list, i+1); {
		case t.Kind != Word:
		case t.Is("AS") || t.Is("BEGIN") || t.Is("RETURN"):
			return list
		case t.Is("USING") && open < len(list) && list[open].Text == "(":
			end := open
			for end < len(list) && list[end].Text != ")" {
				end++
			}
			inside := Unqualify(list[open:end], database, "", AnyName)
			return append(append(append([]Token{}, list[:open]...), inside...), list[end:]...)
		}
	}
	return list
}

// TriggerColumns returns the columns that a trigger's body reads or sets through NEW
// and OLD; none if NEW or OLD may be something else there.
func TriggerColumns(list []Token) []string {
	var columns []string
	for i, t := range list {
		if !t.IsWord("NEW") && !t.IsWord("OLD") || afterDot(list[:i]) {
			continue
		}
		dot := SkipSpace(list, i+1)
		column := SkipSpace(list, dot+1)
		if dot >= len(list) || list[dot].Text != "." || column >= len(list) {
			return nil
		}
		columns = append(columns, list[column].Identifier())
	}
	return columns
}

// Delimiter returns a statement delimiter for the stock client that does not occur in
// the text.
func Delimiter(text string) string {
	for n := 0; ; n++ {
		end := ";;"
		if n > 0 {
			end = fmt.Sprintf("$$%d$$", n)
		}
		if !strings.Contains(text, end) && (n > 0 || !strings.HasSuffix(text, ";")) {
			return end
		}
	}
}

// HasComments reports whether there are comments among the tokens.
func HasComments(list []Token) bool {
	for _, t := range list {
		if t.Kind == Space && strings.ContainsAny(t.Text[:1], "/#-") {
			return true
		}
	}
	return false
}

// ForClient prepares a statement for the stock client, which removes the end of every
// line that begins like its command DELIMITER outside of literals and comments: such
// lines get a second end.
func ForClient(text string, d Dialect) string {
	return changeDelimiterLines(text, d, func(end string) string { return end + "\n" })
}

// AsClient returns a statement as the stock client sends it.
func AsClient(text string, d Dialect) string {
	return changeDelimiterLines(text, d, func(end string) string { return end[:len(end)-1] })
}

// changeDelimiterLines changes the last token, with the line's end, of every line that begins
// like the command DELIMITER.
func changeDelimiterLines(text string, d Dialect, change func(end string) string) string {
	var b strings.Builder
	line := "" // the current line up to the token
	for _, t := range d.Tokens(text) {
		endsLine := t.Kind == Space && strings.HasSuffix(t.Text, "\n") // white space, or a comment up to the line's end
		before, _, _ := strings.Cut(t.Text, "\n")
		if line += before; endsLine && len(line) >= len("DELIMITER") && strings.EqualFold(line[:len("DELIMITER")], "DELIMITER") {
			b.WriteString(change(t.Text))
		} else {
			b.WriteString(t.Text)
		}
		if at := strings.LastIndexByte(t.Text, '\n'); at >= 0 {
			line = t.Text[at+1:]
		}
	}
	return b.String()
}
