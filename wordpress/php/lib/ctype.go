package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var ctypeFuncs = map[string]eval.Function{
	"ctype_alnum":  ctype(func(b byte) bool { return syntax.IsLetter(b) || syntax.IsDigit(b) }),
	"ctype_alpha":  ctype(syntax.IsLetter),
	"ctype_digit":  ctype(syntax.IsDigit),
	"ctype_lower":  ctype(func(b byte) bool { return 'a' <= b && b <= 'z' }),
	"ctype_upper":  ctype(func(b byte) bool { return 'A' <= b && b <= 'Z' }),
	"ctype_space":  ctype(eval.PhpSpace),
	"ctype_xdigit": ctype(func(b byte) bool { return syntax.IsDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }),
	"ctype_punct":  ctype(func(b byte) bool { return b > ' ' && b < 0x7F && !syntax.IsLetter(b) && !syntax.IsDigit(b) }),
}

// ctype tests every byte of a string; an integer is unusual enough to be unknown.
func ctype(in func(byte) bool) eval.Function {
	return eval.Function{Min: 1, Max: 1, Run: func(c *eval.Call) (eval.Value, error) {
		s, ok := c.Arg(0).(eval.String)
		if c.Arg(0).Kind() == eval.KindInt {
			return c.Unknown("an integer given to " + c.Name + " is not modelled"), nil
		}
		if !ok || s == "" {
			return eval.Bool(false), nil
		}
		for i := range len(s) {
			if !in(s[i]) {
				return eval.Bool(false), nil
			}
		}
		return eval.Bool(true), c.Steps(len(s) / 16)
	}}
}
