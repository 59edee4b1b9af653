package lib

import (
	"net/netip"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

const (
	filterInt      = 257
	filterBool     = 258
	filterIP       = 275
	filterString   = 513
	filterSpecial  = 515
	filterDefault  = 516
	filterURL      = 518
	filterFull     = 522
	filterNullFail = 0x8000000
)

// filterFuncs are functions that check or clean text from outside.
var filterFuncs = map[string]eval.Function{
	"filter_var": {Run: filterVar, Min: 1, Max: 3},
	"strip_tags": {Run: stripTags, Min: 1, Max: 2},
}

// filterVar implements filter_var, with the filters that configurations use.
func filterVar(c *eval.Call) eval.Value {
	filter := c.Int(1, filterDefault)
	if c.Arg(0).Kind() == eval.KindArray || c.Arg(0).Kind() == eval.KindObject || c.Arg(2).Kind() == eval.KindArray {
		return c.RefusedFor("with an array or an object")
	}
	flags := c.Int(2, 0)
	if flags&^filterNullFail != 0 {
		return c.RefusedFor("with these flags")
	}
	s := c.Str(0)
	var fail eval.Value = eval.Bool(false)
	if flags&filterNullFail != 0 {
		fail = eval.Null
	}
	if out, ok := sanitized(filter, s); ok {
		c.Alloc(2 * len(out))
		return eval.String(out)
	}
	trimmed := strings.Trim(s, " \t\n\r\v\x00")
	switch filter {
	case filterDefault:
		return eval.String(s)
	case filterBool:
		switch syntax.Lower(trimmed) {
		case "1", "true", "on", "yes":
			return eval.Bool(true)
		case "0", "false", "off", "no", "":
			return eval.Bool(false)
		}
		return fail
	case filterInt:
		if n, ok := syntax.DecimalInt(trimmed); ok {
			return eval.Int(n)
		}
		if trimmed == "-0" || strings.HasPrefix(trimmed, "+") {
			return c.RefusedFor("for a number with a plus sign, or -0")
		}
		return fail
	case filterIP:
		if ip, err := netip.ParseAddr(trimmed); err == nil && ip.Is4() {
			return eval.String(trimmed)
		}
		if !strings.Contains(trimmed, ":") {
			return fail
		}
	}
	return c.RefusedFor("with this filter")
}

// urlMarks are the characters that FILTER_SANITIZE_URL keeps, besides letters and digits.
const urlMarks = "$-_.+!*'(),{}|\\^~[]`<>#%\";/?:@&="

// sanitized returns a text without the characters that a filter removes. ok is false for
// other filters, and for text that this filter would encode as HTML.
func sanitized(filter int64, s string) (out string, ok bool) {
	switch filter {
	case filterString, filterSpecial, filterFull:
		return s, !strings.ContainsAny(s, `<>&"'`) && printable(s)
	case filterURL:
		return onlyURL(s), true
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

func onlyURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if syntax.IsLetter(s[i]) || syntax.IsDigit(s[i]) || strings.IndexByte(urlMarks, s[i]) >= 0 {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// stripTags returns a text that has no tags unchanged. It does not evaluate other texts.
func stripTags(c *eval.Call) eval.Value {
	if s := c.Str(0); strings.ContainsAny(s, "<\x00") {
		return c.RefusedFor("for text with tags")
	}
	return eval.String(c.Str(0))
}
