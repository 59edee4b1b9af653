package syntax

import "strconv"

// The parsers of these statements are called after the keyword is consumed.

func (p *parser) breakStatement() Stmt {
	s := &BreakStmt{Depth: 1}
	if !p.atStatementEnd() {
		if p.tok.kind != tInt {
			p.fail(p.tok.line, "the operand of break or continue is not a positive integer")
		}
		s.Depth, _ = strconv.Atoi(p.tok.text)
		p.advance()
	}
	p.expectStatementEnd()
	return s
}

func (p *parser) continueStatement() Stmt {
	s := p.breakStatement().(*BreakStmt)
	s.Cont = true
	return s
}

func (p *parser) returnStatement() Stmt {
	s := &ReturnStmt{}
	if !p.atStatementEnd() {
		s.X = p.expr()
	}
	p.expectStatementEnd()
	return s
}

func (p *parser) globalStatement() Stmt {
	s := &GlobalStmt{}
	p.list(func() { s.Vars = append(s.Vars, p.simpleVariable()) })
	p.expectStatementEnd()
	return s
}

func (p *parser) staticStatement() Stmt {
	s := &StaticStmt{}
	p.list(func() {
		name := p.tok
		item := ConstItem{Name: p.varName()}
		if p.acceptOp("=") {
			item.Val = p.expr()
		}
		item.Pos = p.at(name)
		s.Vars = append(s.Vars, item)
	})
	p.expectStatementEnd()
	return s
}

func (p *parser) unsetStatement() Stmt {
	p.expectOp("(")
	s := &UnsetStmt{}
	p.nonEmptyListTo(")", func() { s.Vars = append(s.Vars, p.variable()) })
	p.expectStatementEnd()
	return s
}

func (p *parser) tryStatement() Stmt {
	p.nest++
	s := &TryStmt{Body: p.block(nil)}
	for p.acceptWord("catch") {
		p.expectOp("(")
		c := catchClause{Classes: []string{p.className()}}
		for p.acceptOp("|") {
			c.Classes = append(c.Classes, p.className())
		}
		if p.tok.kind == tVar {
			c.Name = p.varName()
		}
		p.expectOp(")")
		c.Body = p.block(nil)
		s.Catches = append(s.Catches, c)
	}
	if p.acceptWord("finally") {
		s.HasFinally = true
		s.Finally = p.block(nil)
	}
	p.nest--
	return s
}

func (p *parser) gotoStatement() Stmt {
	p.ident()
	p.expectStatementEnd()
	return &gotoStmt{}
}
