package php

import (
	"net/netip"
	"strings"
)

const (
	filterInt      = 257
	filterBool     = 258
	filterIP       = 275
	filterString   = 513
	filterSpecial  = 515
	filterDefault  = 516
	filterEmail    = 517
	filterURL      = 518
	filterNumber   = 519
	filterFull     = 522
	filterSlashes  = 523
	filterNullFail = 0x8000000
)

// filterVar has the filters that configurations use.
func filterVar(c *call) (Value, error) {
	filter := c.int(1, filterDefault)
	if c.arg(0).kind() == kArray || c.arg(0).kind() == kObject || c.arg(2).kind() == kArray {
		return c.unknown("such a filter is not modelled"), nil
	}
	flags := c.int(2, 0)
	if flags&^filterNullFail != 0 {
		return c.unknown("these flags of a filter are not modelled"), nil
	}
	s := c.str(0)
	var fail Value = boolVal(false)
	if flags&filterNullFail != 0 {
		fail = null
	}
	if out, ok := sanitized(filter, s); ok {
		return strVal(out), c.alloc(2 * len(out))
	}
	trimmed := strings.Trim(s, " \t\n\r\v\x00")
	switch filter {
	case filterDefault:
		return strVal(s), nil
	case filterBool:
		switch lower(trimmed) {
		case "1", "true", "on", "yes":
			return boolVal(true), nil
		case "0", "false", "off", "no", "":
			return boolVal(false), nil
		}
		return fail, nil
	case filterInt:
		digits := trimmed
		if strings.HasPrefix(digits, "+") {
			digits = digits[1:]
			if strings.HasPrefix(digits, "-") {
				return fail, nil
			}
		}
		if digits == "-0" {
			digits = "0"
		}
		if n, ok := decimalKey(digits); ok {
			return intVal(n), nil
		}
		return fail, nil
	case filterIP:
		if ip, err := netip.ParseAddr(trimmed); err == nil && ip.Is4() {
			return strVal(trimmed), nil
		}
		if !strings.Contains(trimmed, ":") {
			return fail, nil
		}
	}
	return c.unknown("such a filter is not modelled"), nil
}

// The characters that filters let through, besides letters and digits.
const (
	emailMarks  = "!#$%&'*+-=?^_`{|}~@.[]"
	urlMarks    = "$-_.+!*'(),{}|\\^~[]`<>#%\";/?:@&="
	numberMarks = "+-"
)

// sanitized is a text without what a filter takes out; ok is false of other filters,
// and of text that one of these would rewrite as HTML.
func sanitized(filter int64, s string) (out string, ok bool) {
	switch filter {
	case filterString, filterSpecial, filterFull:
		return s, !strings.ContainsAny(s, `<>&"'`) && printable(s)
	case filterSlashes:
		return addslashes(s), true
	case filterEmail:
		return onlyMarks(s, emailMarks, letter), true
	case filterURL:
		return onlyMarks(s, urlMarks, letter), true
	case filterNumber:
		return onlyMarks(s, numberMarks, func(byte) bool { return false }), true
	}
	return "", false
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

func onlyMarks(s, marks string, letters func(byte) bool) string {
	var b strings.Builder
	for i := range len(s) {
		if digit(s[i]) || letters(s[i]) || strings.IndexByte(marks, s[i]) >= 0 {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// stripTags returns text that has no tags. Others are not evaluated.
func stripTags(c *call) (Value, error) {
	if s := c.str(0); strings.ContainsAny(s, "<\x00") {
		return c.unknown("calls strip_tags() with markup, which is not evaluated"), nil
	}
	return strVal(c.str(0)), nil
}
