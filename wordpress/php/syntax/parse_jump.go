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
	switch {
	case s.Depth < 1:
		p.fail(start.line, "'%s' operator accepts only positive integers", start.low)
	case p.fn.loops == 0:
		p.fail(start.line, "'%s' not in the 'loop' or 'switch' context", start.low)
	case s.Depth > p.fn.loops-p.fn.finally && s.Depth <= p.fn.loops:
		p.fail(start.line, "jump out of a finally block is disallowed")
	case s.Depth > p.fn.loops:
		p.fail(start.line, "cannot '%s' so many levels", start.low)
	}
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
	p.fn.returns = append(p.fn.returns, returnMark{start.line, s.X != nil})
	s.Pos = p.at(start)
	return s
}

func (p *parser) globalStatement() Stmt {
	start := p.tok
	p.advance()
	s := &GlobalStmt{}
	for {
		v := p.simpleVariable()
		if isThis(v) {
			p.fail(start.line, "cannot use $this as global variable")
		}
		s.Vars = append(s.Vars, v)
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
		if item.Name == "this" {
			p.fail(start.line, "cannot use $this as static variable")
		}
		if p.acceptOp("=") {
			item.Val = p.constant(true)
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
		x := p.variable()
		p.unsettable(x, start.line)
		s.Vars = append(s.Vars, x)
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
		c := catchClause{Classes: []string{p.parentName()}}
		for p.acceptOp("|") {
			c.Classes = append(c.Classes, p.parentName())
		}
		if p.tok.kind == tVar {
			c.Name = p.varName()
		}
		if c.Name == "this" {
			p.fail(start.line, "cannot re-assign $this")
		}
		p.expectOp(")")
		c.Body = p.block(nil)
		s.Catches = append(s.Catches, c)
	}
	if p.acceptWord("finally") {
		s.HasFinally = true
		outer := p.fn.finally
		p.fn.finally = p.fn.loops
		s.Finally = p.block(nil)
		p.fn.finally = outer
	}
	if len(s.Catches) == 0 && !s.HasFinally {
		p.fail(start.line, "cannot use try without catch or finally")
	}
	p.nest--
	s.Pos = p.at(start)
	return s
}
