package sinks

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// checkName refuses a name that another sink, or the same one seen from outside,
// would read as something else.
func checkName(name string) error {
	bad := strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' })
	if !fs.ValidPath(name) || name == "." || bad || !utf8.ValidString(name) || len(name) > 900 {
		return fmt.Errorf("store %.200q: not a plain relative name", name)
	}
	return nil
}

// maxPieces is how many objects a stream may have: beyond .999, a shell would not
// list them in their order.
const maxPieces = 1000

// pieceName is the name of a stream's further objects; the first keeps the
// stream's own, which a stream of unknown length begins under.
func pieceName(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprintf("%s.%03d", name, i)
}
