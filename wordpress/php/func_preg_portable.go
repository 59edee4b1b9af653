package php

import "strings"

// portable rewrites a PCRE pattern for regexp2, whose language is .NET's, where
// the two say the same by other words. ok is false for what either lacks or may
// see differently. names are those of the groups, by number.
func portable(p string, dollarEnd, utf8, extended bool) (out string, names []string, ok bool) {
	w := &patternWriter{p: p, dollarEnd: dollarEnd, utf8: utf8, extended: extended, names: []string{""}}
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
	utf8      bool
	extended  bool
	names     []string
}

func (w *patternWriter) copy(n int) bool {
	w.b.WriteString(w.p[w.i : w.i+n])
	w.i += n
	return true
}

func (w *patternWriter) next() bool {
	rest := w.p[w.i:]
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
	case c == '#' && w.extended:
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest) - 1
		}
		w.i += n + 1
		return true
	case c == '+' && w.i > 0 && strings.IndexByte("*+?}", w.p[w.i-1]) >= 0 && !w.escaped():
		return false // a possessive quantifier
	case c == '{' && !counted(rest):
		w.b.WriteString(`\{`)
		w.i++
		return true
	}
	return w.copy(1)
}

// escaped reports that the character before is an escaped one.
func (w *patternWriter) escaped() bool {
	n := 0
	for j := w.i - 2; j >= 0 && w.p[j] == '\\'; j-- {
		n++
	}
	return n%2 == 1
}

// counted reports {n}, {n,} or {n,m}.
func counted(s string) bool {
	_, end := decimalAt(s, 1)
	if end == 1 {
		return false
	}
	if end < len(s) && s[end] == ',' {
		_, end = decimalAt(s, end+1)
	}
	return end < len(s) && s[end] == '}'
}

// classes of PCRE without Unicode properties; .NET's own take all of Unicode.
var asciiClasses = map[byte]string{
	'd': "0-9", 'w': "0-9A-Za-z_", 's': `\t\n\v\f\r `, 'h': `\t\x20\xa0`,
}

func (w *patternWriter) escape(inSet bool) bool {
	if w.i+1 >= len(w.p) {
		return false
	}
	c := w.p[w.i+1]
	class := asciiClasses[c|0x20]
	switch {
	case (c == 'h' || c == 'H') && w.utf8:
		return false
	case class != "" && letter(c):
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
	case c == 'R' || c == 'X' || c == 'C' || c == 'K' || c == 'G' || c == 'Q' || c == 'E' || c == 'g' || c == 'k' || c == 'p' || c == 'P' || c == 'N' || c == 'o' || c == 'c' || c == 'u' || c == 'U' || c == 'L' || c == 'l':
		return false
	case c == 'b' && !inSet || c == 'B':
		w.i += 2
		ahead, behind := "(?=[0-9A-Za-z_])", "(?<=[0-9A-Za-z_])"
		nahead, nbehind := "(?![0-9A-Za-z_])", "(?<![0-9A-Za-z_])"
		if c == 'b' {
			w.b.WriteString("(?:" + behind + nahead + "|" + nbehind + ahead + ")")
		} else {
			w.b.WriteString("(?:" + behind + ahead + "|" + nbehind + nahead + ")")
		}
		return true
	case c == 'x':
		return w.hex()
	case c == '0' || digit(c) && inSet:
		return false
	case digit(c):
		if w.i+2 < len(w.p) && digit(w.p[w.i+2]) {
			return false
		}
		return w.copy(2)
	case letter(c) && strings.IndexByte("tnrfaevAzZb", c) < 0:
		return false
	case c == 'v':
		return false
	case c >= 0x80:
		return false
	}
	return w.copy(2)
}

func (w *patternWriter) hex() bool {
	end := w.i + 2
	for end < len(w.p) && end < w.i+4 && strings.IndexByte("0123456789abcdefABCDEF", w.p[end]) >= 0 {
		end++
	}
	if end != w.i+4 {
		return false
	}
	if w.utf8 && w.p[w.i+2] >= '8' {
		return w.copy(4)
	}
	return w.copy(4)
}

var posixClasses = map[string]string{
	"alpha": "A-Za-z", "digit": "0-9", "alnum": "0-9A-Za-z", "upper": "A-Z", "lower": "a-z", "space": `\t\n\v\f\r `,
	"xdigit": "0-9A-Fa-f", "word": "0-9A-Za-z_", "punct": `!-/:-@\[-\x60{-~`, "blank": `\t `,
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
			end := strings.Index(rest, ":]")
			if end < 0 || posixClasses[rest[2:end]] == "" {
				return false
			}
			w.b.WriteString(posixClasses[rest[2:end]])
			w.i += end + 2
		case rest[0] == '[':
			w.b.WriteString(`\[`)
			w.i++
		case rest[0] == '-' && len(rest) > 1 && rest[1] == '[':
			w.b.WriteString(`\-`) // .NET would subtract a class
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

// group rewrites the opening of a group. Named groups count like others in PCRE;
// .NET numbers them last, so that their names are kept here.
func (w *patternWriter) group() bool {
	rest := w.p[w.i:]
	if !strings.HasPrefix(rest, "(?") {
		if strings.HasPrefix(rest, "(*") {
			return false
		}
		w.names = append(w.names, "")
		return w.copy(1)
	}
	for _, plain := range []string{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(rest, plain) {
			return w.copy(len(plain))
		}
	}
	for _, opens := range [][2]string{{"(?P<", ">"}, {"(?<", ">"}, {"(?'", "'"}} {
		name, found := strings.CutPrefix(rest, opens[0])
		if !found {
			continue
		}
		end := strings.Index(name, opens[1])
		if end < 1 || identEnd(name, 0) != end || digit(name[0]) {
			return false
		}
		for _, n := range w.names {
			if n == name[:end] {
				return false
			}
		}
		w.names = append(w.names, name[:end])
		w.b.WriteByte('(')
		w.i += len(opens[0]) + end + 1
		return true
	}
	end := 2
	for end < len(rest) && strings.IndexByte("imsx-", rest[end]) >= 0 {
		end++
	}
	if end > 2 && end < len(rest) && (rest[end] == ')' || rest[end] == ':') && !strings.Contains(rest[:end], "x") {
		return w.copy(end + 1)
	}
	return false
}
