package wordpress

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPrintable is the length in bytes at which Printable cuts a text.
const maxPrintable = 4 << 10

// Printable makes text of unknown origin safe for a terminal and for one line of
// a log. It escapes control characters, line breaks, characters that change the
// direction of text or are invisible, and bytes that are not UTF-8. Longer texts
// are cut at 4 KiB.
func Printable(s string) string {
	cut := ""
	if len(s) > maxPrintable {
		end := maxPrintable
		for end > maxPrintable-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s, cut = s[:end], "…"
	}
	var b strings.Builder
	escape(&b, s, "")
	return b.String() + cut
}

// QuoteName returns a file name as it is if all of it can be printed, else in
// double quotes, with escapes.
func QuoteName(name string) string {
	var b strings.Builder
	if escape(&b, name, ""); b.String() == name {
		return name
	}
	b.Reset()
	b.WriteByte('"')
	escape(&b, name, `"\`)
	b.WriteByte('"')
	return b.String()
}

// escape writes s with escapes for what does not print. A backslash is put before
// the characters of special.
func escape(b *strings.Builder, s, special string) {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(b, `\x%02x`, s[i])
		case strings.ContainsRune(special, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case visible(r):
			b.WriteRune(r)
		case r < utf8.RuneSelf && special != "":
			fmt.Fprintf(b, `\x%02x`, r)
		case r > 0xffff:
			fmt.Fprintf(b, `\U%08x`, r)
		default:
			fmt.Fprintf(b, `\u%04x`, r)
		}
	}
}

// visible reports whether a terminal shows a character, or a space, and nothing
// else happens. Control and format characters (C0, C1, bidi, zero-width, tags) are
// not graphic. A few letters and marks have no shape, or carry data unseen.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) &&
		!(r > 0xffff && unicode.Is(unicode.Variation_Selector, r))
}
