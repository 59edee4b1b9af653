package syntax

func (p *parser) properties(decl *ClassDecl, mods map[string]bool, line int) {
	var typ *TypeHint
	if p.tok.kind != tVar {
		typ = p.typeHint(propertyType)
	}
	typed := typ != nil
	for {
		prop := PropItem{Static: mods["static"], Typed: typed, Type: typ, Access: accessOf(mods)}
		prop.Name = p.varName()
		if p.acceptOp("=") {
			prop.Default = p.constant(false)
		}
		readonly := mods["readonly"] || decl.Readonly
		prop.Readonly = readonly
		switch {
		case mods["abstract"]:
			p.fail(line, "properties cannot be declared abstract")
		case mods["final"]:
			p.fail(line, "cannot declare property %s::$%s final", decl.Name, prop.Name)
		case decl.Kind == "interface":
			p.fail(line, "interfaces may not include properties")
		case decl.Kind == "enum":
			p.fail(line, "enum %s cannot include properties", decl.Name)
		case readonly && (!typed || prop.Static || prop.Default != nil):
			p.fail(line, "readonly property %s::$%s must be typed, not static and without default", decl.Name, prop.Name)
		}
		decl.Props = append(decl.Props, prop)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
}

// useTraits parses use T, U; or use T { … }.
func (p *parser) useTraits(decl *ClassDecl) {
	if decl.Kind == "interface" {
		p.fail(p.tok.line, "cannot use traits inside of interfaces")
	}
	decl.Traits = append(decl.Traits, p.classNames()...)
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

func (p *parser) traitRule(decl *ClassDecl) {
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
