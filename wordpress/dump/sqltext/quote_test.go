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
