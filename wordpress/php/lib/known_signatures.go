package lib

import (
	_ "embed"
	"strings"

	// the embedded file lists the signatures of PHP's functions
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// KnownSignatures lists the parameters of PHP's own functions, as PHP reports them. A
// line has a function's name and its parameters. A parameter is a type, then "$", or
// "..." if it takes all arguments that follow, then a name. "&" before "$" or "..." means
// by reference. "=" at the end means optional.
//
//go:embed known/signatures.txt
var KnownSignatures string

// addSignatures sets the signatures of functions.
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
