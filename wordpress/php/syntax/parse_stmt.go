package syntax

import "strings"

// topStatements parses the whole file.
func (p *parser) topStatements() []Stmt {
	var body []Stmt
	for p.tok.kind != tEOF {
		if n := len(body); n > 0 {
			if _, ok := body[n-1].(*HaltStmt); ok {
				break
			}
		}
		body = p.topStatement(body)
	}
	return body
}

// topStatement parses what may stand outside functions and blocks.
func (p *parser) topStatement(dst []Stmt) []Stmt {
	start := p.tok
	switch {
	case start.kind == tIdent && start.low == "namespace", start.kind == tName && Lower(start.text) == "namespace":
		return p.namespace(dst)
	case start.kind == tIdent && start.low == "__halt_compiler":
		return append(dst, p.halt())
	}
	switch {
	case p.isWord("use"):
		p.use()
		return dst
	case p.isWord("const"):
		p.advance()
		items := p.constItems()
		p.expectSemi()
		return append(dst, &ConstStmt{p.at(start), items})
	}
	return p.statement(dst)
}

// constItems parses NAME = value, … of a const statement.
func (p *parser) constItems() []ConstItem {
	var items []ConstItem
	for {
		start := p.tok
		item := ConstItem{Name: p.names.full(p.ident())}
		p.expectOp("=")
		item.Val = p.expr()
		item.Pos = p.at(start)
		items = append(items, item)
		if !p.acceptOp(",") {
			return items
		}
	}
}

// halt ends the program; what follows is data, not code.
func (p *parser) halt() Stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	p.expectOp(")")
	if !p.isSemi() {
		p.unexpected(`";"`)
	}
	p.end = p.tok.end
	return &HaltStmt{p.at(start)}
}

// statement parses one statement and appends it; a plain block has no meaning
// of its own and becomes its statements.
func (p *parser) statement(dst []Stmt) []Stmt {
	height := p.enter()
	switch p.tok.kind {
	case tHTML:
		dst = append(dst, p.inlineText())
	case tOpenEcho:
		dst = append(dst, p.echo())
	case tCloseTag:
		p.advance()
	case tAttribute:
		dst = append(dst, p.attributed())
	case tOp:
		switch p.tok.text {
		case ";":
			p.advance()
		case "{":
			dst = p.block(dst)
		default:
			dst = append(dst, p.exprStatement())
		}
	case tIdent:
		dst = p.wordStatement(dst)
	default:
		dst = append(dst, p.exprStatement())
	}
	p.leave(height, 0)
	return dst
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

func (p *parser) inlineText() Stmt {
	t := p.tok
	p.advance()
	a := p.at(t)
	return &EchoStmt{a, []Expr{&LitExpr{a, t.text}}}
}

// echo parses echo … and <?= …
func (p *parser) echo() Stmt {
	start := p.tok
	p.advance()
	xs := p.exprs()
	p.expectSemi()
	return &EchoStmt{p.at(start), xs}
}

// exprs parses expressions with commas between them.
func (p *parser) exprs() []Expr {
	xs := []Expr{p.expr()}
	for p.acceptOp(",") {
		xs = append(xs, p.expr())
	}
	return xs
}

func (p *parser) exprStatement() Stmt {
	start := p.tok
	x := p.expr()
	p.expectSemi()
	return &ExprStmt{p.at(start), x}
}

// statementWords are the parsers of statements that begin with a keyword. They
// stand in a function because they refer to each other.
func statementWords(word string) func(*parser) Stmt {
	switch word {
	case "if":
		return (*parser).ifStatement
	case "while":
		return (*parser).whileStatement
	case "do":
		return (*parser).doStatement
	case "for":
		return (*parser).forStatement
	case "foreach":
		return (*parser).foreachStatement
	case "switch":
		return (*parser).switchStatement
	case "break", "continue":
		return (*parser).breakStatement
	case "return":
		return (*parser).returnStatement
	case "echo":
		return (*parser).echo
	case "global":
		return (*parser).globalStatement
	case "unset":
		return (*parser).unsetStatement
	case "try":
		return (*parser).tryStatement
	case "goto":
		return (*parser).gotoStatement
	case "abstract", "final", "class", "trait", "interface":
		return (*parser).classStatement
	}
	return nil
}

// wordStatement parses a statement that begins with a word.
func (p *parser) wordStatement(dst []Stmt) []Stmt {
	word := p.tok.low
	if parse := statementWords(word); parse != nil {
		return append(dst, parse(p))
	}
	switch word {
	case "declare":
		return p.declare(dst)
	case "static":
		if p.peek().kind == tVar {
			return append(dst, p.staticStatement())
		}
	case "function":
		if p.declaresFunction() {
			return append(dst, p.functionStatement())
		}
	case "enum":
		if p.declaresEnum() {
			return append(dst, p.classStatement())
		}
	case "readonly":
		if p.peek().text != "(" { // else a function: the one reserved word that names one
			return append(dst, p.classStatement())
		}
	case "__halt_compiler":
		p.fail(p.tok.line, "__HALT_COMPILER() can only be used from the outermost scope")
	case "namespace":
		p.fail(p.tok.line, "unexpected %q", p.tok.text)
	}
	if !reserved[word] && p.peek().text == ":" && p.peek().kind == tOp {
		return append(dst, p.label())
	}
	return append(dst, p.exprStatement())
}

// declaresFunction tells function f( from a closure.
func (p *parser) declaresFunction() bool {
	saved, tok, end := p.lex, p.tok, p.end
	defer func() { p.lex, p.tok, p.end = saved, tok, end }()
	p.advance()
	p.acceptOp("&")
	return p.tok.kind == tIdent
}

// declaresEnum tells enum Name from a constant or function called enum, the way
// PHP's own lexer does: extends and implements need not be whole words.
func (p *parser) declaresEnum() bool {
	rest := strings.TrimLeft(p.lex.src[p.tok.end:], " \t\r\n")
	if rest == "" || len(rest) == len(p.lex.src)-p.tok.end || !IsIdentStart(rest[0]) {
		return false
	}
	word := Lower(rest[:min(len(rest), len("implements"))])
	return !strings.HasPrefix(word, "extends") && word != "implements"
}
