package manifest

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// printable fails if text contains control characters or is not UTF-8.
func printable(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("not UTF-8: %q", text)
	}
	for _, r := range text {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') {
			t.Fatalf("%U is in %q", r, text)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, text := range []string{"", "plain ü €", "\x1b[2J", "a\nb\r\tc", "\xff\xfe", "\u202eevil", "\u0085", "\ufffd", strings.Repeat("ü", 5000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Printable(text)
		printable(t, got)
		if len(got) > 7*(4<<10+8) {
			t.Fatalf("%d bytes became %d", len(text), len(got))
		}
		if again := Printable(got); len(got) < 4<<10 && again != got {
			t.Fatalf("%q becomes %q", got, again)
		}
		if m := NewReportError(errors.New(text)).Message; strings.Contains(m, "\n") {
			t.Fatalf("two lines: %q", m)
		}
	})
}
