package manifest

import (
	"fmt"
	"strings"
)

// maxPrintable is the length at which Printable cuts, in bytes.
const maxPrintable = 4 << 10

// Printable makes text of unknown origin safe for a terminal and a log line: control
// characters and bytes that are not UTF-8 are escaped, and long text is cut.
func Printable(s string) string {
	if len(s) > maxPrintable {
		s = s[:maxPrintable] + "…"
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\uFFFD' && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069'):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
