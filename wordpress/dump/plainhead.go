package dump

import "strings"

// withPlainHead writes the strings in a definition's head as a sql_mode with
// NO_BACKSLASH_ESCAPES wants them. Servers escape what they put there themselves, the
// comment and the members of the type that a function returns, with backslashes
// whatever the mode is; parameters and the body are as they were given.
func withPlainHead(list []token, what string) []token {
	i := 0
	word := what[strings.LastIndexByte(what, ' ')+1:] // of PACKAGE BODY the last
	for i < len(list) && !(list[i].kind == tokenWord && list[i].is(word)) {
		i++
	}
	i = skipSpace(list, i+1) + 1 // past the name
	if open := skipSpace(list, i); open < len(list) && list[open].text == "(" {
		i = groupEnd(list, open)
	}
	if what == "FUNCTION" {
		i = plainType(list, i)
	}
	for i = skipSpace(list, i); i < len(list); i = skipSpace(list, i+1) {
		t := &list[i]
		switch {
		case t.text == "(": // what a routine uses
			i = groupEnd(list, i) - 1
		case t.kind == tokenString:
			t.text = plainString(t.text)
		case t.kind == tokenWord && !inHead(t.text, what):
			return list
		}
	}
	return list
}

// plainType does it for the type after RETURNS, and says where the line ends.
func plainType(list []token, i int) int {
	for ; i < len(list) && list[i].text != "\n"; i++ {
		if (list[i].is("ENUM") || list[i].is("SET")) && i+1 < len(list) && list[i+1].text == "(" {
			end := groupEnd(list, i+1)
			for i++; i < end; i++ {
				if list[i].kind == tokenString {
					list[i].text = plainString(list[i].text)
				}
			}
			i--
		}
	}
	return i
}

// groupEnd is the place after the parenthesis that closes the one at open.
func groupEnd(list []token, open int) int {
	depth := 0
	for i := open; i < len(list); i++ {
		switch list[i].text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(list)
}

// inHead tells whether a word can stand before the body; no body begins with one.
func inHead(word, what string) bool {
	if what == "EVENT" {
		return !strings.EqualFold(word, "DO")
	}
	switch strings.ToUpper(word) {
	case "COMMENT", "LANGUAGE", "SQL", "JAVASCRIPT", "WASM", "USING", "NOT", "DETERMINISTIC", "CONTAINS", "NO", "READS", "MODIFIES", "DATA", "SECURITY", "INVOKER", "DEFINER":
		return true
	}
	return false
}

// plainString is a literal with backslash escapes as one without. A zero byte stays
// escaped, since the client would not take it.
func plainString(s string) string {
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
