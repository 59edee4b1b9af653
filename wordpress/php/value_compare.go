package php

import (
	"math"
	"strings"
)

// identical is ===, of known values. Objects are identical when they are one.
func identical(a, b Value) bool {
	if a.kind() != b.kind() {
		return false
	}
	switch a := a.(type) {
	case *Array:
		return identicalArrays(a, b.(*Array))
	case *Object:
		return a == b.(*Object)
	}
	return a == b
}

func identicalArrays(a, b *Array) bool {
	if a == b {
		return true
	}
	if a.len() != b.len() {
		return false
	}
	i := 0
	for _, e := range a.entries {
		if e.gone {
			continue
		}
		for i < len(b.entries) && b.entries[i].gone {
			i++
		}
		if i == len(b.entries) || b.entries[i].k != e.k || !identical(e.v, b.entries[i].v) {
			return false
		}
		i++
	}
	return true
}

// uncomparable is what compare returns of two that have no order.
const uncomparable = 2

// looseEqual is == of known values. Objects are equal when they are one: the
// evaluator compares their properties itself.
func looseEqual(a, b Value) bool { return compare(a, b) == 0 }

// compare is <=> of known values: -1, 0, 1, or uncomparable.
func compare(a, b Value) int {
	ka, kb := a.kind(), b.kind()
	switch {
	case ka == kString && kb == kString:
		return compareStrings(string(a.(strVal)), string(b.(strVal)))
	case ka == kNull && kb == kString:
		return emptyAgainst(string(b.(strVal)), -1)
	case ka == kString && kb == kNull:
		return emptyAgainst(string(a.(strVal)), 1)
	case ka <= kBool || kb <= kBool:
		return order(toInt(boolVal(toBool(a))), toInt(boolVal(toBool(b))))
	case ka == kArray && kb == kArray:
		return compareArrays(a.(*Array), b.(*Array))
	case ka == kObject || kb == kObject:
		return compareObjects(a, b)
	case ka == kArray:
		return 1
	case kb == kArray:
		return -1
	case ka == kString:
		return -mirror(compareNumberString(b, string(a.(strVal))))
	case kb == kString:
		return compareNumberString(a, string(b.(strVal)))
	}
	return compareNumbers(a, b)
}

func mirror(c int) int {
	if c == uncomparable {
		return -uncomparable
	}
	return c
}

func emptyAgainst(s string, sign int) int {
	if s == "" {
		return 0
	}
	return sign
}

func compareObjects(a, b Value) int {
	switch {
	case a == b:
		return 0
	case a.kind() == kObject && b.kind() == kObject:
		return uncomparable
	case a.kind() == kObject && b.kind() != kString:
		return order(1, toInt(b))
	case a.kind() == kObject:
		return 1
	case a.kind() != kString:
		return order(toInt(a), 1)
	}
	return -1
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
		return uncomparable
	}
	return 1
}

func compareNumbers(a, b Value) int {
	if x, ok := a.(intVal); ok {
		if y, ok := b.(intVal); ok {
			return order(int64(x), int64(y))
		}
	}
	return compareFloats(toFloat(a), toFloat(b))
}

// compareNumberString compares as PHP 8 does: by number if the string is one,
// else as strings.
func compareNumberString(n Value, s string) int {
	if m, ok := isNumeric(s); ok {
		return compareNumbers(n, m)
	}
	return sign(strings.Compare(toString(n), s))
}

func compareStrings(a, b string) int {
	if a == b {
		return 0
	}
	if x, ok := isNumeric(a); ok {
		if y, ok := isNumeric(b); ok {
			return compareNumericStrings(a, b, x, y)
		}
	}
	return sign(strings.Compare(a, b))
}

// compareNumericStrings falls back to text where both are integers too large to
// tell apart as floating point numbers.
func compareNumericStrings(a, b string, x, y Value) int {
	c := compareNumbers(x, y)
	if c == 0 && x.kind() == kFloat && y.kind() == kFloat && overflows(a) && overflows(b) {
		return sign(strings.Compare(a, b))
	}
	return c
}

func overflows(s string) bool {
	s = strings.TrimSpace(s)
	_, float := numberEnd(s, 0)
	return !float
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func compareArrays(a, b *Array) int {
	if c := order(int64(a.len()), int64(b.len())); c != 0 {
		return c
	}
	result := 0
	a.each(func(k key, v Value) bool {
		w, ok := b.get(k)
		if !ok {
			result = uncomparable
			return false
		}
		result = compare(v, w)
		return result == 0
	})
	return result
}
