package wordpress

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Shown is a name as a person may read it, on one line: quoted where it holds
// what does not print.
func Shown(name string) string {
	if !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}
