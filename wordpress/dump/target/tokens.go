package target

import "github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"

// contains reports whether a word is among the tokens.
func contains(list []sqltext.Token, word string) bool { return find(list, 0, word) < len(list) }

// find returns the index of the first such word from i on outside of parentheses, or the
// number of tokens.
func find(list []sqltext.Token, i int, word string) int {
	depth := 0
	for ; i < len(list); i++ {
		switch {
		case list[i].Text == "(":
			depth++
		case list[i].Text == ")":
			depth--
		case depth <= 0 && list[i].IsWord(word):
			return i
		}
	}
	return len(list)
}

// cut removes the tokens from one index to another, and the space before them.
func cut(list []sqltext.Token, from, to int) []sqltext.Token {
	for from > 0 && list[from-1].Kind == sqltext.Space && list[from-1].Text != "\n" {
		from--
	}
	return append(append([]sqltext.Token{}, list[:from]...), list[to:]...)
}

// replace puts a text in the place of the tokens from one index to another.
func replace(list []sqltext.Token, from, to int, text string) []sqltext.Token {
	out := append(append([]sqltext.Token{}, list[:from]...), sqltext.Tokens(text)...)
	return append(out, list[to:]...)
}

// versionComment returns where a comment that only some servers execute, such as
// /*!80023 INVISIBLE */, begins and ends: the one around index i. ok is false if i is in
// no such comment.
func versionComment(list []sqltext.Token, i int) (from, to int, ok bool) {
	from, to = i, i
	for from > 0 && list[from].Text != "!" {
		from--
	}
	for to < len(list) && !(list[to].Text == "/" && list[to-1].Text == "*") {
		to++
	}
	if from < 2 || list[from-1].Text != "*" || to == len(list) {
		return 0, 0, false
	}
	return from - 2, to + 1, true
}

// after returns the index of the first token after index i that is not a space; it is the
// number of tokens if there is none.
func after(list []sqltext.Token, i int) int {
	return min(sqltext.SkipSpace(list, min(i+1, len(list))), len(list))
}
