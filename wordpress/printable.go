package wordpress

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxPrintable is the length in bytes at which Printable cuts a text.
const maxPrintable = 4 << 10

// Printable makes text of unknown origin safe for a terminal and for one line of a log. It
// escapes control characters, line breaks, invisible characters, characters that change the
// direction of text, and bytes that are not UTF-8. It cuts text that is longer than 4 KiB.
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

// A PrintableWriter writes text or JSON for people and their terminals. It escapes the same
// characters as Printable, except line breaks and tabs, and cuts nothing. The meaning of JSON
// does not change. A character must not be split between two writes.
type PrintableWriter struct{ W io.Writer }

// Write implements io.Writer.
func (p PrintableWriter) Write(text []byte) (int, error) {
	var b strings.Builder
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r > 0xffff && !visible(r):
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			escape(&b, string(rest[:size]), "")
		}
		rest = rest[size:]
	}
	if _, err := io.WriteString(p.W, b.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// QuoteName returns a file name unchanged if all of it is printable. Otherwise it returns the
// name in double quotes with escapes.
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

// escape writes s, with escapes for all characters that are not printable. It writes a backslash
// before the characters in special.
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

// visible reports whether a terminal shows the character without any other effect. Control and
// format characters (C0, C1, bidi, zero-width, tags) are not graphic. A few letters and marks are
// graphic but invisible, or carry hidden data.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) &&
		!(r > 0xffff && unicode.Is(unicode.Variation_Selector, r))
}
