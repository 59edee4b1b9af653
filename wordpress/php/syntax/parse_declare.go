package syntax

// declare parses declare(…). Only strict_types has a meaning here.
func (p *parser) declare(dst []Stmt) []Stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	for {
		name := Lower(p.ident())
		p.expectOp("=")
		if lit, ok := p.expr().(*LitExpr); ok && name == "strict_types" {
			p.src.Strict = lit.Value == int64(1)
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
	body := p.body("enddeclare")
	return append(dst, &BlockStmt{p.at(start), body})
}
