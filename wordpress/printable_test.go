package wordpress

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                                    "",
		"plain, münchen, 日本, 👍🏽":              "plain, münchen, 日本, 👍🏽",
		"\uFFFD is valid":                     "\uFFFD is valid",
		"a\nb\r\t\x00\x1b[31m\x7f":            `a\u000ab\u000d\u0009\u0000\u001b[31m\u007f`,
		"c1 \u0085\u009b":                     `c1 \u0085\u009b`,
		"lines \u2028\u2029":                  `lines \u2028\u2029`,
		"bidi \u202e\u2066\u200f\u061c":       `bidi \u202e\u2066\u200f\u061c`,
		"zero \u200b\u200d\ufeff\u2060\u00ad": `zero \u200b\u200d\ufeff\u2060\u00ad`,
		"tags \U000e0041\U000e0001":           `tags \U000e0041\U000e0001`,
		"unseen \u3164\u115f\u034f\U000e0100": `unseen \u3164\u115f\u034f\U000e0100`,
		"bytes \xff\xc3(":                     `bytes \xff\xc3(`,
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
	if got := Printable(strings.Repeat("x", maxPrintable-1) + "é" + strings.Repeat("x", 10)); got != strings.Repeat("x", maxPrintable-1)+"…" {
		t.Errorf("cut in a character: got %q", got[maxPrintable-8:])
	}
}

func TestQuoteName(t *testing.T) {
	for in, want := range map[string]string{
		"wp-content/a b.jpg": "wp-content/a b.jpg",
		`back\slash"quote`:   `back\slash"quote`,
		"a\n\"b\\":           `"a\x0a\"b\\"`,
		"m\xfcnchen":         `"m\xfcnchen"`,
		"a\u202eb":           `"a\u202eb"`,
	} {
		if got := QuoteName(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x80\u202e\U000e0041")
	f.Fuzz(func(t *testing.T, in string) {
		out := Printable(in)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return !visible(r) }) {
			t.Errorf("%q: got %q", in, out)
		}
		if again := QuoteName(out); again != out {
			t.Errorf("%q: %q has to be quoted", in, out)
		}
	})
}
