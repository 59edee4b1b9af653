package eval

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The conversions below are for known values. The evaluator never passes them an unknown,
// or an array that contains one.

// ToBool evaluates (bool) $v.
func ToBool(v Value) bool {
	switch v := v.(type) {
	case Bool:
		return bool(v)
	case Int:
		return v != 0
	case Float:
		return v != 0
	case String:
		return v != "" && v != "0"
	case *Array:
		return v.Len() > 0
	case *Object:
		return true
	}
	return false
}

// ToInt evaluates (int) $v.
func ToInt(v Value) int64 {
	switch v := v.(type) {
	case Bool:
		if v {
			return 1
		}
	case Int:
		return int64(v)
	case Float:
		return floatToInt(float64(v))
	case String:
		n, _ := numericPrefix(string(v))
		if f, ok := n.(Float); ok {
			return clampToInt(float64(f))
		}
		return ToInt(n)
	case *Array:
		if v.Len() > 0 {
			return 1
		}
	case *Object:
		return 1
	}
	return 0
}

// clampToInt converts the float in a numeric string to an integer. It uses the largest or
// smallest integer where floatToInt would wrap around.
func clampToInt(f float64) int64 {
	switch {
	case math.IsInf(f, 0):
		return 0
	case f >= 9223372036854775808:
		return math.MaxInt64
	case f < -9223372036854775808:
		return math.MinInt64
	}
	return floatToInt(f)
}

// ToFloat evaluates (float) $v.
func ToFloat(v Value) float64 {
	switch v := v.(type) {
	case Float:
		return float64(v)
	case String:
		n, _ := numericPrefix(string(v))
		return ToFloat(n)
	}
	return float64(ToInt(v))
}

// floatToInt truncates and wraps around at 64 bits, as PHP does.
func floatToInt(f float64) int64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	if f >= -9223372036854775808 && f < 9223372036854775808 {
		return int64(f)
	}
	m := math.Mod(math.Trunc(f), 18446744073709551616)
	if m < 0 {
		m += 18446744073709551616
	}
	return int64(uint64(m))
}

// ToString evaluates (string) $v for scalars; the result for an array is "Array". The
// evaluator itself refuses objects.
func ToString(v Value) string {
	switch v := v.(type) {
	case String:
		return string(v)
	case Int:
		return strconv.FormatInt(int64(v), 10)
	case Bool:
		if v {
			return "1"
		}
	case Float:
		return floatText(float64(v))
	case *Array:
		return "Array"
	case *Object:
		return "Object"
	}
	return ""
}

// numericPrefix returns the number that a string begins with, after optional white space;
// 0 if there is none. all reports whether nothing but white space follows the number.
func numericPrefix(s string) (n Value, all bool) {
	i := 0
	for i < len(s) && PhpSpace(s[i]) {
		i++
	}
	end, float := numberEnd(s, i)
	if end == i {
		return Int(0), false
	}
	tail := end
	for tail < len(s) && PhpSpace(s[tail]) {
		tail++
	}
	if !float {
		if v, err := strconv.ParseInt(s[i:end], 10, 64); err == nil {
			return Int(v), tail == len(s)
		}
	}
	f, _ := strconv.ParseFloat(s[i:end], 64)
	return Float(f), tail == len(s)
}

// IsNumeric evaluates is_numeric for a string. It also returns the number.
func IsNumeric(s string) (Value, bool) {
	n, all := numericPrefix(s)
	return n, all
}

// PhpSpace reports whether c may surround a number in a numeric string.
func PhpSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
}

// numberEnd returns the end of the decimal number at i; i if there is none. float reports
// whether the number has a fraction or an exponent.
func numberEnd(s string, i int) (end int, float bool) {
	start := i
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	whole := i
	for i < len(s) && syntax.IsDigit(s[i]) {
		i++
	}
	digits := i - whole
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for j < len(s) && syntax.IsDigit(s[j]) {
			j++
		}
		if digits+j-i-1 > 0 {
			digits, float, i = digits+j-i-1, true, j
		}
	}
	if digits == 0 {
		return start, false
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && syntax.IsDigit(s[j]) {
			for j < len(s) && syntax.IsDigit(s[j]) {
				j++
			}
			float, i = true, j
		}
	}
	return i, float
}

// ToNumber converts a scalar to a number for arithmetic.
func ToNumber(v Value) Value {
	switch v := v.(type) {
	case Int, Float:
		return v
	case String:
		n, _ := numericPrefix(string(v))
		return n
	}
	return Int(ToInt(v))
}

// floatText prints a float as echo does: with 14 digits.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NAN"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(fmt.Sprintf("%+F", f)[:1], "+") + "INF"
	}
	s := strconv.FormatFloat(f, 'G', 14, 64)
	mantissa, exp, ok := strings.Cut(s, "E")
	if !ok {
		return s
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exp)
	return fmt.Sprintf("%sE%+d", mantissa, n)
}
