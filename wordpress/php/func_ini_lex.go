package php

import "strings"

// An iniLexer takes an INI file apart as PHP does: which words there are depends on
// where it stands, and the longest one wins.
type iniLexer struct {
	s     string
	i     int
	raw   bool
	state iniState
	outer []iniState
}

type iniState uint8

const (
	iniNames iniState = iota // between one value and the next name
	iniValue
	iniRawValue
	iniSection
	iniRawSection
	iniOffset
	iniQuoted
	iniVariable
)

// An iniToken is a word of an INI file. Its kind is one of these, or the byte that
// it is; iniEnd is what does not belong, too.
type iniToken struct {
	kind rune
	text string
}

const (
	iniEnd rune = -iota
	iniLine
	iniOpen // [ of a section
	iniKey  // name[
	iniName
	iniConstant
	iniNumber
	iniText
	iniTrue
	iniFalse
	iniNull
	iniDollar // ${
)

func blank(b byte) bool    { return b == ' ' || b == '\t' }
func iniBreak(b byte) bool { return b == '\n' || b == '\r' }

// next returns the next token.
func (x *iniLexer) next() iniToken {
	for {
		if x.i == 0 && len(x.s) > 3 && strings.HasPrefix(x.s, "\xef\xbb\xbf") {
			x.i = 3
		}
		if x.i >= len(x.s) {
			if x.state == iniValue || x.state == iniRawValue {
				x.state = iniNames
				return iniToken{kind: iniLine}
			}
			return iniToken{}
		}
		var t iniToken
		again := false
		switch x.state {
		case iniNames:
			t, again = x.name()
		case iniValue:
			t = x.value()
		case iniRawValue:
			t, again = x.rawValue()
		case iniQuoted:
			t = x.quoted()
		case iniVariable:
			t = x.variable()
		default:
			t = x.part()
		}
		if !again {
			return t
		}
	}
}

// run is how far bytes reach that do, from j on.
func (x *iniLexer) run(j int, do func(byte) bool) int {
	for j < len(x.s) && do(x.s[j]) {
		j++
	}
	return j
}

// take returns what lies up to j as a token. Past the text there is nothing.
func (x *iniLexer) take(kind rune, j int) iniToken {
	if j > len(x.s) {
		x.i, x.state = len(x.s), iniNames
		return iniToken{}
	}
	t := iniToken{kind, x.s[x.i:j]}
	x.i = j
	return t
}

// lineEnd is the end of blanks, of a comment if there is one, and of the line: -1 if
// something else follows, or nothing, and past the text if a comment ends it.
func (x *iniLexer) lineEnd() int {
	j := x.run(x.i, blank)
	if j < len(x.s) && x.s[j] == ';' {
		if j = x.run(j, func(b byte) bool { return !iniBreak(b) }); j == len(x.s) {
			return j + 1
		}
	}
	return x.newline(j)
}

func (x *iniLexer) newline(j int) int {
	switch {
	case strings.HasPrefix(x.s[j:], "\r\n"):
		return j + 2
	case j < len(x.s) && iniBreak(x.s[j]):
		return j + 1
	}
	return -1
}

func iniLabel(b byte) bool { return strings.IndexByte("=\n\r\t;&|^$~(){}!\"[]\x00", b) < 0 }

// name is what lies between one value and the next name; again: nothing.
func (x *iniLexer) name() (t iniToken, again bool) {
	label := x.run(x.i, iniLabel)
	indent := x.run(x.i, blank)
	word, after := x.keyword()
	switch end := x.lineEnd(); {
	case end > label:
		return x.take(iniLine, end), false
	case indent < len(x.s) && x.s[indent] == '=' && indent >= label:
		x.state = iniValue
		if x.raw {
			x.state = iniRawValue
		}
		return x.take('=', x.run(indent+1, blank)), false
	case label > x.i && label < len(x.s) && x.s[label] == '[':
		t = iniToken{iniKey, strings.TrimRight(strings.TrimLeft(x.s[x.i:label], " \t"), " \t\r\n[")}
		x.i, x.state = x.run(label+1, blank), iniOffset
		return t, false
	case word != 0 && after >= label && after < len(x.s):
		return x.take(word, after), false
	case label > x.i && label >= indent:
		t = x.take(iniName, label)
		t.text = strings.Trim(t.text, " \t")
		return t, false
	case indent > x.i:
		x.i = indent
		return t, true
	case x.s[x.i] == '[':
		x.state = iniSection
		if x.raw {
			x.state = iniRawSection
		}
		return x.take(iniOpen, x.i+1), false
	}
	return x.take(rune(x.s[x.i]), x.i+1), false
}

// keyword finds a word for true, false or null and the blanks behind it.
func (x *iniLexer) keyword() (kind rune, end int) {
	for _, w := range []struct {
		text string
		kind rune
	}{{"true", iniTrue}, {"on", iniTrue}, {"yes", iniTrue}, {"false", iniFalse}, {"off", iniFalse}, {"none", iniFalse}, {"no", iniFalse}, {"null", iniNull}} {
		if n := len(w.text); len(x.s)-x.i >= n && lower(x.s[x.i:x.i+n]) == w.text {
			return w.kind, x.run(x.i+n, blank)
		}
	}
	return 0, x.i
}

// enter goes into a state that is left for the present one.
func (x *iniLexer) enter(kind rune, end int, state iniState) iniToken {
	x.outer = append(x.outer, x.state)
	x.state, x.i = state, end
	return iniToken{kind: kind}
}

func (x *iniLexer) leave(end int) {
	x.state = x.outer[len(x.outer)-1]
	x.outer = x.outer[:len(x.outer)-1]
	x.i = end
}
