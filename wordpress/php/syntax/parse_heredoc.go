package syntax

import "strings"

// heredoc parses <<<LABEL or <<<'LABEL'. The lexer is at the first line of the text.
func (p *parser) heredoc() Expr {
	start := p.tok
	height := p.enter()
	defer p.leave(height, 0)
	l := &p.lex
	label, first, indent := start.text, l.pos, ""
	closed := func(i int) int {
		line := newline(l.src, i)
		if line == i && i != first {
			return -1
		}
		end, space := closesHeredoc(l.src, line, label)
		if end < 0 && i == first {
			end, space = closesHeredoc(l.src, i, label)
		}
		indent = space
		return end
	}
	read := p.pieces
	if start.kind == tNowdoc {
		read = p.plainPiece
	}
	pieces, ok := read(closed)
	if !ok {
		p.fail(start.line, "unterminated heredoc")
	}
	p.unindent(start.line, pieces, indent)
	p.tok.end = l.pos
	p.advance()
	if start.kind == tHeredoc {
		return p.join(start, pieces, 0)
	}
	text := ""
	if len(pieces) > 0 {
		text = pieces[0].text
	}
	return &LitExpr{p.at(start), text}
}

// closesHeredoc reports whether the line at i begins with the closing label. It returns
// the end of the label, or -1, and the blanks before the label.
func closesHeredoc(src string, i int, label string) (end int, indent string) {
	j := i
	for j < len(src) && (src[j] == ' ' || src[j] == '\t') {
		j++
	}
	if !strings.HasPrefix(src[j:], label) {
		return -1, ""
	}
	end = j + len(label)
	if end < len(src) && (IsIdentStart(src[end]) || IsDigit(src[end])) {
		return -1, ""
	}
	return end, src[i:j]
}

// plainPiece is like pieces, for text without escapes and variables.
func (p *parser) plainPiece(closed func(i int) int) (pieces []piece, ok bool) {
	l := &p.lex
	for i := l.pos; i < len(l.src); i++ {
		if end := closed(i); end >= 0 {
			if i > l.pos {
				pieces = []piece{{text: l.src[l.pos:i], line: l.line}}
			}
			l.advance(end)
			return pieces, true
		}
	}
	return nil, false
}

// unindent removes the indentation of the closing label from every line.
func (p *parser) unindent(line int, pieces []piece, indent string) {
	if indent == "" {
		return
	}
	if strings.Trim(indent, indent[:1]) != "" {
		p.fail(line, "the indentation of a heredoc mixes tabs and spaces")
	}
	for i := range pieces {
		piece := &pieces[i]
		if piece.x != nil {
			if i == 0 {
				p.badIndent(line, indent)
			}
			continue
		}
		piece.text = p.unindentText(*piece, indent, i == 0, i == len(pieces)-1)
	}
}

func (p *parser) badIndent(line int, indent string) {
	p.fail(line, "a line of a heredoc has less indentation than its closing label, which has %d", len(indent))
}

// unindentText removes the indentation from one piece. lineStart says whether the piece
// begins a line, and lineEnd whether it ends one.
func (p *parser) unindentText(t piece, indent string, lineStart, lineEnd bool) string {
	var b strings.Builder
	for rest, line := t.text, t.line; ; line++ {
		n := lineLen(rest)
		whole := endsLine(rest[:n])
		skip := 0
		if lineStart {
			skip = p.indentLen(strings.TrimRight(rest[:n], "\r\n"), indent, whole || lineEnd, line)
		}
		b.WriteString(rest[skip:n])
		if !whole {
			return b.String()
		}
		rest, lineStart = rest[n:], true
	}
}

// indentLen returns the length of the indentation to remove from a line. It is shorter than
// indent only if the line is blank.
func (p *parser) indentLen(text, indent string, mayBeBlank bool, line int) (n int) {
	for n < len(indent) && !(n == len(text) && mayBeBlank) {
		if n == len(text) || text[n] != ' ' && text[n] != '\t' {
			p.badIndent(line, indent)
		}
		if text[n] != indent[0] {
			p.fail(line, "the indentation of a heredoc mixes tabs and spaces")
		}
		n++
	}
	return n
}

// lineLen returns the length of the first line, including its line end.
func lineLen(s string) int {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return len(s)
	}
	return newline(s, i)
}

func endsLine(s string) bool {
	return s != "" && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r')
}
