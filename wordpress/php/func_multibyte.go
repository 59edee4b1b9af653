package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
	"unicode/utf8"
)

// multibyteFuncs work on characters. They take text in UTF-8, the default encoding;
// the case of letters beyond ASCII is not evaluated.
var multibyteFuncs = map[string]function{
	"mb_strlen": {fn: onCharacters(1, func(_ *call, s string) (Value, error) {
		return intVal(utf8.RuneCountInString(s)), nil
	}), min: 1, max: 2},
	"mb_strtolower":        {fn: onCharacters(1, mbCase(syntax.Lower)), min: 1, max: 2},
	"mb_strtoupper":        {fn: onCharacters(1, mbCase(syntax.Upper)), min: 1, max: 2},
	"mb_substr":            {fn: onCharacters(3, mbSubstr), min: 2, max: 4},
	"mb_strpos":            {fn: onCharacters(3, mbStrpos), min: 2, max: 4},
	"mb_internal_encoding": {fn: mbInternalEncoding, max: 1, lazy: true},
}

// encodingSlot is set once a configuration has changed the default encoding.
const encodingSlot = "mbstring.encoding"

// onCharacters makes a builtin of a function of the characters of argument 0.
// Argument encoding names their encoding.
func onCharacters(encoding int, f func(c *call, s string) (Value, error)) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s := c.str(0)
		enc := c.strOr(encoding, "UTF-8")
		if !strings.EqualFold(enc, "UTF-8") || !utf8.ValidString(s) || c.load(encodingSlot) != nil {
			return c.unknown("calls " + c.name + "() with text that is not UTF-8, which is not evaluated"), nil
		}
		if err := c.alloc(4*len(s) + 16); err != nil {
			return nil, err
		}
		return f(c, s)
	}
}

func mbCase(change func(string) string) func(c *call, s string) (Value, error) {
	return func(c *call, s string) (Value, error) {
		if utf8.RuneCountInString(s) != len(s) {
			return c.unknown("calls " + c.name + "() with letters beyond ASCII, which is not evaluated"), nil
		}
		return strVal(change(s)), nil
	}
}

func mbSubstr(c *call, s string) (Value, error) {
	runes := []rune(s)
	from, to := sliceBounds(c, len(runes), 1)
	return strVal(string(runes[from:to])), nil
}

func mbStrpos(c *call, s string) (Value, error) {
	needle := c.str(1)
	if !utf8.ValidString(needle) || c.has(2) && c.arg(2) != Value(intVal(0)) {
		return c.unknown("calls mb_strpos() with an offset, which is not evaluated"), nil
	}
	i := strings.Index(s, needle)
	if i < 0 {
		return boolVal(false), nil
	}
	return intVal(utf8.RuneCountInString(s[:i])), nil
}

// mbInternalEncoding reads or changes the default encoding.
func mbInternalEncoding(c *call) (Value, error) {
	if c.has(0) && (c.arg(0).kind() != kString || !strings.EqualFold(toString(c.arg(0)), "UTF-8")) {
		c.store(encodingSlot, c.refused())
	}
	return c.refused(), nil
}
