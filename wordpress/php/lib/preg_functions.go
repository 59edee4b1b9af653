package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// text returns the text that a group matched.
func (m matchSpan) text(s string) eval.Value {
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
		text := m[i].text(s)
		if p.names[i] != "" {
			out.Put(p.names[i], text)
		}
		out.Set(eval.IntKey(int64(i)), text)
	}
	return out
}

func pregMatch(c *eval.Call) eval.Value {
	if c.Int(3, 0) != 0 || c.Int(4, 0) != 0 {
		c.Return(c.RefusedFor("with flags or an offset"))
	}
	s := c.Str(1)
	p := compilePattern(c, c.Str(0))
	found := matchesOf(c, p, s, 1)
	if len(found) == 0 {
		c.SetRef(2, eval.NewArray())
		return eval.Int(0)
	}
	c.SetRef(2, p.groupsOf(s, found[0]))
	return eval.Int(1)
}

// pregReplace replaces the matches of a pattern in a text, or of several patterns one
// after the other. It does not evaluate several replacements and several texts.
func pregReplace(c *eval.Call) eval.Value {
	if c.Arg(1).Kind() == eval.KindArray || c.Arg(2).Kind() == eval.KindArray {
		c.Return(c.RefusedFor("with several replacements or texts"))
	}
	patterns := eval.ListOf(c.Arg(0))
	if list, ok := c.Arg(0).(*eval.Array); ok {
		patterns = list
	}
	s, with, limit, count := c.Str(2), c.Str(1), int(max(c.Int(3, -1), -1)), 0
	for _, e := range eval.Pairs(patterns) {
		found := matchesOf(c, compilePattern(c, c.StringOf(e.Value)), s, limit)
		s = replaced(c, s, with, found)
		count += len(found)
	}
	c.SetRef(4, eval.Int(count))
	return eval.String(s)
}

// replaced returns s with a replacement for each match.
func replaced(c *eval.Call, s, with string, found [][]matchSpan) string {
	var b strings.Builder
	at := 0
	for _, m := range found {
		t := expand(with, s, m)
		c.Alloc(len(t) + m[0].from - at)
		b.WriteString(s[at:m[0].from] + t)
		at = m[0].to
	}
	b.WriteString(s[at:])
	c.Alloc(len(s) - at)
	return b.String()
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

// pregGrep returns the elements that match.
func pregGrep(c *eval.Call) eval.Value {
	text := c.Str(0)
	a := c.Array(1)
	flags := c.Int(2, 0)
	p := compilePattern(c, text)
	c.Alloc(a.Size())
	out := eval.NewArray()
	for _, e := range eval.Pairs(a) {
		found := matchesOf(c, p, c.StringOf(e.Value), 1)
		if (len(found) > 0) == (flags&1 == 0) {
			out.Set(e.Key, e.Value)
		}
	}
	return out
}

const splitNoEmpty = 1

func pregSplit(c *eval.Call) eval.Value {
	flags := c.Int(3, 0)
	if flags&^splitNoEmpty != 0 || c.Int(2, -1) != -1 && c.Int(2, -1) != 0 {
		return c.RefusedFor("with flags or a limit")
	}
	s := c.Str(1)
	found := matchesOf(c, compilePattern(c, c.Str(0)), s, -1)
	out := eval.NewArray()
	add := func(from, to int) {
		if from < to || flags == 0 {
			out.Push(eval.String(s[from:to]))
		}
	}
	at := 0
	for _, m := range found {
		add(at, m[0].from)
		at = m[0].to
	}
	add(at, len(s))
	return out
}
