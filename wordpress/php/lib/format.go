package lib

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// formatSpecifier matches the specifiers that are evaluated: %%, and %s and %d with an
// argument number, with "-" (to the left) or "0" (padded with zeros), and with a width.
var formatSpecifier = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^%(?:%|(?:([1-9]\d?)\$)?([-0])?([1-9]\d{0,2})?([sd]))`)
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
			return c.RefusedFor("with a format specifier other than %s and %d, or with a precision or a sign")
		}
		f = f[len(m[0]):]
		if m[4] == "" {
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
		width, _ := decimalAt(m[3], 0)
		s := padded(c, args[at-1], m[4] == "d", m[2], width)
		c.Alloc(5*len(s) + 400)
		b.WriteString(s)
	}
}

// padded converts an argument to text of at least width bytes. The flag is "-", "0" or "".
func padded(c *eval.Call, v eval.Value, integer bool, flag string, width int) string {
	if integer && flag == "0" {
		return fmt.Sprintf("%0*d", width, eval.ToInt(v))
	}
	var s string
	if integer {
		s = strconv.FormatInt(eval.ToInt(v), 10)
	} else {
		s = c.StringOf(v)
	}
	fill := max(0, width-len(s))
	switch flag {
	case "-":
		return s + strings.Repeat(" ", fill)
	case "0":
		return strings.Repeat("0", fill) + s
	}
	return strings.Repeat(" ", fill) + s
}

func decimalAt(s string, i int) (n, end int) {
	for end = i; end < len(s) && syntax.IsDigit(s[end]); end++ {
		n = min(n*10+int(s[end]-'0'), math.MaxInt32)
	}
	return n, end
}
