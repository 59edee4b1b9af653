package syntax

// declare parses a statement after the word declare. Only strict_types has an effect
// here.
func (p *parser) declare() Stmt {
	p.expectOp("(")
	p.list(func() {
		name := Lower(p.ident())
		p.expectOp("=")
		if lit, ok := p.expr().(*LitExpr); ok && name == "strict_types" {
			p.src.Strict = lit.Value == int64(1)
		}
	})
	p.expectOp(")")
	if p.atStatementEnd() {
		p.advance()
		return nil
	}
	return &BlockStmt{Body: p.body("enddeclare")}
}
