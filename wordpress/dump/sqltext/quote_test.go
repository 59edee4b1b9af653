package sqltext

import (
	"strings"
	"testing"
)

func TestCommentsStayComments(t *testing.T) {
	for _, s := range []string{"a\nDROP TABLE x", "a\r\nb", "*/ \\! rm", "\x00"} {
		for _, line := range strings.Split(strings.TrimSuffix(Comment(s), "\n"), "\n") {
			if line != "" && !strings.HasPrefix(line, "-- ") || strings.ContainsAny(line, "\r\x00") {
				t.Errorf("%q: %q", s, line)
			}
		}
		if strings.ContainsAny(DisplayName(s)+OneLine(s), "\n\r\x00") {
			t.Errorf("%q: %q, %q", s, DisplayName(s), OneLine(s))
		}
	}
}

func TestQuotes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Ident("a`b"), "`a``b`"},
		{Literal("a'b\\\x00\n\xff"), `'a\'b\\\0\n` + "\xff'"},
		{Hex(""), "''"},
		{Hex("\x00\xaf1"), "0x00AF31"},
		{DisplayName("wp_pöst s"), "wp_pöst s"},
		{DisplayName(""), `""`},
		{DisplayName("a`b"), "\"a`b\""},
		{DisplayName("a\u202eb"), `"a\u202eb"`},
		{DisplayName("a\xffb"), `"a\xffb"`},
		{Comment("a b\r\nc"), "-- a b\n-- c\n"},
		{OneLine("a b\x1f\x7f~é"), "a b  ~é"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	for name, plain := range map[string]bool{"": true, "utf8mb4_0900_ai_ci": true, "a;b": false, "a b": false, "a`": false} {
		if err := CheckPlain("latin1", name); (err == nil) != plain {
			t.Errorf("%q: %v", name, err)
		}
	}
}
