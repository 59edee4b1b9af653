package lib

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// translatePattern rewrites a PCRE pattern for regexp2, which uses the syntax of .NET. ok is
// false for syntax that only one of the two has, or that may mean something else in .NET.
// names are the names of the groups, by number.
func translatePattern(p string, dollarEnd bool) (out string, names []string, ok bool) {
	w := &patternWriter{p: p, dollarEnd: dollarEnd, names: []string{""}}
	for w.i < len(p) {
		if !w.next() {
			return "", nil, false
		}
	}
	return w.b.String(), w.names, true
}

type patternWriter struct {
	p         string
	i         int
	b         strings.Builder
	dollarEnd bool
	names     []string // names of the groups, by number; "" for a group without a name
}

func (w *patternWriter) copy(n int) bool {
	w.b.WriteString(w.p[w.i : w.i+n])
	w.i += n
	return true
}

func (w *patternWriter) next() bool {
	rest := w.p[w.i:]
	if n := quantifier(rest); n > 0 {
		return w.copyQuantified(n)
	}
	switch c := rest[0]; {
	case c == '\\':
		return w.escape(false)
	case c == '[':
		return w.set()
	case c == '(':
		return w.group()
	case c == '$' && w.dollarEnd:
		w.b.WriteString(`\z`)
		w.i++
		return true
	case c == '{' && !isCountedQuantifier(rest):
		w.b.WriteString(`\{`)
		w.i++
		return true
	}
	return w.copy(1)
}

// quantifier returns the length of the quantifier at the start of s; 0 if there is none.
func quantifier(s string) int {
	switch {
	case s[0] == '*' || s[0] == '+' || s[0] == '?':
		return 1
	case s[0] == '{' && isCountedQuantifier(s):
		return strings.IndexByte(s, '}') + 1
	}
	return 0
}

// copyQuantified copies a quantifier of n bytes. A possessive one is not evaluated.
func (w *patternWriter) copyQuantified(n int) bool {
	if w.b.Len() == 0 {
		return false
	}
	w.copy(n)
	if strings.HasPrefix(w.p[w.i:], "?") {
		w.copy(1)
	}
	return w.i == len(w.p) || quantifier(w.p[w.i:]) == 0
}

// isCountedQuantifier reports whether s begins with {n}, {n,} or {n,m}.
func isCountedQuantifier(s string) bool {
	_, end := decimalAt(s, 1)
	if end == 1 {
		return false
	}
	if end < len(s) && s[end] == ',' {
		_, end = decimalAt(s, end+1)
	}
	return end < len(s) && s[end] == '}'
}

// asciiClasses are the classes of PCRE without Unicode properties. The classes of .NET
// include all of Unicode.
var asciiClasses = map[byte]string{
	'd': "0-9", 'w': "0-9A-Za-z_", 's': `\t\n\v\f\r `, 'h': `\t\x20\xa0`,
}

// wordBoundary is \b of PCRE, where words consist of ASCII.
const wordBoundary = "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"

func (w *patternWriter) escape(inSet bool) bool {
	if w.i+1 >= len(w.p) {
		return false
	}
	c := w.p[w.i+1]
	class := asciiClasses[c|0x20]
	switch {
	case class != "" && syntax.IsLetter(c):
		w.i += 2
		switch {
		case inSet && c < 'a':
			return false
		case inSet:
			w.b.WriteString(class)
		case c < 'a':
			w.b.WriteString("[^" + class + "]")
		default:
			w.b.WriteString("[" + class + "]")
		}
		return true
	case c == 'b' && !inSet:
		w.i += 2
		w.b.WriteString(wordBoundary)
		return true
	case c == '0' || syntax.IsDigit(c) && (inSet || w.i+2 < len(w.p) && syntax.IsDigit(w.p[w.i+2])):
		return false
	case syntax.IsDigit(c):
		return w.copy(2)
	case syntax.IsLetter(c) && strings.IndexByte("tnrfaeAzZb", c) < 0:
		return false
	case c >= 0x80:
		return false
	}
	return w.copy(2)
}

// set rewrites a character class.
func (w *patternWriter) set() bool {
	w.copy(1)
	if w.i < len(w.p) && w.p[w.i] == '^' {
		w.copy(1)
	}
	first := true
	for w.i < len(w.p) {
		rest := w.p[w.i:]
		switch {
		case rest[0] == ']' && !first:
			return w.copy(1)
		case rest[0] == ']':
			w.b.WriteString(`\]`)
			w.i++
		case strings.HasPrefix(rest, "[:"):
			return false
		case rest[0] == '[':
			w.b.WriteString(`\[`)
			w.i++
		case rest[0] == '-' && len(rest) > 1 && rest[1] == '[':
			w.b.WriteString(`\-`) // in .NET, this would subtract a class
			w.i++
		case rest[0] == '\\':
			if !w.escape(true) {
				return false
			}
		default:
			w.copy(1)
		}
		first = false
	}
	return false
}

// group rewrites the opening of a group. In PCRE, named groups are numbered with the
// others. .NET numbers them last, so the names are removed here and kept in w.names.
// Lookbehind and modifiers within a pattern are not evaluated.
func (w *patternWriter) group() bool {
	rest := w.p[w.i:]
	if !strings.HasPrefix(rest, "(?") {
		if strings.HasPrefix(rest, "(*") {
			return false
		}
		w.names = append(w.names, "")
		return w.copy(1)
	}
	for _, plain := range []string{"(?:", "(?=", "(?!"} {
		if strings.HasPrefix(rest, plain) {
			return w.copy(len(plain))
		}
	}
	for _, opens := range []string{"(?P<", "(?<"} {
		name, found := strings.CutPrefix(rest, opens)
		end := strings.IndexByte(name, '>')
		if !found || end < 1 || syntax.IdentEnd(name, 0) != end || syntax.IsDigit(name[0]) || slices.Contains(w.names, name[:end]) {
			continue
		}
		w.names = append(w.names, name[:end])
		w.b.WriteByte('(')
		w.i += len(opens) + end + 1
		return true
	}
	return false
}
