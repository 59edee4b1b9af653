package syntax

import "strconv"

func (p *parser) breakStatement() Stmt {
	start := p.tok
	p.advance()
	s := &BreakStmt{Depth: 1, Cont: start.low == "continue"}
	if !p.isSemi() {
		if p.tok.kind != tInt {
			p.fail(start.line, "'%s' operator accepts only positive integers", start.low)
		}
		s.Depth, _ = strconv.Atoi(p.tok.text)
		p.advance()
	}
	p.expectSemi()
	s.Pos = p.at(start)
	return s
}

func (p *parser) returnStatement() Stmt {
	start := p.tok
	p.advance()
	s := &ReturnStmt{}
	if !p.isSemi() {
		s.X = p.expr()
	}
	p.expectSemi()
	s.Pos = p.at(start)
	return s
}

func (p *parser) globalStatement() Stmt {
	start := p.tok
	p.advance()
	s := &GlobalStmt{}
	for {
		s.Vars = append(s.Vars, p.simpleVariable())
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
	s.Pos = p.at(start)
	return s
}

func (p *parser) staticStatement() Stmt {
	start := p.tok
	p.advance()
	s := &StaticStmt{}
	for {
		name := p.tok
		item := ConstItem{Name: p.varName()}
		if p.acceptOp("=") {
			item.Val = p.expr()
		}
		item.Pos = p.at(name)
		s.Vars = append(s.Vars, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
	s.Pos = p.at(start)
	return s
}

func (p *parser) unsetStatement() Stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	s := &UnsetStmt{}
	for {
		s.Vars = append(s.Vars, p.variable())
		if !p.acceptOp(",") || p.isOp(")") {
			break
		}
	}
	p.expectOp(")")
	p.expectSemi()
	s.Pos = p.at(start)
	return s
}

func (p *parser) tryStatement() Stmt {
	start := p.tok
	p.advance()
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
	s.Pos = p.at(start)
	return s
}
