package syntax

// functionStatement parses function name(…) { … }.
func (p *parser) functionStatement() Stmt {
	start := p.tok
	p.advance()
	fn := &FuncDecl{File: p.src, Line: int32(start.line)}
	fn.RefReturn = p.acceptOp("&")
	if p.isWord("readonly") && p.peek().text == "(" {
		p.tok.lower = "" // the only reserved word that a function may be named
	}
	fn.Name = p.names.full(p.ident())
	hoisted := p.fn.decl == nil && p.nest == 0
	class := p.class
	p.class = nil
	p.inFunc(fn, false, func() {
		p.signature(fn)
		fn.Body = p.block(nil)
	})
	p.class = class
	return &FuncStmt{p.at(start), fn, hoisted}
}

// signature parses the parameters and the result type of a function.
func (p *parser) signature(fn *FuncDecl) {
	fn.Params = p.params()
	if p.acceptOp(":") {
		fn.Result = p.resultType()
	}
}

// resultType parses a result type, which may be static.
func (p *parser) resultType() *TypeHint {
	p.result = true
	defer func() { p.result = false }()
	return p.typeHint()
}

// closure parses function (…) {…} and fn (…) => …, static or not.
func (p *parser) closure() Expr {
	start := p.tok
	x := &ClosureExpr{Fn: &FuncDecl{Name: "{closure}", File: p.src, Line: int32(start.line)}}
	fn := x.Fn
	x.Static = p.acceptWord("static")
	fn.Static = x.Static
	x.Arrow = p.isWord("fn")
	p.advance()
	fn.RefReturn = p.acceptOp("&")
	p.inFunc(fn, true, func() {
		fn.Params = p.params()
		if x.Arrow {
			if p.acceptOp(":") {
				fn.Result = p.resultType()
			}
			p.expectOp("=>")
			fn.Arrow = p.exprOfPrec(precThrow)
			return
		}
		if p.acceptWord("use") {
			x.Uses = p.closureUses()
		}
		if p.acceptOp(":") {
			fn.Result = p.resultType()
		}
		fn.Body = p.block(nil)
	})
	x.Pos = p.at(start)
	return x
}

func (p *parser) closureUses() (uses []closureUse) {
	p.expectOp("(")
	p.nonEmptyListTo(")", func() {
		use := closureUse{Ref: p.acceptOp("&")}
		use.Name = p.varName()
		uses = append(uses, use)
	})
	return uses
}

// params parses the parameters in parentheses.
func (p *parser) params() (params []Param) {
	p.expectOp("(")
	p.listTo(")", func() { params = append(params, p.param()) })
	return params
}

var promotions = WordSet("public protected private readonly")

func (p *parser) param() Param {
	var prm Param
	mods := map[string]bool{}
	for p.tok.kind == tIdent && promotions[p.tok.lower] {
		prm.Promote = true
		p.modifier(mods)
		p.advance()
	}
	if !p.isOp("&") && !p.isOp("...") && p.tok.kind != tVar {
		prm.Type = p.typeHint()
	}
	prm.Ref = p.acceptOp("&")
	prm.Variadic = p.acceptOp("...")
	prm.Name = p.varName()
	if p.acceptOp("=") {
		prm.Default = p.expr()
	}
	if prm.Promote && p.class != nil {
		p.class.Props = append(p.class.Props, PropItem{Name: prm.Name, Access: accessOf(mods), Readonly: mods["readonly"] || p.class.Readonly, Type: prm.Type})
	}
	return prm
}

// attribute parses #[…], which has no effect here.
func (p *parser) attribute() {
	p.advance()
	p.nonEmptyListTo("]", func() {
		p.className()
		if p.isOp("(") {
			p.args()
		}
	})
}
