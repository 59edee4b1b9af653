package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
	"unicode/utf8"
)

// multibyteFuncs work on characters. They take text in UTF-8, the default encoding;
// the case of letters beyond ASCII is not evaluated.
var multibyteFuncs = map[string]eval.Function{
	"mb_strlen": {Run: onCharacters(1, func(_ *eval.Call, s string) (eval.Value, error) {
		return eval.Int(utf8.RuneCountInString(s)), nil
	}), Min: 1, Max: 2},
	"mb_strtolower":        {Run: onCharacters(1, mbCase(syntax.Lower)), Min: 1, Max: 2},
	"mb_strtoupper":        {Run: onCharacters(1, mbCase(syntax.Upper)), Min: 1, Max: 2},
	"mb_substr":            {Run: onCharacters(3, mbSubstr), Min: 2, Max: 4},
	"mb_strpos":            {Run: onCharacters(3, mbStrpos), Min: 2, Max: 4},
	"mb_internal_encoding": {Run: mbInternalEncoding, Max: 1, Lazy: true},
}

// encodingSlot is set once a configuration has changed the default encoding.
const encodingSlot = "mbstring.encoding"

// onCharacters makes a builtin of a function of the characters of argument 0.
// Argument encoding names their encoding.
func onCharacters(encoding int, f func(c *eval.Call, s string) (eval.Value, error)) func(c *eval.Call) (eval.Value, error) {
	return func(c *eval.Call) (eval.Value, error) {
		s := c.Str(0)
		enc := c.StrOr(encoding, "UTF-8")
		if !strings.EqualFold(enc, "UTF-8") || !utf8.ValidString(s) || c.Load(encodingSlot) != nil {
			return c.Unknown("calls " + c.Name + "() with text that is not UTF-8, which is not evaluated"), nil
		}
		if err := c.Alloc(4*len(s) + 16); err != nil {
			return nil, err
		}
		return f(c, s)
	}
}

func mbCase(change func(string) string) func(c *eval.Call, s string) (eval.Value, error) {
	return func(c *eval.Call, s string) (eval.Value, error) {
		if utf8.RuneCountInString(s) != len(s) {
			return c.Unknown("calls " + c.Name + "() with letters beyond ASCII, which is not evaluated"), nil
		}
		return eval.String(change(s)), nil
	}
}

func mbSubstr(c *eval.Call, s string) (eval.Value, error) {
	runes := []rune(s)
	from, to := sliceBounds(c, len(runes), 1)
	return eval.String(string(runes[from:to])), nil
}

func mbStrpos(c *eval.Call, s string) (eval.Value, error) {
	needle := c.Str(1)
	if !utf8.ValidString(needle) || c.Has(2) && c.Arg(2) != eval.Value(eval.Int(0)) {
		return c.Unknown("calls mb_strpos() with an offset, which is not evaluated"), nil
	}
	i := strings.Index(s, needle)
	if i < 0 {
		return eval.Bool(false), nil
	}
	return eval.Int(utf8.RuneCountInString(s[:i])), nil
}

// mbInternalEncoding reads or changes the default encoding.
func mbInternalEncoding(c *eval.Call) (eval.Value, error) {
	if c.Has(0) && (c.Arg(0).Kind() != eval.KindString || !strings.EqualFold(eval.ToString(c.Arg(0)), "UTF-8")) {
		c.Store(encodingSlot, c.Refused())
	}
	return c.Refused(), nil
}
