package wordpress

import (
	"encoding/json"
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

func TestPrintableWriterKeepsTextAndJSON(t *testing.T) {
	text := "line\n\tindented é 👍 \u009b\u202e\U000e0041\x7f"
	plain := string(must(json.Marshal(text + strings.Repeat("x", 2*maxPrintable))))
	for in, want := range map[string]string{
		text + "\xff": "line\n\tindented é 👍 \\u009b\\u202e\\udb40\\udc41\\u007f\\xff",
		plain:         "",
	} {
		var b strings.Builder
		if n, err := (PrintableWriter{&b}).Write([]byte(in)); n != len(in) || err != nil {
			t.Errorf("wrote %d of %d, %v", n, len(in), err)
		}
		if want != "" && b.String() != want {
			t.Errorf("got %s, want %s", b.String(), want)
		}
		var back string
		if in == plain && (json.Unmarshal([]byte(b.String()), &back) != nil || back != text+strings.Repeat("x", 2*maxPrintable) || strings.ContainsAny(b.String(), "\u009b\u202e\x7f")) {
			t.Errorf("JSON has another content: %.200q", back)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
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
