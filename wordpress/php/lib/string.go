package lib

import (
	"math"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var stringFuncs = map[string]eval.Function{
	"strlen":       {Run: strlenFunc, Min: 1, Max: 1},
	"strtolower":   ofString(syntax.Lower),
	"strtoupper":   ofString(syntax.Upper),
	"lcfirst":      ofString(func(s string) string { return firstCase(s, syntax.Lower) }),
	"str_repeat":   {Run: strRepeat, Min: 2, Max: 2},
	"chr":          {Run: chrFunc, Min: 1, Max: 1},
	"strtok":       {Run: strtok, Min: 1, Max: 2},
	"strrev":       ofString(reverse),
	"ucfirst":      ofString(func(s string) string { return firstCase(s, syntax.Upper) }),
	"addslashes":   ofString(addslashes),
	"stripslashes": ofString(stripslashes),
	"trim":         trimFunc(true, true),
	"ltrim":        trimFunc(true, false),
	"rtrim":        trimFunc(false, true),
	"str_pad":      {Run: strPad, Min: 2, Max: 4},
	"implode":      {Run: implode, Min: 1, Max: 2},
	"join":         {Run: implode, Min: 1, Max: 2},
	"explode":      {Run: explode, Min: 2, Max: 3},
	"str_replace":  {Run: strReplace, Min: 3, Max: 4, Refs: 1 << 3},
	"sprintf":      {Run: sprintf, Min: 1, Max: -1},
	"strcmp":       compareFunc(false),
	"strcasecmp":   compareFunc(true),
}

// ofString returns a builtin for a function of one string.
func ofString(f func(string) string) eval.Function {
	return eval.Function{Min: 1, Max: 1, Run: func(c *eval.Call) eval.Value {
		s := c.Str(0)
		c.Alloc(6*len(s) + 16)
		return eval.String(f(s))
	}}
}

// twoStrings returns the first two arguments, which are strings.
func twoStrings(c *eval.Call) [2]string { return [2]string{c.Str(0), c.Str(1)} }

func strlenFunc(c *eval.Call) eval.Value {
	return eval.Int(len(c.Str(0)))
}

func firstCase(s string, f func(string) string) string {
	if s == "" {
		return s
	}
	return f(s[:1]) + s[1:]
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
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

// trimFunc returns trim, ltrim or rtrim. It does not evaluate ranges of characters (a..z).
func trimFunc(left, right bool) eval.Function {
	return eval.Function{Min: 1, Max: 2, Run: func(c *eval.Call) eval.Value {
		s := c.Str(0)
		set := " \n\r\t\v\x00"
		if len(c.Args) > 1 {
			set = c.Str(1)
		}
		if strings.Contains(set, "..") {
			return c.RefusedFor("with a range of characters")
		}
		var in [256]bool
		for i := range len(set) {
			in[set[i]] = true
		}
		for left && s != "" && in[s[0]] {
			s = s[1:]
		}
		for right && s != "" && in[s[len(s)-1]] {
			s = s[:len(s)-1]
		}
		return eval.String(s)
	}}
}

func strRepeat(c *eval.Call) eval.Value {
	s := c.Str(0)
	n := c.Int(1, 0)
	if n < 0 {
		panic(c.Throw("ValueError", "str_repeat(): Argument #2 ($times) must be greater than or equal to 0"))
	}
	allocTimes(c, len(s), n)
	if s == "" {
		return eval.String("")
	}
	return eval.String(strings.Repeat(s, int(n)))
}

// allocTimes charges size × n bytes. The product may overflow.
func allocTimes(c *eval.Call, size int, n int64) {
	if size == 0 || n <= 0 {
		return
	}
	if n > int64(1<<40)/int64(size) {
		c.Alloc(1 << 40)
		return
	}
	c.Alloc(size * int(n))
}

func strPad(c *eval.Call) eval.Value {
	s := c.Str(0)
	width := c.Int(1, 0)
	pad := c.StrOr(2, " ")
	mode := c.Int(3, 1)
	if width < 0 || width <= int64(len(s)) {
		return eval.String(s)
	}
	if pad == "" {
		panic(c.Throw("ValueError", "str_pad(): Argument #3 ($pad_string) must be a non-empty string"))
	}
	if mode < 0 || mode > 2 {
		panic(c.Throw("ValueError", "str_pad(): Argument #4 ($pad_type) must be STR_PAD_LEFT, STR_PAD_RIGHT, or STR_PAD_BOTH"))
	}
	allocTimes(c, 1, width)
	need := int(width) - len(s)
	left := 0
	switch mode {
	case 0:
		left = need
	case 2:
		left = need / 2
	}
	fill := func(n int) string { return strings.Repeat(pad, n/len(pad)+1)[:n] }
	return eval.String(fill(left) + s + fill(need-left))
}

// compareFunc compares two strings, in lower case if fold is set. If the strings differ
// in a byte, only the sign of the result is known: the number depends on the C library of
// the server.
func compareFunc(fold bool) eval.Function {
	return eval.Function{Min: 2, Max: 2, Run: func(c *eval.Call) eval.Value {
		a, b := c.Str(0), c.Str(1)
		c.Alloc(2 * (len(a) + len(b)))
		if fold {
			a, b = syntax.Lower(a), syntax.Lower(b)
		}
		n := min(len(a), len(b))
		order := strings.Compare(a[:n], b[:n])
		if order == 0 {
			return eval.Int(eval.Sign(len(a) - len(b)))
		}
		u := c.Unknown("depends on the server's C library: only the sign of " + c.Name + "() is defined")
		u.Alts = []eval.Value{eval.Int(order), eval.Int(math.MaxInt32 * order)}
		return u
	}}
}

func chrFunc(c *eval.Call) eval.Value {
	return eval.String([]byte{byte(c.Int(0, 0))})
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
