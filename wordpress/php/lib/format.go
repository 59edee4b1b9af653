package lib

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// formatSpecifier matches the specifiers that are evaluated: %%, %s, %d and %05d, which
// pads with zeros. All but %% may have an argument number.
var formatSpecifier = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^%(?:%|(?:([1-9]\d?)\$)?(?:(s)|(?:0([1-9]\d?))?d))`)
})

// sprintf formats strings and integers. It does not evaluate fractions and other bases.
func sprintf(c *eval.Call) eval.Value {
	f, args := c.Str(0), c.Args[1:]
	var b strings.Builder
	next := 0
	for {
		text, _, _ := strings.Cut(f, "%")
		b.WriteString(text)
		if f = f[len(text):]; f == "" {
			c.Alloc(b.Len())
			return eval.String(b.String())
		}
		m := formatSpecifier().FindStringSubmatch(f)
		if m == nil {
			return c.RefusedFor("with a format specifier other than %s, %d and %05d")
		}
		f = f[len(m[0]):]
		if m[0] == "%%" {
			b.WriteByte('%')
			continue
		}
		at, _ := decimalAt(m[1], 0)
		if at == 0 {
			next++
			at = next
		}
		if at > len(args) {
			panic(c.Throw("ArgumentCountError", fmt.Sprintf("%d arguments are required, %d given", at+1, len(args)+1)))
		}
		var s string
		if v := args[at-1]; m[2] == "s" {
			s = c.StringOf(v)
		} else {
			width, _ := decimalAt(m[3], 0)
			s = fmt.Sprintf("%0*d", width, eval.ToInt(v))
		}
		c.Alloc(5*len(s) + 400)
		b.WriteString(s)
	}
}

func decimalAt(s string, i int) (n, end int) {
	for end = i; end < len(s) && syntax.IsDigit(s[end]); end++ {
		n = min(n*10+int(s[end]-'0'), math.MaxInt32)
	}
	return n, end
}
