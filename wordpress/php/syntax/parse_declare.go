package syntax

// declare parses declare(…), the only one with a meaning being strict_types.
func (p *parser) declare(dst []Stmt) []Stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	strict := false
	for {
		line := p.tok.line
		name := Lower(p.ident())
		p.expectOp("=")
		x := p.expr()
		lit, ok := x.(*LitExpr)
		if !ok {
			p.fail(line, "declare(%s) value must be a literal", name)
		}
		if name == "strict_types" {
			strict = true
			p.strictTypes(lit, line, len(dst) > 0 || p.fn.decl != nil || p.nest > 0)
		}
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	if p.isSemi() {
		p.advance()
		return dst
	}
	if strict {
		p.fail(start.line, "strict_types declaration must not use block mode")
	}
	p.nest++
	body := p.declareBody()
	p.nest--
	return append(dst, &BlockStmt{p.at(start), body})
}

func (p *parser) declareBody() []Stmt {
	if !p.acceptOp(":") {
		return p.statement(nil)
	}
	body := p.until("enddeclare")
	p.advance()
	p.expectSemi()
	return body
}

func (p *parser) strictTypes(lit *LitExpr, line int, late bool) {
	n, ok := lit.Value.(int64)
	if !ok || n != 0 && n != 1 {
		p.fail(line, "strict_types declaration must have 0 or 1 as its value")
	}
	if late || p.begun {
		p.fail(line, "strict_types declaration must be the very first statement in the script")
	}
	p.src.Strict = n == 1
}
