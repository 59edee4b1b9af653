package eval

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// TestSnippetShowsNoLiterals asserts that the expression in a refusal contains names and
// operators, and no literal.
func TestSnippetShowsNoLiterals(t *testing.T) {
	src, err := syntax.Parse("t.php", "<?php\ndefine( 'A',\n  $x . f( 1 ) [2] ->b . \"c {$d['e']} $f[0]\" . (3 + 4) );\n")
	if err != nil {
		t.Fatal(err)
	}
	in := newInterp(t.Context(), Options{}, &Library{})
	in.Src = src
	if got := in.Snippet(src.Body[0].(*syntax.ExprStmt).X.Where()); got != `define( 'A', $x . f( … ) […] ->b . "…" . (… + …) )` {
		t.Errorf("snippet: %s", got)
	}
}
