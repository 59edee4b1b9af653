package php

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

var ctypeFuncs = map[string]function{
	"ctype_alnum":  ctype(func(b byte) bool { return letter(b) || digit(b) }),
	"ctype_alpha":  ctype(letter),
	"ctype_digit":  ctype(digit),
	"ctype_lower":  ctype(func(b byte) bool { return 'a' <= b && b <= 'z' }),
	"ctype_upper":  ctype(func(b byte) bool { return 'A' <= b && b <= 'Z' }),
	"ctype_space":  ctype(phpSpace),
	"ctype_xdigit": ctype(func(b byte) bool { return digit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }),
	"ctype_punct":  ctype(func(b byte) bool { return b > ' ' && b < 0x7F && !letter(b) && !digit(b) }),
	"ctype_print":  ctype(func(b byte) bool { return b >= ' ' && b < 0x7F }),
	"ctype_graph":  ctype(func(b byte) bool { return b > ' ' && b < 0x7F }),
	"ctype_cntrl":  ctype(func(b byte) bool { return b < ' ' || b == 0x7F }),

	"mb_strlen":            mbFunc(1, 1, func(s string, _ []int64, _ []string) Value { return intVal(utf8.RuneCountInString(s)) }),
	"mb_strtolower":        mbFunc(1, 1, mbCase(unicode.ToLower)),
	"mb_strtoupper":        mbFunc(1, 1, mbCase(unicode.ToUpper)),
	"mb_substr":            {fn: mbSubstr, min: 2, max: 4},
	"mb_strpos":            {fn: mbStrpos, min: 2, max: 4},
	"mb_check_encoding":    {fn: mbCheck, max: 2},
	"mb_internal_encoding": {fn: mbInternal, max: 1},
	"mb_convert_encoding":  {}, "mb_detect_encoding": {}, "mb_stripos": {},
	"mb_strwidth": {}, "mb_language": {}, "mb_http_output": {}, "mb_regex_encoding": {}, "mb_strimwidth": {},
	"mb_encode_mimeheader": {}, "mb_detect_order": {}, "mb_substitute_character": {}, "mb_strstr": {}, "mb_list_encodings": {}, "mb_convert_variables": {},
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

// mbFunc is a multibyte function of UTF-8, the default encoding; text that is
// not, and other encodings, are not modelled.
func mbFunc(minArgs, encoding int, f func(s string, n []int64, t []string) Value) function {
	return function{min: minArgs, max: encoding + 1, fn: func(c *call) (Value, error) {
		s, u, err := c.utf8(0, encoding)
		if err != nil || u != nil {
			return orUnknown(u), err
		}
		v := f(s, nil, nil)
		if v == nil {
			return c.unknown(c.name + " of such text is not modelled"), nil
		}
		return v, nil
	}}
}

func (c *call) utf8(i, encoding int) (string, *Unknown, error) {
	s, err := c.str(i)
	if err != nil {
		return "", nil, err
	}
	enc, err := c.strOr(encoding, "UTF-8")
	if err != nil {
		return "", nil, err
	}
	if e := lower(enc); e != "utf-8" && e != "utf8" || !validUTF8(s) {
		return "", c.unknown(c.name + " of such text is not modelled"), nil
	}
	return s, nil, c.alloc(4*len(s) + 16)
}

func mbSubstr(c *call) (Value, error) {
	s, u, err := c.utf8(0, 3)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	runes := []rune(s)
	from, to, err := c.bounds(len(runes), 1)
	if err != nil {
		return nil, err
	}
	return strVal(string(runes[from:to])), nil
}

func mbStrpos(c *call) (Value, error) {
	s, u, err := c.utf8(0, 3)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	needle, u, err := c.utf8(1, 3)
	if err != nil || u != nil {
		return orUnknown(u), err
	}
	if c.has(2) && c.arg(2) != Value(intVal(0)) {
		return c.unknown("mb_strpos with an offset is not modelled"), nil
	}
	i := strings.Index(s, needle)
	if i < 0 {
		return boolVal(false), nil
	}
	return intVal(utf8.RuneCountInString(s[:i])), nil
}

func mbCheck(c *call) (Value, error) {
	if !c.has(0) {
		return c.unknown("mb_check_encoding of what was received is not modelled"), nil
	}
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	enc, err := c.strOr(1, "UTF-8")
	if err != nil {
		return nil, err
	}
	if lower(enc) != "utf-8" {
		return c.unknown("the encoding " + enc + " is not modelled"), nil
	}
	return boolVal(validUTF8(s)), nil
}

func mbInternal(c *call) (Value, error) {
	if len(c.args) == 0 {
		return strVal("UTF-8"), nil
	}
	return c.unknown("what mb_internal_encoding returns is not modelled"), nil
}
