package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Value returns the text that a group matched.
func (m matchSpan) Value(s string) eval.Value {
	if m.from < 0 {
		return eval.String("")
	}
	return eval.String(s[m.from:m.to])
}

// groupsOf returns the array for one match. It leaves out groups at the end that did not
// match.
func (p *pattern) groupsOf(s string, m []matchSpan) *eval.Array {
	last := len(m) - 1
	for last > 0 && m[last].from < 0 {
		last--
	}
	out := eval.NewArray()
	for i := 0; i <= last; i++ {
		text := m[i].Value(s)
		if p.names[i] != "" {
			out.Put(p.names[i], text)
		}
		out.Set(eval.IntKey(int64(i)), text)
	}
	return out
}

// notMatched returns v, the result if the pattern gave no matches. It sets the argument
// for the matches to v if that is an unknown, else to an empty array.
func notMatched(c *eval.Call, v eval.Value) eval.Value {
	var matches eval.Value = eval.NewArray()
	if v.Kind() == eval.KindUnknown {
		matches = v
	}
	c.SetRef(2, matches)
	return v
}

func pregMatch(c *eval.Call) eval.Value {
	if c.Int(3, 0) != 0 || c.Int(4, 0) != 0 {
		return notMatched(c, c.RefusedFor("with flags or an offset"))
	}
	s := c.Str(1)
	p, v := compilePattern(c, c.Str(0))
	if v != nil {
		return notMatched(c, v)
	}
	found, v := matchesOf(c, p, s, 1)
	if v != nil {
		return notMatched(c, v)
	}
	if len(found) == 0 {
		c.SetRef(2, eval.NewArray())
		return eval.Int(0)
	}
	c.SetRef(2, p.groupsOf(s, found[0]))
	return eval.Int(1)
}

func pregReplace(c *eval.Call) eval.Value {
	with := c.Arg(1)
	if with.Kind() == eval.KindArray && c.Arg(0).Kind() != eval.KindArray {
		panic(c.Throw("TypeError", "preg_replace(): Argument #1 ($pattern) must be of type array when argument #2 ($replacement) is an array, string given"))
	}
	replacements, many := with.(*eval.Array)
	var list []eval.Entry
	if many {
		list = eval.Pairs(replacements)
	}
	return replaceInEach(c, func(i int) string {
		switch {
		case !many:
			return c.StringOf(with)
		case i < len(list):
			return c.StringOf(list[i].Value)
		}
		return ""
	})
}

// expand replaces $1, ${1} and \1 by the text of the groups.
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

// reference reads a reference to a group, with one or two digits.
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

// replaceInEach replaces the matches of each pattern in each subject. with returns the
// replacement for the pattern with index i.
func replaceInEach(c *eval.Call, with func(i int) string) eval.Value {
	limit := c.Int(3, -1)
	patterns := []eval.Value{c.Arg(0)}
	if a, ok := c.Arg(0).(*eval.Array); ok {
		patterns = nil
		for _, e := range eval.Pairs(a) {
			patterns = append(patterns, e.Value)
		}
	}
	count := 0
	var failed eval.Value
	out := eachSubject(c, c.Arg(2), func(v eval.Value) eval.Value {
		s := c.StringOf(v)
		for i, pv := range patterns {
			if failed == nil {
				s, failed = replacedText(c, c.StringOf(pv), s, int(max(limit, -1)), with(i), &count)
			}
		}
		return eval.String(s)
	})
	if failed != nil {
		if failed.Kind() != eval.KindUnknown {
			failed = eval.Null // PHP's result for an invalid pattern
		}
		if c.Arg(2).Kind() == eval.KindArray && failed.Kind() == eval.KindNull {
			failed = c.Unknown("a pattern fails on one of several texts")
		}
		c.SetRef(4, c.Unknown("a pattern fails"))
		return failed
	}
	c.SetRef(4, eval.Int(count))
	return out
}

func replacedText(c *eval.Call, text, s string, limit int, replacement string, count *int) (string, eval.Value) {
	p, v := compilePattern(c, text)
	if v != nil {
		return "", v
	}
	found, v := matchesOf(c, p, s, limit)
	if v != nil {
		return "", v
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		t := expand(replacement, s, m)
		c.Alloc(len(t) + m[0].from - at)
		b.WriteString(s[at:m[0].from] + t)
		at = m[0].to
	}
	*count += len(found)
	b.WriteString(s[at:])
	c.Alloc(len(s) - at)
	return b.String(), nil
}

// pregGrep returns the elements that match.
func pregGrep(c *eval.Call) eval.Value {
	text := c.Str(0)
	a := c.Array(1)
	flags := c.Int(2, 0)
	p, v := compilePattern(c, text)
	if v != nil {
		return v
	}
	c.Alloc(a.Size())
	out := eval.NewArray()
	for _, e := range eval.Pairs(a) {
		s := c.StringOf(e.Value)
		found, v := matchesOf(c, p, s, 1)
		switch {
		case v != nil:
			return c.Unknown("a pattern fails on one of several texts")
		}
		if (len(found) > 0) == (flags&1 == 0) {
			out.Set(e.Key, e.Value)
		}
	}
	return out
}

const splitNoEmpty = 1

func pregSplit(c *eval.Call) eval.Value {
	t := strArgs(c)
	limit, flags := c.Int(2, -1), c.Int(3, 0)
	p, v := compilePattern(c, t[0])
	if v != nil {
		return v
	}
	if flags&^splitNoEmpty != 0 {
		return c.RefusedFor("with flags")
	}
	s := t[1]
	found, v := matchesOf(c, p, s, -1)
	if v != nil {
		return v
	}
	if limit == 0 {
		limit = -1
	}
	out := eval.NewArray()
	add := func(from, to int) {
		if from < to || flags == 0 {
			out.Push(eval.String(s[from:to]))
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
	return out
}
