package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// versionCompare compares versions that consist of numbers and dots. Versions with words
// (RC1, beta) are not evaluated.
func versionCompare(c *eval.Call) eval.Value {
	s := strArgs(c)
	if !numbersAndDots(s[0]) || !numbersAndDots(s[1]) {
		return c.RefusedFor("with words in a version")
	}
	n := compareVersions(s[0], s[1])
	if !c.Has(2) {
		return eval.Int(n)
	}
	switch c.Str(2) {
	case "<", "lt":
		return eval.Bool(n < 0)
	case "<=", "le":
		return eval.Bool(n <= 0)
	case ">", "gt":
		return eval.Bool(n > 0)
	case ">=", "ge":
		return eval.Bool(n >= 0)
	case "==", "eq":
		return eval.Bool(n == 0)
	case "!=", "<>", "ne":
		return eval.Bool(n != 0)
	}
	panic(c.Throw("ValueError", "version_compare(): Argument #3 ($operator) must be a valid comparison operator"))
}

// numbersAndDots reports whether s consists of numbers of at most nine digits, separated
// by dots.
func numbersAndDots(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if _, end := decimalAt(part, 0); end == 0 || end != len(part) || end > 9 {
			return false
		}
	}
	return true
}

// compareVersions compares two versions. If one is a prefix of the other, the one with
// more numbers is later.
func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := decimalAt(x[i], 0)
		n, _ := decimalAt(y[i], 0)
		if m != n {
			return eval.Sign(m - n)
		}
	}
	return eval.Sign(len(x) - len(y))
}
