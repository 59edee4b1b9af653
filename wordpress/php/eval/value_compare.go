package eval

import (
	"math"
	"slices"
	"strings"
)

// Identical evaluates === for known values. Objects are identical if they are the same
// object.
func Identical(a, b Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a := a.(type) {
	case *Array:
		return a == b.(*Array) || slices.EqualFunc(a.Entries, b.(*Array).Entries, func(x, y Entry) bool {
			return x.Key == y.Key && Identical(x.Value, y.Value)
		})
	case *Object:
		return a == b.(*Object)
	}
	return a == b
}

// Uncomparable is the result of Compare for two values that have no order.
const Uncomparable = 2

// LooseEqual evaluates == for known values. Objects are equal here only if they are the
// same object; the evaluator compares their properties itself.
func LooseEqual(a, b Value) bool { return Compare(a, b) == 0 }

// Compare evaluates <=> for known values: -1, 0, 1 or Uncomparable. The evaluator
// compares an object only with a scalar.
func Compare(a, b Value) int {
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == KindString && kb == KindString:
		return compareStrings(string(a.(String)), string(b.(String)))
	case ka == KindNull && kb == KindString:
		return compareStrings("", string(b.(String)))
	case ka == KindString && kb == KindNull:
		return compareStrings(string(a.(String)), "")
	case ka <= KindBool || kb <= KindBool:
		return order(ToInt(Bool(ToBool(a))), ToInt(Bool(ToBool(b))))
	case ka == KindArray && kb == KindArray:
		return compareArrays(a.(*Array), b.(*Array))
	case ka >= KindArray:
		return 1
	case kb >= KindArray:
		return -1
	case ka == KindString:
		return reversed(compareNumberString(b, string(a.(String))))
	case kb == KindString:
		return compareNumberString(a, string(b.(String)))
	}
	return compareNumbers(a, b)
}

// reversed returns the result of a comparison for swapped operands.
func reversed(c int) int {
	if c == Uncomparable {
		return c
	}
	return -c
}

func order(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareFloats(a, b float64) int {
	switch {
	case a == b:
		return 0
	case a < b:
		return -1
	case math.IsNaN(a) || math.IsNaN(b):
		return Uncomparable
	}
	return 1
}

func compareNumbers(a, b Value) int {
	if x, ok := a.(Int); ok {
		if y, ok := b.(Int); ok {
			return order(int64(x), int64(y))
		}
	}
	return compareFloats(ToFloat(a), ToFloat(b))
}

// compareNumberString compares as PHP 8 does: as numbers if the string is numeric, else
// as strings.
func compareNumberString(n Value, s string) int {
	if m, ok := IsNumeric(s); ok {
		return compareNumbers(n, m)
	}
	return Sign(strings.Compare(ToString(n), s))
}

func compareStrings(a, b string) int {
	if a == b {
		return 0
	}
	if x, ok := IsNumeric(a); ok {
		if y, ok := IsNumeric(b); ok {
			return compareNumericStrings(a, b, x, y)
		}
	}
	return Sign(strings.Compare(a, b))
}

// compareNumericStrings compares two numeric strings as numbers. If both are integers
// that are too large for exact floating point numbers, it compares them as text.
func compareNumericStrings(a, b string, x, y Value) int {
	c := compareNumbers(x, y)
	if c == 0 && x.Kind() == KindFloat && y.Kind() == KindFloat && overflows(a) && overflows(b) {
		return Sign(strings.Compare(a, b))
	}
	return c
}

func overflows(s string) bool {
	s = strings.TrimSpace(s)
	_, float := numberEnd(s, 0)
	return !float
}

// Sign returns -1, 0 or 1.
func Sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func compareArrays(a, b *Array) int {
	if c := order(int64(a.Len()), int64(b.Len())); c != 0 {
		return c
	}
	result := 0
	a.Each(func(k Key, v Value) bool {
		w, ok := b.Get(k)
		if !ok {
			result = Uncomparable
			return false
		}
		result = Compare(v, w)
		return result == 0
	})
	return result
}
