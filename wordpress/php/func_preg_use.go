package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
)

const (
	pregPatternOrder = 1
	pregSetOrder     = 2
)

// value is the text that a group matched.
func (m matchSpan) value(s string) Value {
	if m.from < 0 {
		return strVal("")
	}
	return strVal(s[m.from:m.to])
}

// groupsOf makes the array of a match. Groups at the end that did not match are
// left out.
func (p *pattern) groupsOf(s string, m []matchSpan) *Array {
	last := len(m) - 1
	for last > 0 && m[last].from < 0 {
		last--
	}
	out := newArray()
	for i := 0; i <= last; i++ {
		text := m[i].value(s)
		if p.names[i] != "" {
			out.put(p.names[i], text)
		}
		out.set(intKey(int64(i)), text)
	}
	return out
}

func pregStart(c *call) (p *pattern, s string, flags int64, offset int, v Value, err error) {
	t := strArgs(c, 2)
	if p, v, err = compilePattern(c, t[0]); v != nil || err != nil {
		return nil, "", 0, 0, v, err
	}
	flags = c.int(3, 0)
	n := c.int(4, 0)
	offset, _ = cut(len(t[1]), n, 0, false)
	if flags&^(pregSetOrder|pregPatternOrder) != 0 || n > int64(len(t[1])) {
		v = c.unknown("calls " + c.name + "() with flags that are not evaluated")
	}
	return p, t[1], flags, offset, v, nil
}

// notMatched returns v where the pattern gave no answer; the matches follow it.
func notMatched(c *call, v Value) (Value, error) {
	var matches Value = newArray()
	if v.kind() == kUnknown {
		matches = v
	}
	return v, c.setRef(2, matches)
}

func pregMatch(c *call) (Value, error) {
	p, s, _, offset, v, err := pregStart(c)
	if err != nil {
		return nil, err
	}
	if v != nil {
		return notMatched(c, v)
	}
	found, v, err := matchesOf(c, p, s, offset, 1)
	if err != nil {
		return nil, err
	}
	if v != nil {
		return notMatched(c, v)
	}
	if len(found) == 0 {
		return intVal(0), c.setRef(2, newArray())
	}
	return intVal(1), c.setRef(2, p.groupsOf(s, found[0]))
}

func pregMatchAll(c *call) (Value, error) {
	p, s, flags, offset, v, err := pregStart(c)
	if err != nil {
		return nil, err
	}
	if v != nil {
		return notMatched(c, v)
	}
	found, v, err := matchesOf(c, p, s, offset, -1)
	if err != nil {
		return nil, err
	}
	if v != nil {
		return notMatched(c, v)
	}
	out := newArray()
	if flags&pregSetOrder != 0 {
		for _, m := range found {
			out.push(p.groupsOf(s, m))
		}
		return intVal(len(found)), c.setRef(2, out)
	}
	for i := range p.groups {
		column := newArray()
		for _, m := range found {
			column.push(m[i].value(s))
		}
		if p.names[i] != "" {
			out.put(p.names[i], column)
		}
		out.set(intKey(int64(i)), column)
	}
	return intVal(len(found)), c.setRef(2, out)
}

// A replacer makes the text that stands for a match.
type replacer func(p *pattern, s string, m []matchSpan) (string, Value, error)

func pregReplace(c *call) (Value, error) {
	with := c.arg(1)
	if with.kind() == kArray && c.arg(0).kind() != kArray {
		return nil, c.throw("TypeError", "preg_replace(): Argument #1 ($pattern) must be of type array when argument #2 ($replacement) is an array, string given")
	}
	var list []Value
	if a, ok := with.(*Array); ok {
		for _, e := range pairs(a) {
			list = append(list, e.v)
		}
	}
	return pregEach(c, func(i int) (replacer, error) {
		text := with
		if with.kind() == kArray {
			text = strVal("")
			if i < len(list) {
				text = list[i]
			}
		}
		t, err := c.stringOf(text)
		return func(_ *pattern, s string, m []matchSpan) (string, Value, error) {
			return expand(t, s, m), nil, nil
		}, err
	})
}

// expand puts groups for $1, ${1} and \1.
func expand(t, s string, m []matchSpan) string {
	var b strings.Builder
	for i := 0; i < len(t); {
		n, end := reference(t, i)
		switch {
		case end > i:
			if n < len(m) && m[n].from >= 0 {
				b.WriteString(s[m[n].from:m[n].to])
			}
			i = end
		case t[i] == '\\' && i+1 < len(t) && t[i+1] == '\\':
			b.WriteByte('\\')
			i += 2
		default:
			b.WriteByte(t[i])
			i++
		}
	}
	return b.String()
}

// reference reads a reference to a group of one or two digits.
func reference(t string, i int) (n, end int) {
	j := i + 1
	brace := false
	switch {
	case t[i] == '$' && j < len(t) && t[j] == '{':
		brace = true
		j++
	case t[i] != '$' && t[i] != '\\':
		return 0, i
	}
	start := j
	for j < len(t) && j < start+2 && syntax.IsDigit(t[j]) {
		n = n*10 + int(t[j]-'0')
		j++
	}
	if j == start {
		return 0, i
	}
	if brace {
		if j >= len(t) || t[j] != '}' {
			return 0, i
		}
		j++
	}
	return n, j
}

func pregCallback(c *call) (Value, error) {
	if c.has(5) && c.arg(5) != Value(intVal(0)) {
		return c.unknown("these flags of preg_replace_callback are not modelled"), nil
	}
	return pregEach(c, func(int) (replacer, error) {
		return func(p *pattern, s string, m []matchSpan) (string, Value, error) {
			v, err := c.invoke(c.arg(1), p.groupsOf(s, m))
			if err != nil {
				return "", nil, err
			}
			if u, ok := v.(*Unknown); ok {
				return "", u, nil
			}
			t, err := c.stringOf(v)
			return t, nil, err
		}, nil
	})
}

// pregEach replaces by each pattern in each subject.
func pregEach(c *call, with func(i int) (replacer, error)) (Value, error) {
	limit := c.int(3, -1)
	patterns := []Value{c.arg(0)}
	if a, ok := c.arg(0).(*Array); ok {
		patterns = nil
		for _, e := range pairs(a) {
			patterns = append(patterns, e.v)
		}
	}
	count := 0
	var failed Value
	out, err := eachSubject(c, c.arg(2), func(v Value) (Value, error) {
		s, err := c.stringOf(v)
		for i, pv := range patterns {
			if err != nil || failed != nil {
				break
			}
			var text string
			if text, err = c.stringOf(pv); err != nil {
				break
			}
			var r replacer
			if r, err = with(i); err == nil {
				s, failed, err = replacedText(c, text, s, int(max(limit, -1)), r, &count)
			}
		}
		return strVal(s), err
	})
	if err != nil {
		return nil, err
	}
	if failed != nil {
		if failed.kind() != kUnknown {
			failed = null // PHP's answer to a pattern that is none
		}
		if c.arg(2).kind() == kArray && failed.kind() == kNull {
			failed = c.unknown("a pattern fails on one of several texts")
		}
		return failed, c.setRef(4, c.unknown("a pattern fails"))
	}
	return out, c.setRef(4, intVal(count))
}

func replacedText(c *call, text, s string, limit int, r replacer, count *int) (string, Value, error) {
	p, v, err := compilePattern(c, text)
	if v != nil || err != nil {
		return "", v, err
	}
	found, v, err := matchesOf(c, p, s, 0, limit)
	if v != nil || err != nil {
		return "", v, err
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		t, v, err := r(p, s, m)
		if v != nil || err != nil {
			return "", v, err
		}
		if err := c.alloc(len(t) + m[0].from - at); err != nil {
			return "", nil, err
		}
		b.WriteString(s[at:m[0].from] + t)
		at = m[0].to
	}
	*count += len(found)
	b.WriteString(s[at:])
	return b.String(), nil, c.alloc(len(s) - at)
}

const splitNoEmpty = 1

func pregSplit(c *call) (Value, error) {
	t := strArgs(c, 2)
	limit, flags := c.int(2, -1), c.int(3, 0)
	p, v, err := compilePattern(c, t[0])
	if v != nil || err != nil {
		return v, err
	}
	if flags&^splitNoEmpty != 0 {
		return c.unknown("calls preg_split() with flags that are not evaluated"), nil
	}
	s := t[1]
	found, v, err := matchesOf(c, p, s, 0, -1)
	if v != nil || err != nil {
		return v, err
	}
	if limit == 0 {
		limit = -1
	}
	out := newArray()
	add := func(from, to int) {
		if from < to || flags == 0 {
			out.push(strVal(s[from:to]))
		}
	}
	at, pieces := 0, 1
	for _, m := range found {
		if limit != -1 && int64(pieces) >= limit {
			break
		}
		if m[0].from > at || flags == 0 {
			add(at, m[0].from)
			pieces++
		}
		at = m[0].to
	}
	add(at, len(s))
	return out, nil
}

// pregGrep keeps the elements that match.
func pregGrep(c *call) (Value, error) {
	text := c.str(0)
	a, err := c.array(1)
	if err != nil {
		return nil, err
	}
	flags := c.int(2, 0)
	p, v, err := compilePattern(c, text)
	if v != nil || err != nil {
		return v, err
	}
	if err := c.alloc(a.size()); err != nil {
		return nil, err
	}
	out := newArray()
	for _, e := range pairs(a) {
		s, err := c.stringOf(e.v)
		if err != nil {
			return nil, err
		}
		found, v, err := matchesOf(c, p, s, 0, 1)
		switch {
		case err != nil:
			return nil, err
		case v != nil:
			return c.unknown("a pattern fails on one of several texts"), nil
		}
		if (len(found) > 0) == (flags&1 == 0) {
			out.set(e.k, e.v)
		}
	}
	return out, nil
}
