package php

func (p *parser) properties(decl *classDecl, mods map[string]bool, line int) {
	var typ *typeHint
	if p.tok.kind != tVar {
		typ = p.typeHint(propertyType)
	}
	typed := typ != nil
	for {
		prop := propItem{static: mods["static"], typed: typed, typ: typ, access: accessOf(mods)}
		prop.name = p.varName()
		if p.acceptOp("=") {
			prop.def = p.constant(false)
		}
		readonly := mods["readonly"] || decl.readonly
		prop.readonly = readonly
		switch {
		case mods["abstract"]:
			p.fail(line, "properties cannot be declared abstract")
		case mods["final"]:
			p.fail(line, "cannot declare property %s::$%s final", decl.name, prop.name)
		case decl.kind == "interface":
			p.fail(line, "interfaces may not include properties")
		case decl.kind == "enum":
			p.fail(line, "enum %s cannot include properties", decl.name)
		case readonly && (!typed || prop.static || prop.def != nil):
			p.fail(line, "readonly property %s::$%s must be typed, not static and without default", decl.name, prop.name)
		}
		decl.props = append(decl.props, prop)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
}

// useTraits parses use T, U; or use T { … }.
func (p *parser) useTraits(decl *classDecl) {
	if decl.kind == "interface" {
		p.fail(p.tok.line, "cannot use traits inside of interfaces")
	}
	decl.traits = append(decl.traits, p.classNames()...)
	if p.isSemi() {
		p.advance()
		return
	}
	p.expectOp("{")
	for !p.isOp("}") {
		p.traitRule(decl)
	}
	p.advance()
}

func (p *parser) traitRule(decl *classDecl) {
	var rule traitRule
	t := p.tok
	if t.kind == tName || p.peek().text == "::" {
		rule.trait = p.className()
		p.expectOp("::")
	}
	rule.method = p.member()
	if rule.trait != "" && p.acceptWord("insteadof") {
		rule.insteadof = p.classNames()
	} else {
		p.expectWord("as")
		moded := p.isWordOf("public", "protected", "private") || p.isWordOf("static", "abstract", "final")
		if moded {
			if p.isWordOf("static", "abstract", "final") {
				p.fail(p.tok.line, "cannot use %q as method modifier", p.tok.low)
			}
			a := accessOf(map[string]bool{p.tok.low: true})
			rule.access = &a
			p.advance()
		}
		if !moded || !p.isSemi() {
			rule.alias = p.member()
		}
	}
	p.expectSemi()
	decl.rules = append(decl.rules, rule)
}
