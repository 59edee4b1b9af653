package dump

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ident quotes a name for SQL.
func ident(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// literal quotes a string for SQL, under a sql_mode that has backslash escapes.
func literal(s string) string {
	return "'" + string(appendEscaped(nil, []byte(s))) + "'"
}

// hexadecimal writes bytes as a hexadecimal literal.
func hexadecimal(s string) string {
	if s == "" {
		return "''"
	}
	return "0x" + string(appendHex(nil, []byte(s)))
}

// printable makes a name fit for one line of a comment, a log or an error.
func printable(s string) string {
	if s != "" && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == '`' }) < 0 {
		return s
	}
	return strconv.Quote(s)
}
