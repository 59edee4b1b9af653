package dump

import (
	"testing"
)

func TestBlogOf(t *testing.T) {
	for table, want := range map[string]int{"wp_posts": 1, "wp_2_posts": 2, "wp_10_options": 10, "wp_2": 1, "wp_2x_a": 1, "wp_02_a": 1, "other": 0, "wp__a": 1, "wp_99999999999_a": 1} {
		if got := blogOf(table, "wp_"); got != want {
			t.Errorf("%s: got %d, want %d", table, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"*", "", true},
		{"wp_*", "wp_posts", true},
		{"*_log*", "wp_logs", true},
		{"*_log", "wp_logs", false},
		{"w?_x", "wp_x", true},
		{"w?", "w", false},
		{"a*b*c", "aXbXbYc", true},
		{"a*b*c", "aXbXbY", false},
		{"[a]", "[a]", true},
	} {
		if got := match(c.pattern, c.name); got != c.want {
			t.Errorf("%s, %s: got %v", c.pattern, c.name, got)
		}
	}
}
