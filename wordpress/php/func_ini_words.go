package php

import "strings"

// value is a word of a value.
func (x *iniLexer) value() iniToken {
	if strings.HasPrefix(x.s[x.i:], "${") {
		return x.enter(iniDollar, x.i+2, iniVariable)
	}
	best, end := rune(0), x.i
	longer := func(kind rune, j int) {
		if j > end {
			best, end = kind, j
		}
	}
	if j := x.single(); j > 0 {
		longer('\'', j)
	}
	longer(x.keyword())
	longer(iniLine, x.lineEnd())
	x.words(longer)
	if strings.IndexByte("&|^~()!", x.s[x.i]) >= 0 {
		longer(rune(x.s[x.i]), x.run(x.i+1, blank))
	}
	longer(iniText, x.literal(" \t\n\r;&|^~()!\"'=\x00", false))
	if j := x.run(x.i, blank); j < len(x.s) && x.s[j] == '"' {
		longer('"', j+1)
	}
	longer(iniText, x.run(x.i, blank))
	switch {
	case best == iniLine:
		x.state = iniNames
	case best == '"':
		return x.enter('"', end, iniQuoted)
	case best == '\'':
		t := x.take(iniText, end)
		t.text = t.text[1 : len(t.text)-1]
		return t
	case best == 0 && x.s[x.i] == '\'' && !strings.HasPrefix(x.s[x.i:], "''"):
		return iniToken{} // it is never closed: nothing else is read
	case best == 0:
		if x.state = iniNames; x.s[x.i] != '=' {
			x.i++
		}
		return iniToken{kind: iniLine}
	}
	t := x.take(best, end)
	if best > ' ' {
		t.text = ""
	}
	return t
}

// single is the end of a string in single quotes; 0 if there is none.
func (x *iniLexer) single() int {
	if x.s[x.i] != '\'' {
		return 0
	}
	j := strings.IndexByte(x.s[x.i+1:], '\'')
	if j < 1 {
		return 0
	}
	return x.i + j + 2
}

// words offers the constant and the number that begin here.
func (x *iniLexer) words(longer func(rune, int)) {
	if b := x.s[x.i]; b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z' {
		longer(iniConstant, x.run(x.i, func(b byte) bool { return b == '_' || digit(b) || b|0x20 >= 'a' && b|0x20 <= 'z' }))
	}
	j := x.i
	if x.s[j] == '-' {
		j++
	}
	n := x.run(j, digit)
	end := n
	if j == x.i && n < len(x.s) && x.s[n] == '.' {
		end = x.run(n+1, digit)
	}
	if n > j || end > n+1 {
		longer(iniNumber, end)
	}
}

// literal is how far plain text reaches: a dollar takes what follows it along, and
// so does a backslash if it escapes.
func (x *iniLexer) literal(not string, escapes bool) int {
	j := x.i
	for j < len(x.s) {
		switch b := x.s[j]; {
		case b == '$':
			if j+1 == len(x.s) || x.s[j+1] == '{' || x.s[j+1] == 0 {
				return j
			}
			if j++; x.s[j] == '\\' && j+1 < len(x.s) {
				j++
			}
		case b == '\\' && escapes:
			if j++; j == len(x.s) {
				return j - 1
			}
		case strings.IndexByte(not, b) >= 0:
			return j
		}
		j++
	}
	return j
}

// part is a word of a section's name, or of what stands in brackets behind a name.
func (x *iniLexer) part() iniToken {
	j := x.i
	if x.state == iniOffset {
		j = x.run(j, blank)
	}
	if j < len(x.s) && x.s[j] == ']' {
		if x.i = j + 1; x.state != iniOffset {
			x.i = x.run(x.i, blank)
			x.i = max(x.i, x.newline(x.i))
		}
		x.state = iniNames
		return iniToken{kind: ']'}
	}
	if x.state == iniRawSection {
		if j = x.run(x.i, func(b byte) bool { return b != ']' && !iniBreak(b) }); j == x.i {
			return iniToken{}
		}
		return x.take(iniText, j)
	}
	if strings.HasPrefix(x.s[x.i:], "${") {
		return x.enter(iniDollar, x.i+2, iniVariable)
	}
	if j := x.single(); j > 0 {
		t := x.take(iniText, j)
		t.text = t.text[1 : len(t.text)-1]
		return t
	}
	best, end := iniEnd, x.i
	longer := func(kind rune, j int) {
		if j > end {
			best, end = kind, j
		}
	}
	x.words(longer)
	longer(iniText, x.literal("\n\r;\"']", true))
	if j := x.run(x.i, blank); j < len(x.s) && x.s[j] == '"' && j >= end {
		return x.enter('"', j+1, iniQuoted)
	}
	return x.take(best, end)
}

// rawValue is a value as it stands; again: nothing.
func (x *iniLexer) rawValue() (t iniToken, again bool) {
	if end := x.lineEnd(); end > 0 {
		x.state = iniNames
		return x.take(iniLine, end), false
	}
	if j := x.run(x.i, blank); j > x.i {
		x.i = j
		return t, true
	}
	end := x.run(x.i, func(b byte) bool { return !iniBreak(b) })
	text := x.s[x.i:end]
	comment := -1
	for j := 1; j < len(text); j++ {
		if text[j] == ';' && comment < 0 {
			comment = j
		} else if text[j] == '"' && text[0] == '"' {
			comment = -1
		}
	}
	if comment >= 0 {
		text = text[:comment]
	}
	text = strings.TrimRight(text, " \t")
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' {
		text = text[1 : n-1]
	}
	x.i = end
	return iniToken{iniText, text}, false
}

// quoted is a part of what stands in double quotes, or their end.
func (x *iniLexer) quoted() iniToken {
	switch {
	case x.s[x.i] == '"':
		x.leave(x.run(x.i+1, blank))
		return iniToken{kind: '"'}
	case strings.HasPrefix(x.s[x.i:], "${"):
		return x.enter(iniDollar, x.i+2, iniVariable)
	}
	j := x.i
	for j < len(x.s) && x.s[j] != '"' && !strings.HasPrefix(x.s[j:], "${") {
		if x.s[j] == '\\' && j+1 < len(x.s) {
			j++
			if x.s[j] == '"' && (j+1 == len(x.s) || iniBreak(x.s[j+1])) {
				break // the end of a path of Windows
			}
		}
		j++
	}
	t := x.take(iniText, j)
	t.text = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`).Replace(t.text)
	return t
}

// variable is the name between ${ and }, or the brace.
func (x *iniLexer) variable() iniToken {
	if x.s[x.i] == '}' {
		x.leave(x.i + 1)
		return iniToken{kind: '}'}
	}
	j := x.run(x.i, iniLabel)
	if j == x.i {
		return iniToken{}
	}
	t := x.take(iniName, j)
	t.text = strings.Trim(t.text, " \t")
	return t
}
