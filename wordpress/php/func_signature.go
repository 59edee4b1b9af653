package php

import (
	_ "embed" // what PHP's functions take
	"strings"
)

// What PHP's own functions take, made with PHP itself: a line is a function's name
// and its parameters, each a type, "$" or "..." if it takes all that follow, and a
// name; "&" before these is of one by reference, and "=" behind of one that may be
// left out.
//
//go:embed known/signatures.txt
var knownSignatures string

// A signature is the parameters of one of PHP's own functions.
type signature []formal

type formal struct {
	name     string
	typ      *typeHint // nil: anything
	ref      bool
	variadic bool
	optional bool
}

// addSignatures tells functions what they take.
func addSignatures(all map[string]function) {
	types := map[string]*typeHint{}
	for line := range strings.Lines(knownSignatures) {
		words := strings.Fields(line)
		f, ok := all[words[0]]
		if !ok || f.vendor {
			continue
		}
		for _, w := range words[1:] {
			f.takes = append(f.takes, parseFormal(w, types))
		}
		all[words[0]] = f
	}
}

func parseFormal(text string, types map[string]*typeHint) formal {
	var p formal
	var typ string
	text, p.optional = strings.CutSuffix(text, "=")
	if i := strings.Index(text, "..."); i >= 0 {
		typ, p.name, p.variadic = text[:i], text[i+3:], true
	} else {
		typ, p.name, _ = strings.Cut(text, "$")
	}
	typ, p.ref = strings.CutSuffix(typ, "&")
	if typ == "" || typ == "mixed" || strings.Contains(typ, "callable") {
		return p
	}
	if types[typ] == nil {
		t := &typeHint{}
		bare, nullable := strings.CutPrefix(lower(typ), "?")
		t.names, t.nullable = strings.Split(bare, "|"), nullable
		types[typ] = t
	}
	p.typ = types[typ]
	return p
}

// at is the parameter that argument i goes to; nil if there is none.
func (s signature) at(i int) *formal {
	switch n := len(s); {
	case i < n:
		return &s[i]
	case n > 0 && s[n-1].variadic:
		return &s[n-1]
	}
	return nil
}

// convert makes arguments of the types that a function takes. absentVal stands for
// one that is left out before one that is named.
func (in *interp) convert(to *callee, vals []Value, pos at) error {
	by := typing{internal: true, strict: !to.weak && in.src != nil && in.src.strict, pos: pos}
	for i, v := range vals {
		p := to.builtin.takes.at(i)
		switch {
		case v.kind() == kAbsent && p != nil && !p.optional:
			return in.throw("ArgumentCountError", to.name+"(): an argument is not passed", pos)
		case v.kind() == kAbsent:
			vals[i] = null
		case p == nil || p.typ == nil || p.ref:
		case v.kind() == kUnknown && v.(*Unknown).alts == nil:
			if by.strict {
				if err := in.mayFail(v.(*Unknown), true, pos); err != nil {
					return err
				}
			}
		default:
			by.what = to.name + "(): Argument $" + p.name
			c, err := in.coerce(v, p.typ, by)
			if err != nil {
				return err
			}
			vals[i] = c
		}
	}
	return nil
}
