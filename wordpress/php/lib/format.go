package lib

import (
	"fmt"
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"math"
	"strconv"
	"strings"
)

var formatFuncs = map[string]eval.Function{
	"sprintf":  {Run: sprintfFunc, Min: 1, Max: -1},
	"vsprintf": {Run: vsprintfFunc, Min: 2, Max: 2},
	"printf":   {Run: printfFunc, Min: 1, Max: -1},
}

func sprintfFunc(c *eval.Call) (eval.Value, error) {
	f := c.Str(0)
	return formatted(c, f, c.Args[1:])
}

func printfFunc(c *eval.Call) (eval.Value, error) {
	v, err := sprintfFunc(c)
	if err != nil {
		return nil, err
	}
	if s, ok := v.(eval.String); ok {
		return eval.Int(len(s)), nil
	}
	return v, nil
}

func vsprintfFunc(c *eval.Call) (eval.Value, error) {
	f := c.Str(0)
	a, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	var args []eval.Value
	a.Each(func(_ eval.Key, v eval.Value) bool { args = append(args, v); return true })
	d := *c
	d.Name = "vsprintf"
	return formatted(&d, f, args)
}

// A directive is one % of a format.
type directive struct {
	arg       int
	left      bool
	plus      bool
	pad       byte
	width     int
	precision int // -1: none
	verb      byte
}

// formatted is sprintf.
func formatted(c *eval.Call, f string, args []eval.Value) (eval.Value, error) {
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
		d, end, err := readDirective(c, f, i+1)
		if err != nil {
			return nil, err
		}
		if strings.IndexByte("eEgGhH", d.verb) >= 0 {
			return c.Unknown("calls " + c.Name + "() with %" + string(d.verb) + ", which is not evaluated"), nil
		}
		i = end
		if d.arg < 0 {
			d.arg = next
			next++
		}
		if d.arg >= len(args) {
			if c.Name == "vsprintf" {
				return nil, c.Throw("ValueError", fmt.Sprintf("The arguments array must contain %d items, %d given", d.arg+1, len(args)))
			}
			return nil, c.Throw("ArgumentCountError", fmt.Sprintf("%d arguments are required, %d given", d.arg+2, len(args)+1))
		}
		if err := c.Alloc(d.width + max(d.precision, 0) + 400); err != nil {
			return nil, err
		}
		s, err := applyDirective(c, d, args[d.arg])
		if err != nil {
			return nil, err
		}
		if err := c.Alloc(5 * len(s)); err != nil { // what grows is copied several times
			return nil, err
		}
		b.WriteString(s)
	}
	return eval.String(b.String()), c.Alloc(len(f))
}

// readDirective reads what follows a %.
func readDirective(c *eval.Call, f string, i int) (directive, int, error) {
	d := directive{arg: -1, pad: ' ', precision: -1}
	if n, end := decimalAt(f, i); end > i && end < len(f) && f[end] == '$' {
		if n == 0 {
			return d, i, c.Throw("ValueError", "Argument number specifier must be greater than zero and less than 2147483647")
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
				return d, i, c.Throw("ValueError", "Missing padding character")
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
	if i < len(f) && f[i] == 'l' {
		i++
	}
	if i >= len(f) {
		return d, i, c.Throw("ValueError", "Missing format specifier at end of string")
	}
	d.verb = f[i]
	if f[i] == '*' || strings.IndexByte("bcdeEfFgGhHosuxX", f[i]) < 0 {
		return d, i, c.Throw("ValueError", `Unknown format specifier "`+f[i:i+1]+`"`)
	}
	return d, i + 1, nil
}

func decimalAt(s string, i int) (n, end int) {
	for end = i; end < len(s) && syntax.IsDigit(s[end]); end++ {
		n = min(n*10+int(s[end]-'0'), math.MaxInt32)
	}
	return n, end
}

func applyDirective(c *eval.Call, d directive, v eval.Value) (string, error) {
	switch d.verb {
	case 's':
		s, err := c.StringOf(v)
		if err == nil && d.precision >= 0 {
			s = Head(s, d.precision)
		}
		return d.padded(s, false), err
	case 'c':
		return string([]byte{byte(eval.ToInt(v))}), nil
	case 'd':
		n := eval.ToInt(v)
		s := strconv.FormatInt(n, 10)
		if d.plus && n >= 0 {
			s = "+" + s
		}
		return d.padded(s, true), nil
	case 'u':
		return d.padded(strconv.FormatUint(uint64(eval.ToInt(v)), 10), true), nil
	case 'b', 'o', 'x', 'X':
		s := strconv.FormatUint(uint64(eval.ToInt(v)), map[byte]int{'b': 2, 'o': 8, 'x': 16, 'X': 16}[d.verb])
		if d.verb == 'X' {
			s = syntax.Upper(s)
		}
		return d.padded(s, false), nil
	}
	return d.padded(d.float(eval.ToFloat(v)), true), nil
}

func (d directive) float(f float64) string {
	precision := d.precision
	if precision < 0 {
		precision = 6
	}
	precision = min(precision, 53)
	var s string
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		s = "inf"
	default:
		s = strconv.FormatFloat(math.Abs(f), 'f', precision, 64)
	}
	if math.Signbit(f) {
		return "-" + s
	}
	if d.plus {
		return "+" + s
	}
	return s
}

// padded fills up to the width; zeros go between a number's sign and its digits.
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
