package lib

import (
	_ "embed"
	"strings"

	// what PHP's functions take
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// KnownSignatures are the parameters of PHP's own functions, as PHP reports them: a line is a function's name
// and its parameters, each a type, "$" or "..." if it takes all that follow, and a
// name; "&" before these is of one by reference, and "=" behind of one that may be
// left out.
//
//go:embed known/signatures.txt
var KnownSignatures string

// addSignatures tells functions what they take.
func addSignatures(all map[string]eval.Function) {
	types := map[string]*syntax.TypeHint{}
	for line := range strings.Lines(KnownSignatures) {
		words := strings.Fields(line)
		f, ok := all[words[0]]
		if !ok || f.Vendor {
			continue
		}
		for _, w := range words[1:] {
			f.Takes = append(f.Takes, parseFormal(w, types))
		}
		all[words[0]] = f
	}
}

func parseFormal(text string, types map[string]*syntax.TypeHint) eval.Formal {
	var p eval.Formal
	var typ string
	text, p.Optional = strings.CutSuffix(text, "=")
	if i := strings.Index(text, "..."); i >= 0 {
		typ, p.Name, p.Variadic = text[:i], text[i+3:], true
	} else {
		typ, p.Name, _ = strings.Cut(text, "$")
	}
	typ, p.Ref = strings.CutSuffix(typ, "&")
	if typ == "" || typ == "mixed" || strings.Contains(typ, "callable") {
		return p
	}
	if types[typ] == nil {
		t := &syntax.TypeHint{}
		bare, nullable := strings.CutPrefix(syntax.Lower(typ), "?")
		t.Names, t.Nullable = strings.Split(bare, "|"), nullable
		types[typ] = t
	}
	p.Typ = types[typ]
	return p
}
