package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

var ctypeFuncs = map[string]function{
	"ctype_alnum":  ctype(func(b byte) bool { return syntax.IsLetter(b) || syntax.IsDigit(b) }),
	"ctype_alpha":  ctype(syntax.IsLetter),
	"ctype_digit":  ctype(syntax.IsDigit),
	"ctype_lower":  ctype(func(b byte) bool { return 'a' <= b && b <= 'z' }),
	"ctype_upper":  ctype(func(b byte) bool { return 'A' <= b && b <= 'Z' }),
	"ctype_space":  ctype(phpSpace),
	"ctype_xdigit": ctype(func(b byte) bool { return syntax.IsDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }),
	"ctype_punct":  ctype(func(b byte) bool { return b > ' ' && b < 0x7F && !syntax.IsLetter(b) && !syntax.IsDigit(b) }),
}

// ctype tests every byte of a string; an integer is unusual enough to be unknown.
func ctype(in func(byte) bool) function {
	return function{min: 1, max: 1, fn: func(c *call) (Value, error) {
		s, ok := c.arg(0).(strVal)
		if c.arg(0).kind() == kInt {
			return c.unknown("an integer given to " + c.name + " is not modelled"), nil
		}
		if !ok || s == "" {
			return boolVal(false), nil
		}
		for i := range len(s) {
			if !in(s[i]) {
				return boolVal(false), nil
			}
		}
		return boolVal(true), c.steps(len(s) / 16)
	}}
}
