package php

import "strconv"

func (p *parser) breakStatement() stmt {
	start := p.tok
	p.advance()
	s := &breakStmt{depth: 1, cont: start.low == "continue"}
	if !p.isSemi() {
		if p.tok.kind != tInt {
			p.fail(start.line, "'%s' operator accepts only positive integers", start.low)
		}
		s.depth, _ = strconv.Atoi(p.tok.text)
		p.advance()
	}
	p.expectSemi()
	switch {
	case s.depth < 1:
		p.fail(start.line, "'%s' operator accepts only positive integers", start.low)
	case p.fn.loops == 0:
		p.fail(start.line, "'%s' not in the 'loop' or 'switch' context", start.low)
	case s.depth > p.fn.loops-p.fn.finally && s.depth <= p.fn.loops:
		p.fail(start.line, "jump out of a finally block is disallowed")
	case s.depth > p.fn.loops:
		p.fail(start.line, "cannot '%s' so many levels", start.low)
	}
	s.at = p.at(start)
	return s
}

func (p *parser) returnStatement() stmt {
	start := p.tok
	p.advance()
	s := &returnStmt{}
	if !p.isSemi() {
		s.x = p.expr()
	}
	p.expectSemi()
	p.fn.returns = append(p.fn.returns, returnMark{start.line, s.x != nil})
	s.at = p.at(start)
	return s
}

func (p *parser) globalStatement() stmt {
	start := p.tok
	p.advance()
	s := &globalStmt{}
	for {
		v := p.simpleVariable()
		if isThis(v) {
			p.fail(start.line, "cannot use $this as global variable")
		}
		s.vars = append(s.vars, v)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
	s.at = p.at(start)
	return s
}

func (p *parser) staticStatement() stmt {
	start := p.tok
	p.advance()
	s := &staticStmt{}
	for {
		name := p.tok
		item := constItem{name: p.varName()}
		if item.name == "this" {
			p.fail(start.line, "cannot use $this as static variable")
		}
		if p.acceptOp("=") {
			item.val = p.constant(true)
		}
		item.at = p.at(name)
		s.vars = append(s.vars, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
	s.at = p.at(start)
	return s
}

func (p *parser) unsetStatement() stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	s := &unsetStmt{}
	for {
		x := p.variable()
		p.unsettable(x, start.line)
		s.vars = append(s.vars, x)
		if !p.acceptOp(",") || p.isOp(")") {
			break
		}
	}
	p.expectOp(")")
	p.expectSemi()
	s.at = p.at(start)
	return s
}

func (p *parser) tryStatement() stmt {
	start := p.tok
	p.advance()
	p.nest++
	s := &tryStmt{body: p.block(nil)}
	for p.acceptWord("catch") {
		p.expectOp("(")
		c := catchClause{classes: []string{p.parentName()}}
		for p.acceptOp("|") {
			c.classes = append(c.classes, p.parentName())
		}
		if p.tok.kind == tVar {
			c.name = p.varName()
		}
		if c.name == "this" {
			p.fail(start.line, "cannot re-assign $this")
		}
		p.expectOp(")")
		c.body = p.block(nil)
		s.catches = append(s.catches, c)
	}
	if p.acceptWord("finally") {
		s.hasFinally = true
		outer := p.fn.finally
		p.fn.finally = p.fn.loops
		s.finally = p.block(nil)
		p.fn.finally = outer
	}
	if len(s.catches) == 0 && !s.hasFinally {
		p.fail(start.line, "cannot use try without catch or finally")
	}
	p.nest--
	s.at = p.at(start)
	return s
}
