package syntax

// condition parses an expression in parentheses.
func (p *parser) condition() Expr {
	p.expectOp("(")
	x := p.expr()
	p.expectOp(")")
	return x
}

// body parses the body of a control structure: a statement, or after a colon the
// statements up to the end word.
func (p *parser) body(endWord string) []Stmt {
	p.nest++
	defer func() { p.nest-- }()
	if !p.isOp(":") {
		return p.statement(nil)
	}
	p.advance()
	body := p.statementsUntil(endWord)
	p.advance()
	p.expectStatementEnd()
	return body
}

// statementsUntil parses statements up to one of the words, without consuming the word.
func (p *parser) statementsUntil(words ...string) []Stmt {
	var body []Stmt
	for !p.isWordOf(words...) {
		body = p.statement(body)
	}
	return body
}

// ifStatement parses if with all its branches. It reads a chain of branches in a loop and
// nests them afterwards.
func (p *parser) ifStatement() Stmt {
	height := p.enter()
	p.nest++
	var chain []*IfStmt
	var els []Stmt
	colon := false
	for {
		start := p.tok
		p.advance()
		node := &IfStmt{Cond: p.condition()}
		chain = append(chain, node)
		if len(chain) == 1 {
			colon = p.isOp(":")
		}
		if colon {
			p.expectOp(":")
			node.Then = p.statementsUntil("elseif", "else", "endif")
		} else {
			node.Then = p.statement(nil)
		}
		node.Pos = p.at(start)
		if p.isWord("elseif") {
			continue
		}
		if p.isWord("else") && !colon && p.peek().lower == "if" {
			p.advance()
			continue
		}
		break
	}
	if p.acceptWord("else") {
		if colon {
			p.expectOp(":")
			els = p.statementsUntil("endif")
		} else {
			els = p.statement(nil)
		}
	}
	if colon {
		p.expectWord("endif")
		p.expectStatementEnd()
	}
	for i := len(chain) - 1; i >= 0; i-- {
		chain[i].To = int32(p.end)
		chain[i].Else = els
		els = []Stmt{chain[i]}
	}
	p.nest--
	p.leave(height, len(chain))
	return chain[0]
}

func (p *parser) whileStatement() Stmt {
	s := &LoopStmt{Cond: []Expr{p.condition()}}
	s.Body = p.body("endwhile")
	return s
}

func (p *parser) doStatement() Stmt {
	s := &LoopStmt{After: true}
	p.nest++
	s.Body = p.statement(nil)
	p.nest--
	p.expectWord("while")
	s.Cond = []Expr{p.condition()}
	p.expectStatementEnd()
	return s
}

func (p *parser) forStatement() Stmt {
	p.expectOp("(")
	clause := func(end func() bool) (xs []Expr) {
		if !end() {
			xs = p.exprs()
		}
		return xs
	}
	s := &LoopStmt{Init: clause(p.atStatementEnd)}
	p.expectStatementEnd()
	s.Cond = clause(p.atStatementEnd)
	p.expectStatementEnd()
	s.Step = clause(func() bool { return p.isOp(")") })
	p.expectOp(")")
	s.Body = p.body("endfor")
	return s
}

func (p *parser) foreachStatement() Stmt {
	p.expectOp("(")
	s := &ForeachStmt{Subject: p.expr()}
	p.expectWord("as")
	s.Val, s.Ref = p.foreachVar()
	if p.acceptOp("=>") {
		s.Key = s.Val
		s.Val, s.Ref = p.foreachVar()
	}
	p.expectOp(")")
	s.Body = p.body("endforeach")
	return s
}

// foreachVar parses a target of foreach.
func (p *parser) foreachVar() (x Expr, ref bool) {
	if p.isOp("[") || p.isWord("list") {
		x, flags := p.operand()
		if flags&(isList|isVar) == 0 {
			p.unexpected("")
		}
		return x, false
	}
	ref = p.acceptOp("&")
	return p.variable(), ref
}

func (p *parser) switchStatement() Stmt {
	s := &SwitchStmt{Subject: p.condition()}
	colon := p.acceptOp(":")
	if !colon {
		p.expectOp("{")
	}
	if p.atStatementEnd() {
		p.advance()
	}
	p.nest++
	for !p.isOp("}") && !p.isWord("endswitch") {
		p.switchCase(s)
	}
	p.nest--
	if !colon {
		p.expectOp("}")
		return s
	}
	p.expectWord("endswitch")
	p.expectStatementEnd()
	return s
}

func (p *parser) switchCase(s *SwitchStmt) {
	var c switchCase
	if p.isWord("default") {
		p.advance()
	} else {
		p.expectWord("case")
		c.Cond = p.expr()
	}
	if !p.acceptOp(":") {
		p.expectStatementEnd()
	}
	for !p.isWordOf("case", "default", "endswitch") && !p.isOp("}") {
		c.Body = p.statement(c.Body)
	}
	s.Cases = append(s.Cases, c)
}
