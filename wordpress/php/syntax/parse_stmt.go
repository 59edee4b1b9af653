package syntax

import "strings"

// topStatements parses the whole file.
func (p *parser) topStatements() []Stmt {
	var body []Stmt
	for p.tok.kind != tEOF || p.attributed == p.tok.pos && p.attributed > 0 {
		if n := len(body); n > 0 {
			if _, ok := body[n-1].(*HaltStmt); ok {
				break
			}
		}
		body = p.topStatement(body)
	}
	return body
}

// topStatement parses a statement that may be outside functions and blocks.
func (p *parser) topStatement(dst []Stmt) []Stmt {
	start := p.tok
	switch {
	case start.kind == tIdent && start.lower == "namespace", start.kind == tName && Lower(start.text) == "namespace":
		return p.namespace(dst)
	case start.kind == tIdent && start.lower == "__halt_compiler":
		return append(dst, p.halt())
	case p.isWord("use"):
		p.use()
		return dst
	case p.acceptWord("const"):
		s := &ConstStmt{}
		p.list(func() {
			item := ConstItem{Name: p.names.full(p.ident())}
			p.constValue(&item)
			s.Items = append(s.Items, item)
		})
		p.expectStatementEnd()
		s.Pos = p.at(start)
		return append(dst, s)
	}
	return p.statement(dst)
}

// halt parses __halt_compiler(), which ends the program. The rest of the file is data.
func (p *parser) halt() Stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	p.expectOp(")")
	if !p.atStatementEnd() {
		p.unexpected(`";"`)
	}
	p.end = p.tok.end
	return &HaltStmt{p.at(start)}
}

// statement parses one statement and appends it. A plain block has no meaning of its own,
// so its statements are appended instead.
func (p *parser) statement(dst []Stmt) []Stmt {
	height := p.enter()
	defer func() { p.leave(height, 0) }()
	start := p.tok
	if p.attributed == start.pos && start.pos > 0 && !p.isWordOf("function", "fn", "static", "abstract", "final", "class", "trait", "interface", "readonly", "enum") {
		p.unexpected("")
	}
	var s Stmt
	switch {
	case start.kind == tHTML:
		p.advance()
		s = &EchoStmt{Xs: []Expr{&LitExpr{p.at(start), start.text}}}
	case start.kind == tOpenEcho:
		p.advance()
		s = p.echo()
	case start.kind == tCloseTag, p.isOp(";"):
		p.advance()
		return dst
	case p.isOp("{"):
		return p.block(dst)
	case start.kind == tIdent:
		s = p.wordStatement()
	default:
		s = p.exprStatement()
	}
	if s == nil {
		return dst
	}
	s.setPos(p.at(start))
	return append(dst, s)
}

// block parses { … } and appends its statements.
func (p *parser) block(dst []Stmt) []Stmt {
	p.expectOp("{")
	for !p.isOp("}") {
		dst = p.statement(dst)
	}
	p.advance()
	return dst
}

// echo parses the values after echo or <?=.
func (p *parser) echo() Stmt {
	s := &EchoStmt{Xs: p.exprs()}
	p.expectStatementEnd()
	return s
}

// exprs parses expressions that are separated by commas.
func (p *parser) exprs() (xs []Expr) {
	p.list(func() { xs = append(xs, p.expr()) })
	return xs
}

func (p *parser) exprStatement() Stmt {
	s := &ExprStmt{X: p.expr()}
	p.expectStatementEnd()
	return s
}

// statementParsers returns the parsers of the statements that begin with a keyword, to be
// called after the keyword is consumed. It is a function because the parsers refer to
// each other.
func statementParsers() map[string]func(*parser) Stmt {
	return map[string]func(*parser) Stmt{
		"while": (*parser).whileStatement, "do": (*parser).doStatement, "for": (*parser).forStatement, "foreach": (*parser).foreachStatement,
		"switch": (*parser).switchStatement, "break": (*parser).breakStatement, "continue": (*parser).continueStatement,
		"return": (*parser).returnStatement, "echo": (*parser).echo, "global": (*parser).globalStatement, "unset": (*parser).unsetStatement,
		"try": (*parser).tryStatement, "goto": (*parser).gotoStatement, "declare": (*parser).declare,
	}
}

// wordStatement parses a statement that begins with a keyword; it returns nil if there is
// none.
func (p *parser) wordStatement() Stmt {
	word := p.tok.lower
	if parse := p.statements[word]; parse != nil {
		p.advance()
		return parse(p)
	}
	switch word {
	case "if":
		return p.ifStatement()
	case "abstract", "final", "class", "trait", "interface":
		return p.classStatement()
	case "static":
		if p.peek().kind == tVar {
			p.advance()
			return p.staticStatement()
		}
	case "function":
		if p.declaresFunction() {
			return p.functionStatement()
		}
	case "enum":
		if p.declaresEnum() {
			return p.classStatement()
		}
	case "readonly":
		if p.peek().text != "(" { // else a call: readonly is the only reserved word that a function may be named
			return p.classStatement()
		}
	case "__halt_compiler":
		p.fail(p.tok.line, "__halt_compiler() inside a function, a class or a block")
	case "namespace":
		p.fail(p.tok.line, "unexpected %q", p.tok.text)
	}
	if !reserved[word] && p.peek().text == ":" && p.peek().kind == tOp {
		p.advance()
		p.advance()
		return &LabelStmt{}
	}
	return p.exprStatement()
}

// declaresFunction reports whether "function" begins a declaration, not a closure.
func (p *parser) declaresFunction() bool {
	saved, tok, end := p.lex, p.tok, p.end
	defer func() { p.lex, p.tok, p.end = saved, tok, end }()
	p.advance()
	p.acceptOp("&")
	return p.tok.kind == tIdent
}

// declaresEnum reports whether "enum" begins a declaration, and is not a constant or
// function of that name. It decides like PHP's own lexer, for which extends and
// implements need not be whole words.
func (p *parser) declaresEnum() bool {
	rest := strings.TrimLeft(p.lex.src[p.tok.end:], " \t\r\n")
	if rest == "" || len(rest) == len(p.lex.src)-p.tok.end || !IsIdentStart(rest[0]) {
		return false
	}
	word := Lower(rest[:min(len(rest), len("implements"))])
	return !strings.HasPrefix(word, "extends") && word != "implements"
}

// constValue parses the equals sign and the value of a constant. The name is already
// consumed.
func (p *parser) constValue(item *ConstItem) {
	start := p.tok
	p.expectOp("=")
	item.Val = p.expr()
	item.Pos = p.at(start)
}
