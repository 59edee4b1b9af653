package php

import "strconv"

// condition parses an expression in parentheses.
func (p *parser) condition() expr {
	p.expectOp("(")
	x := p.expr()
	p.expectOp(")")
	return x
}

// body parses what a control structure governs: a statement, or after a colon
// statements up to the word that ends it.
func (p *parser) body(endWord string) []stmt {
	p.nest++
	defer func() { p.nest-- }()
	if !p.isOp(":") {
		return p.statement(nil)
	}
	p.advance()
	body := p.until(endWord)
	p.advance()
	p.expectSemi()
	return body
}

// until parses statements up to one of the words, which it leaves.
func (p *parser) until(words ...string) []stmt {
	var body []stmt
	for !p.isWordOf(words...) {
		body = p.statement(body)
	}
	return body
}

// loop parses the body of a loop.
func (p *parser) loop(endWord string) []stmt {
	p.fn.loops++
	body := p.body(endWord)
	p.fn.loops--
	return body
}

// ifStatement parses if with all its branches; a chain of them is read in a
// loop and nested afterwards.
func (p *parser) ifStatement() stmt {
	height := p.enter()
	p.nest++
	var chain []*ifStmt
	var els []stmt
	colon := false
	for {
		start := p.tok
		p.advance()
		node := &ifStmt{cond: p.condition()}
		chain = append(chain, node)
		if len(chain) == 1 {
			colon = p.isOp(":")
		}
		if colon {
			p.expectOp(":")
			node.then = p.until("elseif", "else", "endif")
		} else {
			node.then = p.statement(nil)
		}
		node.at = p.at(start)
		if p.isWord("elseif") {
			continue
		}
		if p.isWord("else") && !colon && p.peek().low == "if" {
			p.advance()
			continue
		}
		break
	}
	if p.acceptWord("else") {
		if colon {
			p.expectOp(":")
			els = p.until("endif")
		} else {
			els = p.statement(nil)
		}
	}
	if colon {
		p.expectWord("endif")
		p.expectSemi()
	}
	for i := len(chain) - 1; i >= 0; i-- {
		chain[i].to = int32(p.end)
		chain[i].els = els
		els = []stmt{chain[i]}
	}
	p.nest--
	p.leave(height, len(chain))
	return chain[0]
}

func (p *parser) whileStatement() stmt {
	start := p.tok
	p.advance()
	s := &whileStmt{cond: p.condition()}
	s.body = p.loop("endwhile")
	s.at = p.at(start)
	return s
}

func (p *parser) doStatement() stmt {
	start := p.tok
	p.advance()
	s := &doStmt{}
	p.fn.loops++
	p.nest++
	s.body = p.statement(nil)
	p.fn.loops--
	p.nest--
	p.expectWord("while")
	s.cond = p.condition()
	p.expectSemi()
	s.at = p.at(start)
	return s
}

func (p *parser) forStatement() stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	clause := func(end string) (xs []expr) {
		if !p.isOp(end) && (end == ")" || !p.isSemi()) {
			xs = p.exprs()
		}
		if end == ")" {
			p.expectOp(")")
		} else {
			p.expectSemi()
		}
		return xs
	}
	s := &forStmt{init: clause(";"), cond: clause(";"), step: clause(")")}
	s.body = p.loop("endfor")
	s.at = p.at(start)
	return s
}

func (p *parser) foreachStatement() stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	s := &foreachStmt{subject: p.expr()}
	p.expectWord("as")
	s.val, s.ref = p.foreachVar()
	if p.isOp("=>") {
		line := p.tok.line
		if s.ref {
			p.fail(line, "key element cannot be a reference")
		}
		p.advance()
		s.key = s.val
		if _, ok := s.key.(*arrayExpr); ok {
			p.fail(line, "cannot use list as key element")
		}
		s.val, s.ref = p.foreachVar()
	}
	p.expectOp(")")
	s.body = p.loop("endforeach")
	s.at = p.at(start)
	return s
}

// foreachVar parses what a loop assigns to.
func (p *parser) foreachVar() (x expr, ref bool) {
	start := p.tok
	if p.isOp("[") || p.isWord("list") {
		x, flags := p.operand()
		if list, ok := x.(*arrayExpr); ok && flags&isVar == 0 {
			p.destructure(list)
			return x, false
		}
		if flags&isVar != 0 {
			p.writable(x, start.line)
			return x, false
		}
		p.unexpected("")
	}
	ref = p.acceptOp("&")
	x = p.variable()
	p.writable(x, start.line)
	return x, ref
}

func (p *parser) switchStatement() stmt {
	start := p.tok
	p.advance()
	s := &switchStmt{subject: p.condition()}
	p.fn.loops++
	p.nest++
	colon := p.isOp(":")
	if !colon && !p.isOp("{") {
		p.unexpected(`"{"`)
	}
	p.advance()
	if p.isSemi() {
		p.advance()
	}
	defaults := 0
	for !(colon && p.isWord("endswitch") || !colon && p.isOp("}")) {
		var c switchCase
		if p.isWord("default") {
			if defaults++; defaults > 1 {
				p.fail(p.tok.line, "switch statements may only contain one default clause")
			}
			p.advance()
		} else {
			p.expectWord("case")
			c.cond = p.expr()
		}
		if !p.acceptOp(":") {
			p.expectSemi()
		}
		for !p.isWordOf("case", "default", "endswitch") && !p.isOp("}") {
			c.body = p.statement(c.body)
		}
		s.cases = append(s.cases, c)
	}
	p.advance()
	if colon {
		p.expectSemi()
	}
	p.fn.loops--
	p.nest--
	s.at = p.at(start)
	return s
}

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
	case s.depth > p.fn.loops:
		p.fail(start.line, "cannot '%s' %d levels", start.low, s.depth)
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
			item.val = p.expr()
			p.requireConst(item.val, true)
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
		p.writable(x, start.line)
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
		c := catchClause{classes: []string{p.className()}}
		for p.acceptOp("|") {
			c.classes = append(c.classes, p.className())
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
		s.finally = p.block(nil)
	}
	if len(s.catches) == 0 && !s.hasFinally {
		p.fail(start.line, "cannot use try without catch or finally")
	}
	p.nest--
	s.at = p.at(start)
	return s
}
