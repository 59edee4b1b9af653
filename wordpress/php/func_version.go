package php

import "strings"

// versionCompare compares numbers with dots between them. Versions with words in
// them (RC1, beta) are not evaluated.
func versionCompare(c *call) (Value, error) {
	s := strArgs(c, 2)
	if !numbersAndDots(s[0]) || !numbersAndDots(s[1]) {
		return c.unknown("calls version_compare() with words in a version, which is not evaluated"), nil
	}
	n := compareVersions(s[0], s[1])
	if !c.has(2) {
		return intVal(n), nil
	}
	switch c.str(2) {
	case "<", "lt":
		return boolVal(n < 0), nil
	case "<=", "le":
		return boolVal(n <= 0), nil
	case ">", "gt":
		return boolVal(n > 0), nil
	case ">=", "ge":
		return boolVal(n >= 0), nil
	case "==", "eq":
		return boolVal(n == 0), nil
	case "!=", "<>", "ne":
		return boolVal(n != 0), nil
	}
	return nil, c.throw("ValueError", "version_compare(): Argument #3 ($operator) must be a valid comparison operator")
}

// numbersAndDots reports whether s is numbers of up to nine digits, separated by dots.
func numbersAndDots(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if _, end := decimalAt(part, 0); end == 0 || end != len(part) || end > 9 {
			return false
		}
	}
	return true
}

// compareVersions orders two versions; the one with more numbers is the later one.
func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := decimalAt(x[i], 0)
		n, _ := decimalAt(y[i], 0)
		if m != n {
			return sign(m - n)
		}
	}
	return sign(len(x) - len(y))
}
