package sinks

import (
	"fmt"
	"regexp"
	"strings"
)

// Quote quotes a word for a shell command that is printed for people. The result is
// always one line, whatever the word contains: tenants choose the names of folders.
func Quote(word string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]+$`).MatchString(word) {
		return word
	}
	if !strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}
