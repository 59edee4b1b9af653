package php

import "strings"

func versionCompare(c *call) (Value, error) {
	s, err := c.strs(2)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(4 * (len(s[0]) + len(s[1]))); err != nil {
		return nil, err
	}
	n := int64(compareVersions(s[0], s[1]))
	if !c.has(2) {
		return intVal(n), nil
	}
	op, err := c.str(2)
	if err != nil {
		return nil, err
	}
	switch op {
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

// canonicalVersion puts dots between digits and what is none, and for all else.
func canonicalVersion(s string) string {
	if s == "" || s[0] == '#' {
		return s
	}
	other := func(c byte) bool { return !digit(c) && c != '.' }
	out := []byte{s[0]}
	for i := 1; i < len(s); i++ {
		c, last := s[i], s[i-1]
		special := c == '-' || c == '_' || c == '+'
		edge := !special && (other(last) && digit(c) || digit(last) && other(c))
		plain := digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z'
		if (edge || !plain) && out[len(out)-1] != '.' {
			out = append(out, '.')
		}
		if edge || plain {
			out = append(out, c)
		}
	}
	return string(out)
}

// compareVersions is version_compare of two: -1, 0 or 1.
func compareVersions(a, b string) int {
	if a == "" || b == "" {
		return sign(len(a) - len(b))
	}
	a, b = canonicalVersion(a), canonicalVersion(b)
	moreA, moreB := true, true
	for a != "" && b != "" && moreA && moreB {
		var x, y string
		x, a, moreA = cutPart(a)
		y, b, moreB = cutPart(b)
		if c := compareForms(x, y); c != 0 {
			return c
		}
	}
	switch {
	case moreA && a != "" && digit(a[0]):
		return 1
	case moreA:
		return compareVersions(a, "#N#")
	case moreB && b != "" && digit(b[0]):
		return -1
	case moreB:
		return compareVersions("#N#", b)
	}
	return 0
}

// cutPart is strings.Cut at a dot; without one, the rest is the part itself.
func cutPart(s string) (part, rest string, more bool) {
	part, rest, more = strings.Cut(s, ".")
	if !more {
		rest = part
	}
	return part, rest, more
}

// compareForms compares two parts: numbers, or words by their rank.
func compareForms(x, y string) int {
	dx, dy := x != "" && digit(x[0]), y != "" && digit(y[0])
	if dx && dy {
		return order(toInt(strVal(x)), toInt(strVal(y)))
	}
	if dx {
		x = "#N#"
	}
	if dy {
		y = "#N#"
	}
	return sign(formOrder(x) - formOrder(y))
}

func formOrder(s string) int {
	for _, f := range []struct {
		prefix string
		rank   int
	}{{"dev", 0}, {"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2}, {"RC", 3}, {"rc", 3}, {"#", 4}, {"pl", 5}, {"p", 5}} {
		if strings.HasPrefix(s, f.prefix) {
			return f.rank
		}
	}
	return -1
}
