package php

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A line that puts in many variables, or nearly does, takes time that grows no
// faster than it does.
func TestOldDotenvNestsQuickly(t *testing.T) {
	start := processorTime()
	for _, text := range []string{strings.Repeat("${A}", 400_000), strings.Repeat("${", 1_000_000), strings.Repeat("${A", 600_000) + "}"} {
		entries, err := parseOldDotenv("A='"+text+"'", release{2, 6})
		if err != nil || len(entries) != 1 {
			t.Fatalf("got %d entries, %v", len(entries), err)
		}
		want := strings.ReplaceAll(text, "${A}", "b")
		if got := entries[0].resolveEverywhere(func(string) (string, bool) { return "b", true }); got != want {
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
		entries, err := parseOldDotenv(file, release{major, minor})
		var doubt *oldDoubt
		if errors.As(err, &doubt) && (doubt.line < 1 || doubt.line > 1+strings.Count(file, "\n")+strings.Count(file, "\r")) {
			t.Errorf("%q: there is no %v", file, err)
		}
		for _, e := range entries {
			if e.name == "" || strings.ContainsAny(e.name, "= '\"\n") {
				t.Errorf("%q has an entry of the name %q", file, e.name)
			}
			if got := e.resolveEverywhere(func(string) (string, bool) { return "", false }); got != e.text {
				t.Errorf("%q: without values %q became %q", file, e.text, got)
			}
			if e.doubt || strings.ContainsAny(e.text, "\"\\$\r\n") || phpTrim(e.text) != e.text {
				continue
			}
			for r := 2; r <= 4; r++ { // plain text in quotes is the same for all
				again, err := parseOldDotenv("A=\""+e.text+"\"", release{r, minor})
				if err != nil || len(again) != 1 || again[0].text != e.text || again[0].doubt {
					t.Errorf("%q in quotes reads as %+v, %v by %d", e.text, again, err, r)
				}
			}
		}
	})
}
