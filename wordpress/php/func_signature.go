package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A signature is the parameters of one of PHP's own functions.
type signature []formal

type formal struct {
	name     string
	typ      *syntax.TypeHint // nil: anything
	ref      bool
	variadic bool
	optional bool
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
func (in *interp) convert(to *callee, vals []Value, pos syntax.Pos) error {
	by := typing{internal: true, strict: !to.weak && in.src != nil && in.src.Strict, pos: pos}
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
