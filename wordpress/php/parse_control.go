package php

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
func (p *parser) loop(endWord string) (body []stmt) {
	p.inLoop(func() { body = p.body(endWord) })
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
	p.inLoop(func() { s.body = p.statement(nil) })
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
			p.assignable(x, start.line)
			return x, false
		}
		p.unexpected("")
	}
	ref = p.acceptOp("&")
	x = p.variable()
	p.assignable(x, start.line)
	return x, ref
}

func (p *parser) switchStatement() stmt {
	start := p.tok
	p.advance()
	s := &switchStmt{subject: p.condition()}
	end := func() bool { return p.isOp("}") }
	colon := p.isOp(":")
	if colon {
		end = func() bool { return p.isWord("endswitch") }
	} else if !p.isOp("{") {
		p.unexpected(`"{"`)
	}
	p.advance()
	if p.isSemi() {
		p.advance()
	}
	p.inLoop(func() {
		for !end() {
			p.switchCase(s)
		}
	})
	p.advance()
	if colon {
		p.expectSemi()
	}
	s.at = p.at(start)
	return s
}

func (p *parser) switchCase(s *switchStmt) {
	var c switchCase
	if p.isWord("default") {
		for _, other := range s.cases {
			if other.cond == nil {
				p.fail(p.tok.line, "switch statements may only contain one default clause")
			}
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
