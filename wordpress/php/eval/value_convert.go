package eval

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The conversions below are of known values: neither unknowns nor arrays that
// hold some are converted, because the evaluator stops them before.

// ToBool is PHP's truth.
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

// ToInt is (int)$v.
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
			return saturated(float64(f))
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

// saturated is the integer of a string that holds a float: it does not wrap.
func saturated(f float64) int64 {
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

// ToFloat is (float)$v.
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

// floatToInt cuts and wraps as PHP does on 64 bits.
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

// ToString is (string)$v of scalars; "Array" of an array. Objects are converted
// by the evaluator, which knows __toString.
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

// A numeric string may have white space around; all is false when something else
// follows the number, or no number is there (0 then).
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

// IsNumeric is is_numeric of a string: the number, if all of the string is one.
func IsNumeric(s string) (Value, bool) {
	n, all := numericPrefix(s)
	return n, all
}

// PhpSpace reports a character that numbers may have around them.
func PhpSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
}

// numberEnd returns the end of the decimal number at i, or i.
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

// ToNumber converts a scalar for arithmetic.
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
