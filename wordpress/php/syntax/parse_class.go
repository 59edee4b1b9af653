package syntax

// classStatement parses the declaration of a class, interface, trait or enum.
func (p *parser) classStatement() Stmt {
	start := p.tok
	decl := &ClassDecl{File: p.src}
	seen := map[string]bool{}
	for p.isWordOf("abstract", "final", "readonly") {
		word := p.tok.lower
		if seen[word] || word != "readonly" && (seen["abstract"] || seen["final"]) {
			p.fail(start.line, "the modifier %s occurs twice, or with abstract or final", word)
		}
		seen[word] = true
		decl.Abstract = decl.Abstract || word == "abstract"
		decl.Readonly = decl.Readonly || word == "readonly"
		p.advance()
	}
	decl.Kind = p.tok.lower
	if !p.isWordOf("class", "interface", "trait", "enum") || len(seen) > 0 && decl.Kind != "class" {
		p.unexpected(`"class"`)
	}
	p.advance()
	if p.isWord("readonly") && decl.Kind == "enum" {
		p.unexpected("identifier")
	}
	name := p.ident()
	decl.Name = p.names.full(name)
	hoisted := p.fn.decl == nil && p.nest == 0
	p.classBody(decl)
	return &ClassStmt{p.at(start), decl, hoisted}
}

// classBody parses a class after its name.
func (p *parser) classBody(decl *ClassDecl) {
	height := p.enter()
	defer p.leave(height, 0)
	if decl.Kind == "enum" && p.acceptOp(":") {
		p.typeHint()
	}
	if p.isWord("extends") && (decl.Kind == "class" || decl.Kind == "interface") {
		p.advance()
		if decl.Kind == "interface" {
			decl.Interfaces = p.classNames()
		} else {
			decl.Parent = p.className()
		}
	}
	if p.isWord("implements") && (decl.Kind == "class" || decl.Kind == "enum") {
		p.advance()
		decl.Interfaces = p.classNames()
	}
	outer := p.class
	p.class = decl
	p.expectOp("{")
	for !p.isOp("}") {
		p.classMember(decl)
	}
	p.advance()
	p.class = outer
}

func (p *parser) classNames() (names []string) {
	p.list(func() { names = append(names, p.className()) })
	return names
}

var memberModifiers = WordSet("public protected private static abstract final readonly var")

// classMember parses one member of a class.
func (p *parser) classMember(decl *ClassDecl) {
	if p.acceptWord("use") {
		p.useTraits(decl)
		return
	}
	if p.isWord("case") {
		p.enumCase()
		return
	}
	mods := map[string]bool{}
	for p.tok.kind == tIdent && memberModifiers[p.tok.lower] {
		p.modifier(mods)
		p.advance()
	}
	switch {
	case p.isWord("const"):
		p.classConsts(decl, mods)
	case p.isWord("function"):
		p.methodDecl(decl, mods)
	case len(mods) == 0:
		p.unexpected(`"function" or "const"`)
	default:
		p.properties(decl, mods)
	}
}

// modifier reads one modifier, and fails if it conflicts with an earlier one.
func (p *parser) modifier(mods map[string]bool) {
	word := p.tok.lower
	access := word == "public" || word == "protected" || word == "private"
	switch {
	case mods[word], mods["var"], word == "var" && len(mods) > 0:
		p.fail(p.tok.line, "the modifier %s occurs twice, or with var", word)
	case access && (mods["public"] || mods["protected"] || mods["private"]):
		p.fail(p.tok.line, "more than one of public, protected and private")
	case word == "final" && mods["abstract"] || word == "abstract" && mods["final"]:
		p.fail(p.tok.line, "a class member is both abstract and final")
	}
	mods[word] = true
}

func (p *parser) classConsts(decl *ClassDecl, mods map[string]bool) {
	p.advance()
	p.list(func() {
		item := ConstItem{Name: p.member(), Access: accessOf(mods)}
		p.constValue(&item)
		decl.Consts = append(decl.Consts, item)
	})
	p.expectStatementEnd()
}

// enumCase parses a case of an enum. Enums are not evaluated, so the tree does not
// contain it.
func (p *parser) enumCase() {
	p.advance()
	p.member()
	if p.acceptOp("=") {
		p.expr()
	}
	p.expectStatementEnd()
}
