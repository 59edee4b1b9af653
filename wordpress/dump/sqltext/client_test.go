package sqltext

import (
	"testing"
)

func TestDelimiter(t *testing.T) {
	for text, want := range map[string]string{"SELECT 1": ";;", "SELECT ';;'": "$$1$$", "a ;; $$1$$ b": "$$2$$", "BEGIN END;": "$$1$$"} {
		if got := Delimiter(text); got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestForClient(t *testing.T) {
	for _, c := range [][2]string{
		{"SELECT 1 AS\ndelimiter\n, 2", "SELECT 1 AS\ndelimiter\n\n, 2"},
		{"SELECT\nDelimiter_x -- c\nFROM t", "SELECT\nDelimiter_x -- c\n\nFROM t"},
		{"SELECT\n delimiter\n, 2", "SELECT\n delimiter\n, 2"},
		{"/*\ndelimiter ;\n*/ SELECT 'a\ndelimiter\nb'", "/*\ndelimiter ;\n*/ SELECT 'a\ndelimiter\nb'"},
		{"delimite\nr", "delimite\nr"},
		{"BEGIN\ndelimiter:='x\ny';\nEND", "BEGIN\ndelimiter:='x\ny';\nEND"},
	} {
		if got := ForClient(c[0], Dialect{}); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
		if got := AsClient(c[1], Dialect{}); got != c[0] {
			t.Errorf("%q: the client sends %q, want %q", c[1], got, c[0])
		}
	}
}
