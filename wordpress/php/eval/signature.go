package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A signature is the parameters of one of PHP's own functions.
type signature []Formal

// A Formal is a parameter of a builtin.
type Formal struct {
	Name     string
	Typ      *syntax.TypeHint // nil: anything
	Ref      bool
	Variadic bool
	Optional bool
}

// at returns the parameter of argument i; nil if there is none.
func (s signature) at(i int) *Formal {
	switch n := len(s); {
	case i < n:
		return &s[i]
	case n > 0 && s[n-1].Variadic:
		return &s[n-1]
	}
	return nil
}

// convert converts arguments to the types that a function declares. AbsentValue is an
// argument that was omitted before a named one.
func (in *interp) convert(to *callee, vals []Value) {
	by := coercionRules{internal: true, strict: !to.weak && in.Src != nil && in.Src.Strict}
	for i, v := range vals {
		if by.strict && i == 2 && to.name == "in_array" && v.Kind() != KindBool {
			panic(in.Unsupported("in_array() with a third argument that is not a boolean, under strict types"))
		}
		p := to.builtin.Takes.at(i)
		switch {
		case v.Kind() == KindAbsent && p != nil && !p.Optional:
			panic(in.Throw("ArgumentCountError", to.name+"(): an argument is not passed"))
		case v.Kind() == KindAbsent:
			vals[i] = Null
		case p == nil || p.Typ == nil || p.Ref:
		case v.Kind() == KindUnknown:
			if by.strict {
				in.MayThrow()
			}
		default:
			by.what = to.name + "(): Argument $" + p.Name
			c := in.coerce(v, p.Typ, by)
			vals[i] = c
		}
	}
}
