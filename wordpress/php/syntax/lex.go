package syntax

import (
	"fmt"
	"strings"
)

// An Error is a reason for which PHP would refuse to parse a file.
type Error struct {
	File string
	Line int
	Msg  string
}

// Error returns one line: file:line: syntax error: message.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: syntax error: %s", e.File, e.Line, e.Msg)
}

// A lexer splits source into tokens on demand. The parser calls it, because only the
// parser knows where an interpolated expression ends.
type lexer struct {
	src  string
	file string
	pos  int
	line int
	code bool // inside <?php
}

// newLexer returns a lexer for a file. It skips a first line that names an interpreter
// (#!).
func newLexer(file, src string) lexer {
	l := lexer{src: src, file: file, line: 1}
	if strings.HasPrefix(src, "#!") {
		i := strings.IndexByte(src, '\n')
		l.advance(i + 1)
		if i < 0 {
			l.advance(len(src))
		}
	}
	return l
}

func (l *lexer) errorf(line int, format string, args ...any) error {
	return &Error{File: l.file, Line: line, Msg: fmt.Sprintf(format, args...)}
}

// advance moves to position end, and counts the lines on the way.
func (l *lexer) advance(end int) {
	for ; l.pos < end; l.pos++ {
		switch l.src[l.pos] {
		case '\n':
			l.line++
		case '\r':
			if l.pos+1 >= len(l.src) || l.src[l.pos+1] != '\n' {
				l.line++
			}
		}
	}
}

func (l *lexer) emit(kind tokenKind, text string, end int) token {
	t := token{kind: kind, text: text, line: l.line, pos: l.pos, end: end}
	if kind == tIdent {
		t.lower = Lower(text)
	}
	l.advance(end)
	return t
}

// next returns the next token. It skips comments and white space.
func (l *lexer) next() token {
	if !l.code {
		return l.html()
	}
	l.skipBlank()
	if l.pos >= len(l.src) {
		return l.emit(tEOF, "", l.pos)
	}
	c := l.src[l.pos]
	switch {
	case c == '$' && l.pos+1 < len(l.src) && IsIdentStart(l.src[l.pos+1]):
		end := IdentEnd(l.src, l.pos+1)
		return l.emit(tVar, l.src[l.pos+1:end], end)
	case IsIdentStart(c) || c == '\\':
		if t, ok := l.binaryString(c); ok {
			return t
		}
		return l.name()
	case IsDigit(c) || c == '.' && l.pos+1 < len(l.src) && IsDigit(l.src[l.pos+1]):
		return l.number()
	case c == '\'':
		return l.single(l.pos)
	case c == '"':
		return l.emit(tQuote, `"`, l.pos+1)
	case c == '`':
		return l.emit(tBacktick, "`", l.pos+1)
	case strings.HasPrefix(l.src[l.pos:], "?>"):
		t := l.emit(tCloseTag, "?>", newline(l.src, l.pos+2))
		l.code = false
		return t
	case strings.HasPrefix(l.src[l.pos:], "#["):
		return l.emit(tAttribute, "#[", l.pos+2)
	}
	return l.operator()
}

// html returns the text up to the next open tag. If it is at <?=, it returns that tag.
func (l *lexer) html() token {
	at := l.pos
	for at < len(l.src) {
		i := strings.Index(l.src[at:], "<?")
		if i < 0 {
			break
		}
		at += i
		rest := l.src[at+2:]
		echo := strings.HasPrefix(rest, "=")
		end := at + 3
		if !echo {
			end = openTagEnd(l.src, at)
		}
		if !echo && end < 0 { // <? is text, because short_open_tag is off
			at += 2
			continue
		}
		if at > l.pos {
			return l.emit(tHTML, l.src[l.pos:at], at)
		}
		l.code = true
		if echo {
			return l.emit(tOpenEcho, "<?=", end)
		}
		l.advance(end)
		return l.next()
	}
	if l.pos < len(l.src) {
		return l.emit(tHTML, l.src[l.pos:], len(l.src))
	}
	return l.emit(tEOF, "", l.pos)
}

// openTagEnd returns the end of the <?php tag at position at; -1 if there is none.
func openTagEnd(src string, at int) int {
	if len(src) < at+5 || Lower(src[at:at+5]) != "<?php" {
		return -1
	}
	end := at + 5
	if end == len(src) {
		return end
	}
	if c := src[end]; c == ' ' || c == '\t' {
		return end + 1
	}
	if n := newline(src, end); n > end {
		return n
	}
	return -1
}

// newline returns the position after a line end at i; i if there is none.
func newline(src string, i int) int {
	if i < len(src) && src[i] == '\r' {
		i++
		if i < len(src) && src[i] == '\n' {
			i++
		}
		return i
	}
	if i < len(src) && src[i] == '\n' {
		i++
	}
	return i
}

// skipBlank skips white space and comments.
func (l *lexer) skipBlank() {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.advance(l.pos + 1)
		case c == '#' && !strings.HasPrefix(l.src[l.pos:], "#["), strings.HasPrefix(l.src[l.pos:], "//"):
			end := l.pos
			for end < len(l.src) && l.src[end] != '\n' && l.src[end] != '\r' && !strings.HasPrefix(l.src[end:], "?>") {
				end++
			}
			l.advance(end)
		case strings.HasPrefix(l.src[l.pos:], "/*"):
			i := strings.Index(l.src[l.pos+2:], "*/")
			if i < 0 {
				panic(parseFailure{l.errorf(l.line, "unterminated comment")})
			}
			l.advance(l.pos + 2 + i + 2)
		default:
			return
		}
	}
}

// binaryString reads a string with the prefix b, which has no meaning.
func (l *lexer) binaryString(c byte) (t token, ok bool) {
	if c|0x20 != 'b' || l.pos+1 >= len(l.src) {
		return token{}, false
	}
	switch l.src[l.pos+1] {
	case '\'':
		return l.single(l.pos + 1), true
	case '"':
		return l.emit(tQuote, `"`, l.pos+2), true
	case '<':
		if strings.HasPrefix(l.src[l.pos+1:], "<<<") {
			return l.heredocStart(l.pos + 4)
		}
	}
	return token{}, false
}

func (l *lexer) name() token {
	end := l.pos
	if l.src[end] == '\\' {
		if end+1 >= len(l.src) || !IsIdentStart(l.src[end+1]) {
			return l.emit(tOp, `\`, end+1)
		}
	} else {
		end = IdentEnd(l.src, end)
	}
	qualified := false
	for end+1 < len(l.src) && l.src[end] == '\\' && IsIdentStart(l.src[end+1]) {
		qualified = true
		end = IdentEnd(l.src, end+1)
	}
	if qualified {
		return l.emit(tName, l.src[l.pos:end], end)
	}
	return l.emit(tIdent, l.src[l.pos:end], end)
}

// operators are all operators and punctuation marks, of any length.
var operators = WordSet(`... <=> **= === !== <<= >>= ??= ?->
	&& || ?? ++ -- += -= *= /= .= %= &= |= ^= -> => :: << >> <= >= == != <> **
	+ - * / % = < > ! . ( ) [ ] { } , ; ? : & | ^ ~ @ $`)

func (l *lexer) operator() token {
	rest := l.src[l.pos:]
	switch {
	case rest[0] == '(':
		if typ, end := castAt(l.src, l.pos); end > 0 {
			return l.emit(tCast, typ, end)
		}
	case strings.HasPrefix(rest, "<<<"):
		if t, ok := l.heredocStart(l.pos + 3); ok {
			return t
		}
	}
	for n := min(3, len(rest)); n > 0; n-- {
		if operators[rest[:n]] {
			return l.emit(tOp, rest[:n], l.pos+n)
		}
	}
	panic(parseFailure{l.errorf(l.line, "unexpected character 0x%02X", rest[0])})
}

var castTypes = map[string]string{
	"int": "int", "integer": "int", "bool": "bool", "boolean": "bool", "float": "float", "double": "float",
	"real": "real", "string": "string", "binary": "string", "array": "array", "object": "object", "unset": "unset",
}

// castAt reads a cast such as "( int )" at position i.
func castAt(src string, i int) (typ string, end int) {
	i++
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	start := i
	for i < len(src) && IsLetter(src[i]) {
		i++
	}
	typ = castTypes[Lower(src[start:i])]
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if typ == "" || i >= len(src) || src[i] != ')' {
		return "", 0
	}
	return typ, i + 1
}

// heredocStart reads the label of <<<LABEL, <<<"LABEL" or <<<'LABEL', and the line end. i
// is the position after the <<<.
func (l *lexer) heredocStart(i int) (t token, ok bool) {
	for i < len(l.src) && (l.src[i] == ' ' || l.src[i] == '\t') {
		i++
	}
	var quote byte
	if i < len(l.src) && (l.src[i] == '\'' || l.src[i] == '"') {
		quote = l.src[i]
		i++
	}
	if i >= len(l.src) || !IsIdentStart(l.src[i]) {
		return token{}, false
	}
	start := i
	i = IdentEnd(l.src, i)
	label := l.src[start:i]
	if quote != 0 {
		if i >= len(l.src) || l.src[i] != quote {
			return token{}, false
		}
		i++
	}
	end := newline(l.src, i)
	if end == i {
		return token{}, false
	}
	kind := tHeredoc
	if quote == '\'' {
		kind = tNowdoc
	}
	return l.emit(kind, label, end), true
}

// IsDigit reports whether c is a decimal digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsLetter reports whether c is an ASCII letter.
func IsLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// IsIdentStart reports whether an identifier may begin with c.
func IsIdentStart(c byte) bool { return IsLetter(c) || c == '_' || c >= 0x80 }

// IdentEnd returns the end of the identifier that starts at i.
func IdentEnd(src string, i int) int {
	for i < len(src) && (IsIdentStart(src[i]) || IsDigit(src[i])) {
		i++
	}
	return i
}

// Lower converts ASCII letters to lower case, as PHP does.
func Lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
