package console

import (
	"strings"
	"testing"
)

// Wide characters take two columns, and accents take none.
func TestTableOfWideCharacters(t *testing.T) {
	t.Parallel()
	table := Table{Gap: 1, Columns: []Column{{Limit: 6}, {}}}
	table.Add("日本語サイト", "a")
	table.Add("cafe\u0301", "b")
	table.Add("plain", "c")
	var b strings.Builder
	table.Write(&b, Screen{Width: 8})
	if want := "日本…  a\ncafe\u0301   b\nplain  c\n"; b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// On a terminal that is too narrow, optional columns are left out first. Then the last column is
// printed below the others.
func TestTableOnANarrowTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		screen Screen
		want   string
	}{
		{Screen{Width: 5}, "name 12 /srv/shop\n"},
		{Screen{20, true}, "name 12 /srv/shop\n"},
		{Screen{15, true}, "name /srv/shop\n"},
		{Screen{13, true}, "name\n    /srv/shop\n"},
	} {
		table := Table{Gap: 1, Fold: true, Columns: []Column{{}, {Optional: true}, {}}}
		table.Add("name", "12", "/srv/shop")
		var b strings.Builder
		if table.Write(&b, c.screen); b.String() != c.want {
			t.Errorf("%+v: got %q, want %q", c.screen, b.String(), c.want)
		}
	}
}

// Plain text is measured by its length, and short text is not cut: the results are those of the
// library.
func TestWidthOfPlainText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "/srv/www/shop.example.com", "\t", "a\x00", "a\x7f", "\xff\xfe", "caf\u00e9", "\u65e5\u672c", "\U0001f600", "\u200b"} {
		if got, want := columnsOf(text), terminalWidth().StringWidth(text); got != want {
			t.Errorf("%q has %d columns, want %d", text, got, want)
		}
		for width := range 30 {
			if got, want := cut(text, width), terminalWidth().Truncate(text, width, "…"); got != want {
				t.Errorf("%q, cut to %d columns: got %q, want %q", text, width, got, want)
			}
		}
	}
}
