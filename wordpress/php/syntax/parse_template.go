package syntax

import "strings"

// A piece of a string is unprocessed text from the source, or an expression.
type piece struct {
	text string
	line int
	x    Expr
	at   Pos
}

// template parses a string in double quotes or a command. The current token is its
// opening quote, and the lexer is after it.
func (p *parser) template(quote byte) Expr {
	start := p.tok
	height := p.enter()
	var pieces []piece
	closed := func(i int) int {
		if p.lex.src[i] == quote {
			return i + 1
		}
		return -1
	}
	pieces, ok := p.pieces(closed)
	if !ok {
		p.fail(start.line, "unterminated string")
	}
	p.tok.end = p.lex.pos
	p.advance()
	p.leave(height, 0)
	return p.join(start, pieces, quote)
}

// join makes an expression of pieces, and replaces the escapes in the text.
func (p *parser) join(start token, pieces []piece, quote byte) Expr {
	parts := make([]Expr, 0, len(pieces))
	for _, piece := range pieces {
		if piece.x != nil {
			parts = append(parts, piece.x)
			continue
		}
		text := p.lex.unescape(piece.text, quote, piece.line)
		if text != "" { // after removing a heredoc's indentation, text may be empty
			parts = append(parts, &LitExpr{piece.at, text})
		}
	}
	a := p.at(start)
	switch {
	case len(parts) == 0:
		return &LitExpr{a, ""}
	case len(pieces) == 1 && pieces[0].x == nil:
		return &LitExpr{a, parts[0].(*LitExpr).Value}
	}
	return &ConcatExpr{a, parts}
}

// pieces splits the inside of a string, from the lexer's position to the closing quote or
// label, and moves the lexer after it. closed returns the end of a closing quote or label
// at i, or -1. It is not called for a position after a backslash. ok is false if the
// string is not closed.
func (p *parser) pieces(closed func(i int) int) (pieces []piece, ok bool) {
	l := &p.lex
	from := l.pos
	text := func(to int) {
		if to > from {
			line := l.line
			l.advance(to)
			a := Pos{Line: int32(line), From: int32(from), To: int32(to)}
			pieces = append(pieces, piece{text: l.src[from:to], line: line, at: a})
		}
	}
	for i := from; i < len(l.src); {
		if end := closed(i); end >= 0 {
			text(i)
			l.advance(end)
			return pieces, true
		}
		rest := l.src[i:]
		next := byte(0)
		if len(rest) > 1 {
			next = rest[1]
		}
		switch {
		case rest[0] == '\\' && next != '\n' && next != '\r':
			i += 2
			continue
		case rest[0] == '$' && (IsIdentStart(next) || next == '{'), rest[0] == '{' && next == '$':
		default:
			i++
			continue
		}
		text(i)
		p.count()
		pieces = append(pieces, piece{x: p.interpolated(rest[0], next)})
		from, i = l.pos, l.pos
	}
	return nil, false
}

// interpolated parses $…, ${…} or {$…}. The lexer is before it, and is moved after it.
func (p *parser) interpolated(first, second byte) Expr {
	p.tok.end = p.lex.pos
	if first == '$' && second != '{' {
		return p.simpleInterpolation()
	}
	height := p.enter()
	defer p.leave(height, 0)
	if first == '{' {
		p.lex.advance(p.lex.pos + 1)
		p.advance()
		x := p.variable()
		p.closeBrace()
		return x
	}
	start := token{line: p.lex.line, pos: p.lex.pos}
	p.lex.advance(p.lex.pos + 2)
	p.advance()
	if t := p.tok; t.kind == tIdent {
		after := byte(0)
		if t.end < len(p.lex.src) {
			after = p.lex.src[t.end]
		}
		if (after == '}' || after == '[') && p.lex.src[t.pos-1] == '{' {
			return p.bracedName(start, t)
		}
	}
	x := p.expr()
	p.closeBrace()
	return &VarExpr{Pos: p.at(start), Dyn: x}
}

// bracedName parses ${name} and ${name[expr]}.
func (p *parser) bracedName(start, name token) Expr {
	p.advance()
	v := &VarExpr{Pos: p.at(name), Name: name.text}
	if !p.isOp("[") {
		p.closeBrace()
		v.Pos = p.at(start)
		return v
	}
	p.advance()
	idx := p.expr()
	p.expectOp("]")
	p.closeBrace()
	return &IndexExpr{p.at(start), v, idx}
}

// closeBrace continues the string directly after the closing brace, which is the current
// token.
func (p *parser) closeBrace() {
	if !p.isOp("}") {
		p.unexpected(`"}"`)
	}
	p.end = p.tok.end
}

// simpleInterpolation parses $name, $name[index] and $name->property.
func (p *parser) simpleInterpolation() Expr {
	l := &p.lex
	start := token{line: l.line, pos: l.pos}
	end := IdentEnd(l.src, l.pos+1)
	name := l.src[l.pos+1 : end]
	l.advance(end)
	p.end = end
	v := &VarExpr{Pos: p.at(start), Name: name}
	rest := l.src[end:]
	arrow := 0
	switch {
	case strings.HasPrefix(rest, "["):
		return p.simpleIndex(start, v)
	case strings.HasPrefix(rest, "->"):
		arrow = 2
	case strings.HasPrefix(rest, "?->"):
		arrow = 3
	}
	if arrow == 0 || len(rest) == arrow || !IsIdentStart(rest[arrow]) {
		return v
	}
	from := end + arrow
	end = IdentEnd(l.src, from)
	prop := &LitExpr{Pos{int32(l.line), int32(from), int32(end)}, l.src[from:end]}
	l.advance(end)
	p.end = end
	return &PropExpr{p.at(start), v, prop, arrow == 3}
}

// simpleIndex parses [index] without blanks: a word, a number or a variable.
func (p *parser) simpleIndex(start token, v Expr) Expr {
	l := &p.lex
	src, from := l.src, l.pos+1
	i := from
	if i < len(src) && src[i] == '-' {
		i++
	}
	var idx Expr
	here := func(end int) Pos { return Pos{int32(l.line), int32(from), int32(end)} }
	switch {
	case i < len(src) && IsDigit(src[i]):
		i = offsetEnd(src, i)
		idx = &LitExpr{here(i), offsetLiteral(src[from:i])}
	case i == from && i < len(src) && IsIdentStart(src[i]):
		i = IdentEnd(src, i)
		idx = &LitExpr{here(i), src[from:i]}
	case i == from && i+1 < len(src) && src[i] == '$' && IsIdentStart(src[i+1]):
		i = IdentEnd(src, i+1)
		idx = &VarExpr{Pos: here(i), Name: src[from+1 : i]}
	}
	if idx == nil || i >= len(src) || src[i] != ']' {
		p.fail(l.line, "unexpected text after \"[\" of a variable in a string; write {$name[…]}")
	}
	l.advance(i + 1)
	p.end = l.pos
	return &IndexExpr{p.at(start), v, idx}
}

// offsetEnd returns the end of the number at i. It accepts all bases; offsetLiteral
// decides whether the number is an integer.
func offsetEnd(src string, i int) int {
	if src[i] == '0' && i+2 < len(src) {
		if set := baseSet(src[i+1]); set != "" && strings.IndexByte(set, src[i+2]) >= 0 {
			return digitsEnd(src, i+2, set)
		}
	}
	return digitsEnd(src, i, decDigits)
}

// offsetLiteral returns the key for an unquoted offset in a string: an integer only if it
// is written as PHP prints it.
func offsetLiteral(text string) any {
	if n, ok := DecimalInt(text); ok {
		return n
	}
	return text
}
