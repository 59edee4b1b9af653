package sqltext

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ident quotes a name.
func Ident(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// Literal quotes a string, for a sql_mode with backslash escapes.
func Literal(s string) string {
	return "'" + string(AppendEscaped(nil, []byte(s))) + "'"
}

// Hex returns bytes as a hexadecimal literal.
func Hex(s string) string {
	if s == "" {
		return "''"
	}
	return "0x" + string(AppendHex(nil, []byte(s)))
}

// DisplayName returns an identifier for one line of a comment, a log or an error, also
// inside backticks: the identifier itself, or a quoted Go string.
func DisplayName(s string) string {
	if s != "" && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == '`' }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// CheckPlain returns an error unless all names of character sets and collations can be
// written without quotes. "" is accepted.
func CheckPlain(names ...string) error {
	for _, name := range names {
		if strings.Trim(name, letters) != "" {
			return fmt.Errorf("%s is not the name of a character set or collation", DisplayName(name))
		}
	}
	return nil
}

// Comment turns every line of a text into a comment.
func Comment(s string) string {
	var b strings.Builder
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == 0 }) {
		b.WriteString("-- " + line + "\n")
	}
	return b.String()
}

// OneLine replaces control characters by spaces, so that a text fits on one line of a
// comment.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
