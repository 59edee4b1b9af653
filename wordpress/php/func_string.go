package php

import (
	"strings"
)

var stringFuncs = map[string]function{
	"strlen":           {fn: strlenFunc, min: 1, max: 1},
	"strtolower":       ofString(lower),
	"strtoupper":       ofString(upper),
	"ucfirst":          ofString(func(s string) string { return firstCase(s, upper) }),
	"lcfirst":          ofString(func(s string) string { return firstCase(s, lower) }),
	"strrev":           ofString(reverse),
	"addslashes":       ofString(addslashes),
	"stripslashes":     ofString(stripslashes),
	"nl2br":            {fn: nl2br, min: 1, max: 2},
	"quotemeta":        ofString(quotemeta),
	"escapeshellarg":   ofString(func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }),
	"ucwords":          {fn: ucwords, min: 1, max: 2},
	"trim":             trimFunc(true, true),
	"ltrim":            trimFunc(true, false),
	"rtrim":            trimFunc(false, true),
	"chop":             trimFunc(false, true),
	"str_repeat":       {fn: strRepeat, min: 2, max: 2},
	"str_pad":          {fn: strPad, min: 2, max: 4},
	"chr":              {fn: chrFunc, min: 1, max: 1},
	"ord":              {fn: ordFunc, min: 1, max: 1},
	"implode":          {fn: implode, min: 1, max: 2},
	"join":             {fn: implode, min: 1, max: 2},
	"explode":          {fn: explode, min: 2, max: 3},
	"str_split":        {fn: strSplit, min: 1, max: 2},
	"chunk_split":      {fn: chunkSplit, min: 1, max: 3},
	"strtr":            {fn: strtr, min: 2, max: 3},
	"str_replace":      {fn: strReplace(false), min: 3, max: 4, refs: 1 << 3},
	"str_ireplace":     {fn: strReplace(true), min: 3, max: 4, refs: 1 << 3},
	"substr_replace":   {fn: substrReplace, min: 3, max: 4},
	"strcmp":           compareFunc(func(a, b string, _ int) int { return byteOrder(a, b) }, false),
	"strcasecmp":       compareFunc(func(a, b string, _ int) int { return byteOrder(lower(a), lower(b)) }, false),
	"strncmp":          compareFunc(func(a, b string, n int) int { return byteOrder(head(a, n), head(b, n)) }, true),
	"strncasecmp":      compareFunc(func(a, b string, n int) int { return byteOrder(lower(head(a, n)), lower(head(b, n))) }, true),
	"strnatcmp":        compareFunc(func(a, b string, _ int) int { return natural(a, b, false) }, false),
	"strnatcasecmp":    compareFunc(func(a, b string, _ int) int { return natural(a, b, true) }, false),
	"str_word_count":   {},
	"addcslashes":      {},
	"stripcslashes":    {},
	"similar_text":     {},
	"levenshtein":      {},
	"soundex":          {},
	"metaphone":        {},
	"vprintf":          {},
	"nl_langinfo":      {},
	"setlocale":        {},
	"localeconv":       {},
	"count_chars":      {},
	"strcoll":          {},
	"utf8_encode":      {fn: utf8Encode, min: 1, max: 1},
	"utf8_decode":      {fn: utf8Decode, min: 1, max: 1},
	"substr_compare":   {},
	"strptime":         {},
	"hebrev":           {},
	"convert_uuencode": {},
	"convert_uudecode": {},
}

// ofString makes a builtin of a function of one string.
func ofString(f func(string) string) function {
	return function{min: 1, max: 1, fn: func(c *call) (Value, error) {
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		if err := c.alloc(6*len(s) + 16); err != nil {
			return nil, err
		}
		return strVal(f(s)), nil
	}}
}

// strs converts the first n arguments to strings.
func (c *call) strs(n int) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		s, err := c.str(i)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

func strlenFunc(c *call) (Value, error) {
	s, err := c.str(0)
	return intVal(len(s)), err
}

func upperBytes(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return b
}

func firstCase(s string, f func(string) string) string {
	if s == "" {
		return s
	}
	return f(s[:1]) + s[1:]
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func addslashes(s string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`, "\x00", `\0`).Replace(s)
}

func stripslashes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i < len(s) {
			if s[i] == '0' {
				b.WriteByte(0)
			} else {
				b.WriteByte(s[i])
			}
		}
	}
	return b.String()
}

func quotemeta(s string) string {
	var b strings.Builder
	b.Grow(2 * len(s))
	for i := range len(s) {
		if strings.IndexByte(`.\+*?[^]$()`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func ucwords(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	seps, err := c.strOr(1, " \t\r\n\f\v")
	if err != nil {
		return nil, err
	}
	if err := c.alloc(len(s)); err != nil {
		return nil, err
	}
	b := []byte(s)
	for i := range b {
		if i == 0 || strings.IndexByte(seps, b[i-1]) >= 0 {
			b[i] = upperBytes(string(b[i : i+1]))[0]
		}
	}
	return strVal(b), nil
}

// trimFunc is trim, ltrim or rtrim. Its list of characters may hold ranges.
func trimFunc(left, right bool) function {
	return function{min: 1, max: 2, fn: func(c *call) (Value, error) {
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		set := " \n\r\t\v\x00"
		if len(c.args) > 1 {
			if set, err = c.str(1); err != nil {
				return nil, err
			}
		}
		in := charMask(set)
		for left && s != "" && in[s[0]] {
			s = s[1:]
		}
		for right && s != "" && in[s[len(s)-1]] {
			s = s[:len(s)-1]
		}
		return strVal(s), nil
	}}
}

// charMask reads a list of characters with ranges such as a..z.
func charMask(set string) *[256]bool {
	var in [256]bool
	for i := 0; i < len(set); i++ {
		if i+3 < len(set) && set[i+1] == '.' && set[i+2] == '.' && set[i+3] >= set[i] {
			for b := int(set[i]); b <= int(set[i+3]); b++ {
				in[b] = true
			}
			i += 3
			continue
		}
		in[set[i]] = true
	}
	return &in
}

func strRepeat(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	n, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, c.throw("ValueError", "str_repeat(): Argument #2 ($times) must be greater than or equal to 0")
	}
	if err := c.allocTimes(len(s), n); err != nil {
		return nil, err
	}
	if s == "" {
		return strVal(""), nil
	}
	return strVal(strings.Repeat(s, int(n))), nil
}

// allocTimes charges size × n bytes, which may be beyond all numbers.
func (c *call) allocTimes(size int, n int64) error {
	if size == 0 || n <= 0 {
		return nil
	}
	if n > int64(1<<40)/int64(size) {
		return c.alloc(1 << 40)
	}
	return c.alloc(size * int(n))
}

func strPad(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	width, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	pad, err := c.strOr(2, " ")
	if err != nil {
		return nil, err
	}
	mode, err := c.int(3, 1)
	if err != nil {
		return nil, err
	}
	if width < 0 || width <= int64(len(s)) {
		return strVal(s), nil
	}
	if pad == "" {
		return nil, c.throw("ValueError", "str_pad(): Argument #3 ($pad_string) must be a non-empty string")
	}
	if mode < 0 || mode > 2 {
		return nil, c.throw("ValueError", "str_pad(): Argument #4 ($pad_type) must be STR_PAD_LEFT, STR_PAD_RIGHT, or STR_PAD_BOTH")
	}
	if err := c.allocTimes(1, width); err != nil {
		return nil, err
	}
	need := int(width) - len(s)
	left := 0
	switch mode {
	case 0:
		left = need
	case 2:
		left = need / 2
	}
	fill := func(n int) string { return strings.Repeat(pad, n/len(pad)+1)[:n] }
	return strVal(fill(left) + s + fill(need-left)), nil
}

func chrFunc(c *call) (Value, error) {
	n, err := c.int(0, 0)
	return strVal([]byte{byte(n)}), err
}

func ordFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil || s == "" {
		return intVal(0), err
	}
	return intVal(s[0]), nil
}

func compareFunc(f func(a, b string, n int) int, length bool) function {
	args := 2
	if length {
		args = 3
	}
	return function{min: args, max: args, fn: func(c *call) (Value, error) {
		s, err := c.strs(2)
		if err != nil {
			return nil, err
		}
		n, err := c.int(2, 0)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, c.throw("ValueError", c.name+"(): Argument #3 ($length) must be greater than or equal to 0")
		}
		if err := c.alloc(2 * (len(s[0]) + len(s[1]))); err != nil {
			return nil, err
		}
		return intVal(f(s[0], s[1], int(min(n, 1<<40)))), nil
	}}
}

// byteOrder is how far the first bytes that differ are apart, else the order of their lengths.
func byteOrder(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return sign(len(a) - len(b))
}

func head(s string, n int) string { return s[:min(n, len(s))] }

func utf8Encode(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(2 * len(s)); err != nil {
		return nil, err
	}
	b := make([]rune, len(s))
	for i := range len(s) {
		b[i] = rune(s[i])
	}
	return strVal(string(b)), nil
}

func utf8Decode(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if !validUTF8(s) {
		return c.unknown("depends on how PHP reads text that is not UTF-8"), nil
	}
	if err := c.alloc(len(s)); err != nil {
		return nil, err
	}
	var b []byte
	for _, r := range s {
		if r > 0xFF {
			r = '?'
		}
		b = append(b, byte(r))
	}
	return strVal(b), nil
}
