package syntax

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// single reads a single-quoted string whose opening quote is at start.
func (l *lexer) single(start int) token {
	i := start + 1
	for i < len(l.src) && l.src[i] != '\'' {
		if l.src[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(l.src) {
		panic(parseFailure{l.errorf(l.line, "unterminated string")})
	}
	body := l.src[start+1 : i]
	if strings.IndexByte(body, '\\') >= 0 {
		b := make([]byte, 0, len(body))
		for j := 0; j < len(body); j++ {
			if body[j] == '\\' && j+1 < len(body) && (body[j+1] == '\\' || body[j+1] == '\'') {
				j++
			}
			b = append(b, body[j])
		}
		body = string(b)
	}
	return l.emit(tString, body, i+1)
}

// number reads an integer or floating point literal.
func (l *lexer) number() token {
	src, i := l.src, l.pos
	if src[i] == '0' && i+2 < len(src) {
		base := baseSet(src[i+1])
		if base != "" && strings.IndexByte(base, src[i+2]) >= 0 {
			end := digitsEnd(src, i+2, base)
			return l.emitNumber(end, false)
		}
	}
	float := false
	i = digitsEnd(src, i, decDigits)
	if i < len(src) && src[i] == '.' {
		float = true
		i++
		if i < len(src) && IsDigit(src[i]) {
			i = digitsEnd(src, i, decDigits)
		}
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		j := i + 1
		if j < len(src) && (src[j] == '+' || src[j] == '-') {
			j++
		}
		if j < len(src) && IsDigit(src[j]) {
			float = true
			i = digitsEnd(src, j, decDigits)
		}
	}
	return l.emitNumber(i, float)
}

const (
	hexDigits = "0123456789abcdefABCDEF"
	decDigits = "0123456789"
)

// baseSet returns the digits that are valid after 0x, 0b or 0o.
func baseSet(letter byte) string {
	switch letter | 0x20 {
	case 'x':
		return hexDigits
	case 'b':
		return "01"
	case 'o':
		return "01234567"
	}
	return ""
}

// digitsEnd returns the end of the digits at i. Single underscores may separate them.
func digitsEnd(src string, i int, set string) int {
	for i < len(src) && (strings.IndexByte(set, src[i]) >= 0 ||
		src[i] == '_' && i+1 < len(src) && strings.IndexByte(set, src[i+1]) >= 0) {
		i++
	}
	return i
}

func (l *lexer) emitNumber(end int, float bool) token {
	text := strings.ReplaceAll(l.src[l.pos:end], "_", "")
	if float {
		return l.emit(tFloat, text, end)
	}
	n, err := strconv.ParseInt(text, 0, 64) // of any base, as in PHP
	switch {
	case err == nil:
		return l.emit(tInt, strconv.FormatInt(n, 10), end)
	case !errors.Is(err, strconv.ErrRange):
		panic(parseFailure{l.errorf(l.line, "invalid number")})
	case text[0] != '0':
		return l.emit(tFloat, text, end)
	}
	return l.emit(tFloat, strconv.FormatFloat(bigInteger(Lower(text[1:])), 'g', -1, 64), end)
}

// bigInteger converts what follows the 0 of 0x…, 0b…, 0o… or 0… to a float, with the same rounding as
// PHP. For bases below 16, PHP adds the character of each digit and then subtracts '0'.
func bigInteger(digits string) float64 {
	base, f := 8.0, 0.0
	switch digits[0] {
	case 'x':
		base = 16
	case 'b':
		base = 2
	}
	for _, c := range []byte(strings.TrimLeft(digits[:1], "xbo") + digits[1:]) {
		f *= base
		if base == 16 {
			f += float64(strings.IndexByte(hexDigits, c))
		} else {
			f = f + float64(c) - '0'
		}
	}
	return f
}

// unescape replaces the escapes of a string in double quotes, of a command (quote `) or
// of a heredoc (quote 0).
func (l *lexer) unescape(s string, quote byte, line int) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if plain := strings.IndexByte("ntrvef\\$", s[i]); plain >= 0 {
			b = append(b, "\n\t\r\v\x1b\f\\$"[plain])
			continue
		}
		switch c := s[i]; {
		case quote != 0 && c == quote:
			b = append(b, c)
		case (c == 'x' || c == 'X') && i+1 < len(s) && strings.IndexByte(hexDigits, s[i+1]) >= 0:
			n, end := baseDigits(s, i+1, 2, 16)
			b, i = append(b, byte(n)), end-1
		case '0' <= c && c <= '7':
			n, end := baseDigits(s, i, 3, 8)
			b, i = append(b, byte(n)), end-1
		case c == 'u' && i+1 < len(s) && s[i+1] == '{':
			r, end, ok := codePoint(s, i+2)
			if !ok {
				panic(parseFailure{l.errorf(line, "invalid escape \\u{…}")})
			}
			b, i = appendCodePoint(b, r), end
		default:
			b = append(b, '\\', c)
		}
	}
	return string(b)
}

// baseDigits reads at most max digits of a base.
func baseDigits(s string, i, max, base int) (n, end int) {
	set := hexDigits
	if base == 8 {
		set = "01234567"
	}
	end = i
	for end < len(s) && end < i+max && strings.IndexByte(set, s[end]) >= 0 {
		end++
	}
	v, _ := strconv.ParseUint(s[i:end], base, 32)
	return int(v), end
}

// codePoint reads the digits of \u{…}. end is the position of the closing brace.
func codePoint(s string, i int) (n, end int, ok bool) {
	end = strings.IndexByte(s[i:], '}')
	if end <= 0 {
		return 0, 0, false
	}
	end += i
	v, err := strconv.ParseUint(s[i:end], 16, 64)
	if err != nil || v > utf8.MaxRune {
		return 0, 0, false
	}
	return int(v), end, true
}

// appendCodePoint appends a code point in UTF-8 as PHP does, which also encodes
// surrogates.
func appendCodePoint(b []byte, r int) []byte {
	switch {
	case r < 0x80:
		return append(b, byte(r))
	case r < 0x800:
		return append(b, 0xC0|byte(r>>6), 0x80|byte(r&0x3F))
	case r < 0x10000:
		return append(b, 0xE0|byte(r>>12), 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
	}
	return append(b, 0xF0|byte(r>>18), 0x80|byte(r>>12&0x3F), 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
}

// DecimalInt returns the integer that PHP uses as array key for a string: for "7", but
// not for "07".
func DecimalInt(s string) (int64, bool) {
	digits := s
	if len(s) > 1 && s[0] == '-' {
		digits = s[1:]
		if digits[0] == '0' {
			return 0, false
		}
	}
	if digits == "" || len(digits) > 19 || digits[0] == '0' && len(digits) > 1 || !IsDigit(digits[0]) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
