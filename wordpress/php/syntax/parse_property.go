package syntax

func (p *parser) properties(decl *ClassDecl, mods map[string]bool) {
	var typ *TypeHint
	if p.tok.kind != tVar {
		typ = p.typeHint()
	}
	p.list(func() {
		prop := PropItem{Static: mods["static"], Type: typ, Access: accessOf(mods), Readonly: mods["readonly"] || decl.Readonly}
		prop.Name = p.varName()
		if p.acceptOp("=") {
			prop.Default = p.expr()
		}
		decl.Props = append(decl.Props, prop)
	})
	p.expectStatementEnd()
}

// useTraits parses use T, U; or use T { … }.
func (p *parser) useTraits(decl *ClassDecl) {
	decl.Traits = append(decl.Traits, p.classNames()...)
	if p.atStatementEnd() {
		p.advance()
		return
	}
	p.expectOp("{")
	for !p.isOp("}") {
		p.traitRule()
	}
	p.advance()
}

// traitRule parses one rule of use T { … }. Traits are not evaluated, so the tree
// does not contain the rule.
func (p *parser) traitRule() {
	trait := p.tok.kind == tName || p.peek().text == "::"
	if trait {
		p.className()
		p.expectOp("::")
	}
	p.member()
	if trait && p.acceptWord("insteadof") {
		p.classNames()
	} else {
		p.expectWord("as")
		moded := p.isWordOf("public", "protected", "private", "static", "abstract", "final")
		if moded {
			p.advance()
		}
		if !moded || !p.atStatementEnd() {
			p.member()
		}
	}
	p.expectStatementEnd()
}

func (p *parser) methodDecl(decl *ClassDecl, mods map[string]bool) {
	start := p.tok
	p.advance()
	fn := &FuncDecl{File: p.src, Line: int32(start.line), Static: mods["static"], Access: accessOf(mods)}
	fn.RefReturn = p.acceptOp("&")
	fn.Name = p.member()
	p.inFunc(fn, false, func() {
		p.signature(fn)
		if p.isOp("{") {
			fn.Body = p.block(nil)
			return
		}
		p.expectStatementEnd()
	})
	decl.Methods = append(decl.Methods, fn)
}
