package lib

import (
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var pregFuncs = map[string]eval.Function{
	"preg_match":   {Run: pregMatch, Min: 2, Max: 5, Refs: 1 << 2},
	"preg_replace": {Run: pregReplace, Min: 3, Max: 5, Refs: 1 << 4},
	"preg_split":   {Run: pregSplit, Min: 2, Max: 4},
	"preg_quote":   {Run: pregQuote, Min: 1, Max: 2},
	"preg_grep":    {Run: pregGrep, Min: 2, Max: 3},
}

const (
	regexTime  = 200 * time.Millisecond
	maxPattern = 8 << 10
	maxSubject = 256 << 10
)

// A pattern is a compiled regular expression. Each byte of the subject counts as the
// character with that number.
type pattern struct {
	re    *regexp2.Regexp
	ascii bool     // modifier u: only subjects in ASCII are evaluated
	names []string // names of the groups, by number; "" for a group without a name
}

// compilePattern compiles a PCRE pattern with delimiters and modifiers. It ends the
// builtin for a pattern that is not valid, or that regexp2 may match differently.
func compilePattern(c *eval.Call, text string) *pattern {
	c.Steps(len(text) + 200)
	text = strings.TrimLeft(text, " \t\n\r\v\f\x00")
	if text == "" || syntax.IsLetter(text[0]) || syntax.IsDigit(text[0]) || text[0] == '\\' {
		c.Return(c.RefusedFor("with a pattern that is not valid"))
	}
	open, end := text[0], text[0]
	if at := strings.IndexByte("([{<", open); at >= 0 {
		end = ")]}>"[at]
	}
	close := closing(text, open, end)
	if close < 0 {
		c.Return(c.RefusedFor("with a pattern that is not valid"))
	}
	body, mods := text[1:close], text[close+1:]
	if len(body) > maxPattern {
		c.Return(c.RefusedFor("with a pattern longer than 8 KiB"))
	}
	p := &pattern{}
	opt, dollar, ok := p.modifiers(mods)
	if !ok {
		c.Return(c.RefusedFor("with a pattern modifier other than i, m, s, u, D and S"))
	}
	body, names, ok := translatePattern(body, dollar && opt&regexp2.Multiline == 0)
	if !ok || !ascii(body) && (p.ascii || opt&regexp2.IgnoreCase != 0 || strings.Contains(body, "(?")) {
		c.Return(c.RefusedFor("with a pattern of this syntax")) // PCRE and regexp2 have different tables of upper and lower case
	}
	re, err := regexp2.Compile(string(runes(body)), opt)
	if err != nil {
		c.Return(c.RefusedFor("with a pattern of this syntax"))
	}
	re.MatchTimeout = regexTime
	p.re, p.names = re, names
	return p
}

// modifiers reads the modifiers after the pattern. ok is false if one is not evaluated.
func (p *pattern) modifiers(mods string) (opt regexp2.RegexOptions, dollar, ok bool) {
	for _, m := range strings.TrimRight(mods, "\n\r ") {
		switch m {
		case 'i':
			opt |= regexp2.IgnoreCase
		case 'm':
			opt |= regexp2.Multiline
		case 's':
			opt |= regexp2.Singleline
		case 'u':
			p.ascii = true
		case 'D':
			dollar = true
		case 'S':
		default:
			return opt, dollar, false
		}
	}
	return opt, dollar, true
}

// closing returns the position of the closing delimiter. Brackets as delimiters can be
// nested.
func closing(text string, open, end byte) int {
	depth := 1
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == end:
			if depth--; depth == 0 {
				return i
			}
		case text[i] == open:
			depth++
		}
	}
	return -1
}

// runes converts each byte to the character with that number.
func runes(s string) []rune {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return out
}

// A matchSpan is the text of a group in a match, as byte offsets. from is -1 if the group
// did not match.
type matchSpan struct{ from, to int }

// matchesOf finds at most limit matches (-1: all). It ends the builtin if they are not
// known.
func matchesOf(c *eval.Call, p *pattern, s string, limit int) [][]matchSpan {
	if len(s) > maxSubject {
		c.Return(c.RefusedFor("for text longer than 256 KiB"))
	}
	c.Alloc(16*len(s) + 256)
	if p.ascii && !ascii(s) {
		c.Return(c.RefusedFor("with the modifier u, for text that is not ASCII"))
	}
	var found [][]matchSpan
	m, err := p.re.FindRunesMatch(runes(s))
	for ; m != nil && err == nil && limit != 0; limit-- {
		c.Alloc(64 + 48*len(p.names))
		c.Steps(100 + m.Length)
		found = append(found, p.spans(m))
		if limit == 1 {
			break
		}
		if m.Length == 0 {
			c.Return(c.RefusedFor("with a pattern that matches an empty text"))
		}
		m, err = p.re.FindNextMatch(m)
	}
	if err != nil {
		panic(c.Refuse(eval.Undecidable, "evaluate: a pattern takes too long to match"))
	}
	return found
}

func (p *pattern) spans(m *regexp2.Match) []matchSpan {
	out := make([]matchSpan, len(p.names))
	for i := range out {
		g := m.GroupByNumber(i)
		if g == nil || len(g.Captures) == 0 {
			out[i] = matchSpan{-1, -1}
			continue
		}
		out[i] = matchSpan{g.Index, g.Index + g.Length}
	}
	return out
}

func pregQuote(c *eval.Call) eval.Value {
	s := c.Str(0)
	delimiter := c.StrOr(1, "")
	c.Alloc(4 * len(s))
	var b strings.Builder
	for i := range len(s) {
		switch {
		case s[i] == 0:
			b.WriteString(`\000`)
			continue
		case strings.IndexByte(`.\+*?[^]$(){}=!<>|:-#/`[:21], s[i]) >= 0, delimiter != "" && s[i] == delimiter[0]:
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return eval.String(b.String())
}
