package syntax

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// lexAll reads tokens as the parser does, but without the inside of strings.
func lexAll(code string) (tokens []token, err error) {
	l := newLexer("t.php", code)
	err = failureOf(func() {
		for tokens == nil || tokens[len(tokens)-1].kind != tEOF {
			tokens = append(tokens, l.next())
		}
	})
	return tokens, err
}

func TestLex(t *testing.T) {
	tests := []struct{ code, want string }{
		{"", "0:1"},
		{"text", "1text:1 0:1"},
		{"a\n<?php\nb", "1a\n:1 4b:3 0:3"},
		{"<?PHP\tA;?>\n\nx", "4A:1 16;:1 3?>:1 1\nx:2 0:3"},
		{"<?php", "0:1"},
		{"<?phpx", "1<?phpx:1 0:1"},
		{"<?xml ?><?= $a ?>", "1<?xml ?>:1 2<?=:1 6a:1 3?>:1 0:1"},
		{"#!/usr/bin/php\n<?php 1", "71:2 0:2"},
		{"#!/usr/bin/php", "0:1"},
		{"<?php // a ?>b", "3?>:1 1b:1 0:1"},
		{"<?php # a\r\n/* b\n*/ $c /**/", "6c:3 0:3"},
		{"<?php A\\B \\C namespace\\D E \\ F", `5A\B:1 5\C:1 5namespace\D:1 4E:1 16\:1 4F:1 0:1`},
		{"<?php $a->b?->c::d", "6a:1 16->:1 4b:1 16?->:1 4c:1 16:::1 4d:1 0:1"},
		{"<?php ( int )( string\t)(foo)(int\n)", "14int:1 14string:1 16(:1 4foo:1 16):1 16(:1 4int:1 16):2 0:2"},
		{"<?php 'a' b'c' B", "9a:1 9c:1 4B:1 0:1"},
		{"<?php 1.5.2 1...2", "81.5:1 8.2:1 81.:1 16.:1 8.2:1 0:1"},
		{"<?php 1_000 0x_1", "71000:1 70:1 4x_1:1 0:1"},
		{"<?php <<< 1 <<<A B", "16<<:1 16<:1 71:1 16<<:1 16<:1 4A:1 4B:1 0:1"},
		{"<?php #[A] **= <=> ??=", "15#[:1 4A:1 16]:1 16**=:1 16<=>:1 16??=:1 0:1"},
		{"<?php é $ü", "4é:1 6ü:1 0:1"},
	}
	for _, test := range tests {
		tokens, err := lexAll(test.code)
		if err != nil {
			t.Errorf("%q: %v", test.code, err)
		}
		var got []string
		for _, tok := range tokens {
			got = append(got, fmt.Sprintf("%d%s:%d", tok.kind, tok.text, tok.line))
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%q\n got %q\nwant %q", test.code, text, test.want)
		}
	}
}

func TestLexError(t *testing.T) {
	for code, want := range map[string]string{
		"<?php\n'a":     "t.php:2: syntax error: unterminated string",
		"<?php\n/* a":   "t.php:2: syntax error: unterminated comment",
		"<?php\n089":    "t.php:2: syntax error: invalid number",
		"<?php\n\x00":   "t.php:2: syntax error: unexpected character 0x00",
		"<?php\n\n\x7f": "t.php:3: syntax error: unexpected character 0x7F",
	} {
		_, err := lexAll(code)
		var badSyntax *Error
		if !errors.As(err, &badSyntax) || err.Error() != want {
			t.Errorf("%q: %v, want %s", code, err, want)
		}
	}
}

// TestShortTag: short_open_tag is off, as in php.ini-production.
func TestShortTag(t *testing.T) {
	for _, code := range []string{"<? f();", "a\n<?\nf();", "<?\tf()", "<?xml version='1.0'?>", "<?", "a <?b"} {
		tokens, err := lexAll(code)
		if err != nil || len(tokens) == 0 || tokens[0].kind != tHTML || tokens[0].text != code {
			t.Errorf("%q: %v, %v; want text", code, tokens, err)
		}
	}
}

// FuzzLex looks for tokens that overlap, go backwards or have a wrong line.
func FuzzLex(f *testing.F) {
	for _, code := range literals {
		f.Add("<?php " + code)
	}
	f.Add("a\r<?= $b['c'] ?>\r\n<?php /* d\n*/ #e\n(int)<<<'F'\nF;")
	f.Fuzz(func(t *testing.T, code string) {
		tokens, _ := lexAll(code)
		end := 0
		for _, tok := range tokens {
			if tok.pos < end || tok.end < tok.pos || tok.end > len(code) {
				t.Fatalf("token %+v behind %d of %d", tok, end, len(code))
			}
			before := code[:tok.pos]
			lines := 1 + strings.Count(before, "\n") + strings.Count(before, "\r") - strings.Count(before, "\r\n")
			if strings.HasSuffix(before, "\r") && strings.HasPrefix(code[tok.pos:], "\n") {
				lines-- // the line end is not complete yet
			}
			if tok.line != lines {
				t.Fatalf("token %+v stands on line %d", tok, lines)
			}
			end = tok.end
		}
	})
}

// FuzzParse looks for panics and for nodes with positions outside the file.
func FuzzParse(f *testing.F) {
	for _, code := range literals {
		f.Add("<?php " + code + ";")
	}
	for _, code := range snippets(f) {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		src, err := Parse("t.php", code)
		var badSyntax *Error
		var giveUp *NestingError
		switch {
		case err == nil:
		case errors.As(err, &badSyntax):
			if badSyntax.Line < 1 || badSyntax.Line > 1+strings.Count(code, "\n")+strings.Count(code, "\r") {
				t.Fatalf("no such line: %v", err)
			}
		case !errors.As(err, &giveUp):
			t.Fatalf("neither refused nor given up: %v", err)
		}
		if (src == nil) == (err == nil) {
			t.Fatalf("a tree and an error: %v", err)
		}
		if src == nil {
			return
		}
		for _, s := range src.Body {
			if a := s.Where(); a.From < 0 || a.From > a.To || int(a.To) > len(code) {
				t.Fatalf("%T stands at %d to %d", s, a.From, a.To)
			}
		}
		_ = show(src.Body)
	})
}
