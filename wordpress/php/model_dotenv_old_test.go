package php

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/php/models"
)

// TestOldDotenvNestsQuickly: for a line with many variables, or many incomplete ones, the
// time grows in proportion to the length of the line.
func TestOldDotenvNestsQuickly(t *testing.T) {
	start := processorTime()
	for _, text := range []string{strings.Repeat("${A}", 400_000), strings.Repeat("${", 1_000_000), strings.Repeat("${A", 600_000)} {
		entries, err := models.ParseOldDotenv("A='"+text+"'", models.Release{Major: 2, Minor: 6})
		if err != nil || len(entries) != 1 {
			t.Fatalf("got %d entries, %v", len(entries), err)
		}
		want := strings.ReplaceAll(text, "${A}", "b")
		if got, ok := entries[0].Resolve(func(string) (string, bool) { return "b", true }); !ok || got != want {
			t.Errorf("got %d bytes that begin with %.20q, want %d", len(got), got, len(want))
		}
	}
	if took := processorTime() - start; took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzOldDotenv(f *testing.F) {
	for _, seed := range []string{"A=b", "A='b # c'\nB=\"${A}\\\"\\\\\"#d", "export \"A\"=b c", "# A=\"x\nA=\"y\nz\"", "A=#b\rC", "A= # c", "A=b #c", "=x", "A", "\xef\xbb\xbfA=b"} {
		for major := 2; major <= 4; major++ {
			f.Add(seed, major, 0)
			f.Add(seed, major, 6)
		}
	}
	f.Fuzz(func(t *testing.T, file string, major, minor int) {
		if major < 2 || major > 4 {
			t.Skip()
		}
		entries, err := models.ParseOldDotenv(file, models.Release{Major: major, Minor: minor})
		var doubt *models.ReleaseConflictError
		if errors.As(err, &doubt) && (doubt.Line < 1 || doubt.Line > 1+strings.Count(file, "\n")+strings.Count(file, "\r")) {
			t.Errorf("%q: there is no %v", file, err)
		}
		for _, e := range entries {
			if e.Name == "" || strings.ContainsAny(e.Name, "= '\"\n") {
				t.Errorf("%q has an entry of the name %q", file, e.Name)
			}
			if got, ok := e.Resolve(func(string) (string, bool) { return "", false }); !ok || got != e.Text {
				t.Errorf("%q: without values %q became %q", file, e.Text, got)
			}
			if e.Ambiguous || strings.ContainsAny(e.Text, "\"\\$\r\n") || models.PhpTrim(e.Text) != e.Text {
				continue
			}
			for r := 2; r <= 4; r++ { // all releases read plain text in quotes in the same way
				again, err := models.ParseOldDotenv("A=\""+e.Text+"\"", models.Release{Major: r, Minor: minor})
				if err != nil || len(again) != 1 || again[0].Text != e.Text || again[0].Ambiguous {
					t.Errorf("%q in quotes reads as %+v, %v by %d", e.Text, again, err, r)
				}
			}
		}
	})
}
