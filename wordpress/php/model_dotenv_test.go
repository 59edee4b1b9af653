package php

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/php/models"
)

func TestDotenvGrammar(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"plain", "A=b", "A=b"},
		{"spaces around", "  A = b  ", "A=b"},
		{"export", "export LONGER=b", "LONGER=b"},
		{"quoted name", `"A.B"=c`, "A.B=c"},
		{"single quotes keep all", `A='b # $x \n "q"'`, `A=b # $x \n "q"`},
		{"double quotes", `A="b \"c\" \\ \$d \n"`, "A=b \"c\" \\ $d \n"},
		{"comment after blank", "A=b # c", "A=b"},
		{"hash in a word", "A=b#c", "A=b"},
		{"hash in quotes", `A="b#c"`, "A=b#c"},
		{"comment lines", "# x\n\n  # y\nA=b", "A=b"},
		{"empty", "A=", "A="},
		{"empty quotes", `A=""`, "A="},
		{"equals in value", "A=b=c==", "A=b=c=="},
		{"no equals", "A", "A!"},
		{"CRLF and CR", "A=b\r\nC=d\rE=f", "A=b;C=d;E=f"},
		{"BOM", "\xef\xbb\xbfA=b", "A=b"},
		{"several lines", "A=\"b\nc # d\ne\"\nF=g", "A=b\nc # d\ne;F=g"},
		{"nested", "A=b\nC=${A}/d\nE=\"${C}$\"", "A=b;C=b/d;E=b/d$"},
		{"nested unknown stays", "A=${NONE}x", "A=${NONE}x"},
		{"nested in single quotes stays", "A=b\nC='${A}'", "A=b;C=${A}"},
		{"nested escaped stays", "A=b\nC=\"\\${A}\"", "A=b;C=${A}"},
		{"name built of a value is refused", "A=B\nB=c\nD=\"${${A}}\"", "A=B;B=c;D?"},
		{"part of a name from a value is refused", "A=B\nB=c\nD=\"${A${A}}\"", "A=B;B=c;D?"},
		{"dollar sign before a value is refused", "A={B}\nB=c\nD=$${A}", "A={B};B=c;D?"},
		{"dollar signs", "A=b\nC=$$x$A${NONE$${\nD=${A}$", "A=b;C=$$x$A${NONE$${;D=b$"},
		{"parentheses", "A=(b)", "A=(b)"},
		{"not ASCII", "Ä=ö", "Ä=ö"},
		{"blank inside", "A=b c", "error"},
		{"after quotes", `A="b"c`, "error"},
		{"open single quote", "A='b", "error"},
		{"open double quote", `A="b`, ""},
		{"bad escape", `A="\q"`, "error"},
		{"no name", "=b", "error"},
		{"bad name", "A-B=c", "error"},
	} {
		if got := dotenvShown(c.file); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.name, c.file, got, c.want)
		}
	}
}

// dotenvShown reads a file and formats its variables, with ${NAME} replaced.
func dotenvShown(file string) string {
	entries, err := models.ParseDotenv(file)
	if err != nil {
		return "error"
	}
	known := map[string]string{}
	var out []string
	for _, e := range entries {
		if e.NoValue {
			out = append(out, e.Name+"!")
			continue
		}
		text, ok := e.Resolve(func(name string) (string, bool) { v, ok := known[name]; return v, ok })
		if !ok {
			out = append(out, e.Name+"?")
			continue
		}
		known[e.Name] = text
		out = append(out, e.Name+"="+known[e.Name])
	}
	return strings.Join(out, ";")
}

func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=b", "A=\"b\nc\"", "export X='y'\nZ=${X}#c", "A=\"\\\\\"", "A=\"${A}${B}\"\nB", "=\r\r\n\"", "A=\"\\$\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if !utf8.ValidString(file) {
			t.Skip()
		}
		entries, err := models.ParseDotenv(file)
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.Name == "" {
				t.Errorf("%q has an entry without a name", file)
			}
			for _, i := range e.Vars {
				if i >= len(e.Text) || e.Text[i] != '$' {
					t.Errorf("%q: no variable at %d of %q", file, i, e.Text)
				}
			}
			if got, ok := e.Resolve(func(string) (string, bool) { return "", false }); !ok || got != e.Text {
				t.Errorf("%q: without values %q became %q", file, e.Text, got)
			}
			if quoted := `A="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(e.Text) + `"`; !strings.ContainsAny(e.Text, "\r\n\x00\"\\") {
				again, err := models.ParseDotenv(quoted)
				if err != nil || len(again) != 1 || again[0].Text != e.Text {
					t.Errorf("%q written as %q reads as %+v, %v", e.Text, quoted, again, err)
				}
			}
		}
	})
}

// TestDotenvNestsQuickly: for a line with many variables, the time grows in proportion to
// the length of the line.
func TestDotenvNestsQuickly(t *testing.T) {
	entries, bad := models.ParseDotenv("A=b\nC=" + strings.Repeat("${A}", 400_000) + "x${A")
	if bad != nil {
		t.Fatal(bad)
	}
	watch := stopwatch()
	got, _ := entries[1].Resolve(func(string) (string, bool) { return "b", true })
	if want := strings.Repeat("b", 400_000) + "x${A"; got != want {
		t.Errorf("got %d bytes that end in %q", len(got), got[max(0, len(got)-20):])
	}
	if took := watch(); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
