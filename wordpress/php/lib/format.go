package lib

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var formatFuncs = map[string]eval.Function{
	"sprintf": {Run: sprintf, Min: 1, Max: -1},
}

// A directive is one conversion of a format, such as %05d.
type directive struct {
	arg       int
	left      bool
	plus      bool
	pad       byte
	width     int
	precision int // -1: none
	verb      byte
}

// sprintf formats strings and integers. It does not evaluate fractions.
func sprintf(c *eval.Call) eval.Value {
	f, args := c.Str(0), c.Args[1:]
	var b strings.Builder
	next := 0
	for i := 0; i < len(f); {
		if f[i] != '%' {
			b.WriteByte(f[i])
			i++
			continue
		}
		if i+1 < len(f) && f[i+1] == '%' {
			b.WriteByte('%')
			i += 2
			continue
		}
		d, end := readDirective(c, f, i+1)
		if strings.IndexByte("bceEfFgGhHouxX", d.verb) >= 0 {
			return c.RefusedFor("with %" + string(d.verb))
		}
		i = end
		if d.arg < 0 {
			d.arg = next
			next++
		}
		if d.arg >= len(args) {
			panic(c.Throw("ArgumentCountError", fmt.Sprintf("%d arguments are required, %d given", d.arg+2, len(args)+1)))
		}
		c.Alloc(d.width + max(d.precision, 0) + 400)
		s := applyDirective(c, d, args[d.arg])
		c.Alloc(5 * len(s))
		b.WriteString(s)
	}
	c.Alloc(len(f))
	return eval.String(b.String())
}

// readDirective reads the text after a %. It returns the directive and the position after
// it.
func readDirective(c *eval.Call, f string, i int) (directive, int) {
	d := directive{arg: -1, pad: ' ', precision: -1}
	if n, end := decimalAt(f, i); end > i && end < len(f) && f[end] == '$' {
		if n == 0 {
			panic(c.Throw("ValueError", "Argument number specifier must be greater than zero and less than 2147483647"))
		}
		d.arg, i = n-1, end+1
	}
flags:
	for ; i < len(f); i++ {
		switch f[i] {
		case '-':
			d.left = true
		case '+':
			d.plus = true
		case '0', ' ':
			d.pad = f[i]
		case '\'':
			if i+1 >= len(f) {
				panic(c.Throw("ValueError", "Missing padding character"))
			}
			i++
			d.pad = f[i]
		default:
			break flags
		}
	}
	d.width, i = decimalAt(f, i)
	if i < len(f) && f[i] == '.' {
		start := i + 1
		d.precision, i = decimalAt(f, start)
	}
	if i >= len(f) {
		panic(c.Throw("ValueError", "Missing format specifier at end of string"))
	}
	d.verb = f[i]
	if f[i] == '*' || strings.IndexByte("bcdeEfFgGhHosuxX", f[i]) < 0 {
		panic(c.Throw("ValueError", `Unknown format specifier "`+f[i:i+1]+`"`))
	}
	return d, i + 1
}

func decimalAt(s string, i int) (n, end int) {
	for end = i; end < len(s) && syntax.IsDigit(s[end]); end++ {
		n = min(n*10+int(s[end]-'0'), math.MaxInt32)
	}
	return n, end
}

func applyDirective(c *eval.Call, d directive, v eval.Value) string {
	switch d.verb {
	case 's':
		s := c.StringOf(v)
		if d.precision >= 0 {
			s = head(s, d.precision)
		}
		return d.padded(s, false)
	case 'd':
		n := eval.ToInt(v)
		s := strconv.FormatInt(n, 10)
		if d.plus && n >= 0 {
			s = "+" + s
		}
		return d.padded(s, true)
	}
	return ""
}

// padded pads a text to the width. Zeros are put between a number's sign and its digits.
func (d directive) padded(s string, number bool) string {
	need := d.width - len(s)
	if need <= 0 {
		return s
	}
	fill := strings.Repeat(string([]byte{d.pad}), need)
	switch {
	case d.left && number && d.pad == '0':
		return s + strings.Repeat("0", need)
	case d.left:
		return s + fill
	case number && d.pad == '0' && s != "" && (s[0] == '-' || s[0] == '+'):
		return s[:1] + fill + s[1:]
	}
	return fill + s
}
