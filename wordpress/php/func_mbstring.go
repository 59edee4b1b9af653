package php

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mbMore are functions of text in UTF-8.
var mbMore = map[string]function{
	"mb_convert_case": {fn: mbConvertCase, min: 2, max: 3},
	"mb_str_split":    {fn: mbStrSplit, min: 1, max: 3},
	"mb_substr_count": {fn: mbSubstrCount, min: 2, max: 3},
	"mb_strrpos":      {fn: mbStrrpos, min: 2, max: 4},
}

// caseSafe are the letters beyond ASCII whose case this table and PHP's change alike:
// those of Latin, Greek and Cyrillic that change to a single one.
func caseSafe(r rune) bool {
	switch {
	case r < 0x80:
		return true
	case r == 0xDF, r == 0x130, r == 0x131, r == 0x149, r == 0x17F, r == 0x1F0, r == 0x3A3, r == 0x3C2, r == 0x390, r == 0x3B0:
		return false
	case r >= 0x1C4 && r <= 0x1CC, r >= 0x1F1 && r <= 0x1F3:
		return false
	}
	return r < 0x180 || r >= 0x386 && r <= 0x3CE || r >= 0x400 && r <= 0x45F || r >= 0x2000 && r < 0x2100 || r >= 0x4E00 && r < 0xA000
}

// mbCase changes the case of every letter; nil of letters whose case is special.
func mbCase(change func(rune) rune) func(string, []int64, []string) Value {
	return func(s string, _ []int64, _ []string) Value {
		for _, r := range s {
			if !caseSafe(r) {
				return nil
			}
		}
		return strVal(strings.Map(change, s))
	}
}

func mbConvertCase(c *call) (Value, error) {
	s, u, err := c.utf8(0, 2)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	mode, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	change := map[int64]func(rune) rune{0: unicode.ToUpper, 1: unicode.ToLower}[mode]
	if change == nil {
		return c.unknown("such a mode of mb_convert_case() is not modelled"), nil
	}
	if v := mbCase(change)(s, nil, nil); v != nil {
		return v, nil
	}
	return c.unknown("mb_convert_case of such text is not modelled"), nil
}

func mbStrSplit(c *call) (Value, error) {
	s, u, err := c.utf8(0, 2)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	n, err := c.int(1, 1)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, c.throw("ValueError", "mb_str_split(): Argument #2 ($length) must be greater than 0")
	}
	if err := c.alloc(96 * len(s)); err != nil {
		return nil, err
	}
	out := newArray()
	for s != "" {
		end := 0
		for i := int64(0); i < n && end < len(s); i++ {
			_, size := utf8.DecodeRuneInString(s[end:])
			end += size
		}
		out.push(strVal(s[:end]))
		s = s[end:]
	}
	return out, nil
}

func mbSubstrCount(c *call) (Value, error) {
	s, u, err := c.utf8(0, 2)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	needle, u, err := c.utf8(1, 2)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	if needle == "" {
		return nil, c.throw("ValueError", "mb_substr_count(): Argument #2 ($needle) must not be empty")
	}
	return intVal(strings.Count(s, needle)), nil
}

func mbStrrpos(c *call) (Value, error) {
	s, u, err := c.utf8(0, 3)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	needle, u, err := c.utf8(1, 3)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	if from, err := c.int(2, 0); err != nil || from != 0 {
		return c.unknown("mb_strrpos with an offset is not modelled"), err
	}
	i := strings.LastIndex(s, needle)
	if i < 0 {
		return boolVal(false), nil
	}
	return intVal(utf8.RuneCountInString(s[:i])), nil
}
