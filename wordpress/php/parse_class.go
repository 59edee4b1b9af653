package php

// classScope is what the parser knows of the class around it.
type classScope struct{ decl *classDecl }

// reservedClass are the names that no class may have.
var reservedClass = wordSet(`self parent static int float bool string true false null void never
	iterable object mixed`)

// classStatement parses the declaration of a class, interface, trait or enum.
func (p *parser) classStatement() stmt {
	start := p.tok
	decl := &classDecl{file: p.src, line: int32(start.line)}
	seen := map[string]bool{}
	for p.isWordOf("abstract", "final", "readonly") {
		word := p.tok.low
		if seen[word] || word != "readonly" && (seen["abstract"] || seen["final"]) {
			p.fail(start.line, "cannot use the %s modifier here", word)
		}
		seen[word] = true
		decl.abstract = decl.abstract || word == "abstract"
		decl.readonly = decl.readonly || word == "readonly"
		p.advance()
	}
	decl.kind = p.tok.low
	if !p.isWordOf("class", "interface", "trait", "enum") || len(seen) > 0 && decl.kind != "class" {
		p.unexpected(`"class"`)
	}
	p.advance()
	line := p.tok.line
	if p.isWord("readonly") && decl.kind == "enum" {
		p.unexpected("identifier")
	}
	name := p.ident("identifier")
	if reservedClass[lower(name)] {
		p.fail(line, "cannot use %q as class name as it is reserved", name)
	}
	if to, ok := p.names.class[lower(name)]; ok && lower(to) != lower(p.names.full(name)) {
		p.fail(line, "cannot declare class %s because the name is already in use", name)
	}
	decl.name = p.names.full(name)
	hoisted := p.fn.decl == nil && p.nest == 0
	p.classBody(decl)
	return &classStmt{p.at(start), decl, hoisted}
}

// classBody parses a class from behind its name.
func (p *parser) classBody(decl *classDecl) {
	height := p.enter()
	defer p.leave(height, 0)
	if decl.kind == "enum" && p.acceptOp(":") {
		p.typeHint()
		decl.backed = true
	}
	if p.isWord("extends") && (decl.kind == "class" || decl.kind == "interface") {
		p.advance()
		if decl.kind == "interface" {
			decl.interfaces = p.classNames()
		} else {
			decl.parent = p.parentName()
		}
	}
	if p.isWord("implements") && (decl.kind == "class" || decl.kind == "enum") {
		p.advance()
		decl.interfaces = p.classNames()
	}
	outer := p.class
	p.class = &classScope{decl}
	p.expectOp("{")
	for !p.isOp("}") {
		p.classMember(decl)
	}
	p.advance()
	p.class = outer
	p.uniqueMembers(decl)
}

func (p *parser) parentName() string {
	line := p.tok.line
	name := p.className()
	if reservedClass[lower(name)] {
		p.fail(line, "cannot use %q as class name, as it is reserved", name)
	}
	return name
}

func (p *parser) classNames() []string {
	names := []string{p.parentName()}
	for p.acceptOp(",") {
		names = append(names, p.parentName())
	}
	return names
}

// uniqueMembers refuses what is declared twice.
func (p *parser) uniqueMembers(decl *classDecl) {
	seen := map[string]bool{}
	once := func(line int32, key, name string) {
		if seen[key] {
			p.fail(int(line), "cannot redeclare %s::%s", decl.name, name)
		}
		seen[key] = true
	}
	for _, m := range decl.methods {
		once(m.line, "()"+lower(m.name), m.name+"()")
	}
	for _, c := range decl.consts {
		once(c.line, c.name, c.name)
	}
	for _, c := range decl.cases {
		once(c.line, c.name, c.name)
	}
	for _, prop := range decl.props {
		once(decl.line, "$"+prop.name, "$"+prop.name)
	}
}

var memberModifiers = wordSet("public protected private static abstract final readonly var")

// classMember parses one member of a class.
func (p *parser) classMember(decl *classDecl) {
	if p.acceptWord("use") {
		p.useTraits(decl)
		return
	}
	p.attributes()
	if p.isWord("case") {
		p.enumCase(decl)
		return
	}
	line := p.tok.line
	mods := map[string]bool{}
	for p.tok.kind == tIdent && memberModifiers[p.tok.low] {
		p.modifier(mods)
		p.advance()
	}
	switch {
	case p.isWord("const"):
		p.classConsts(decl, mods, line)
	case p.isWord("function"):
		p.methodDecl(decl, mods)
	case len(mods) == 0:
		p.unexpected(`"function" or "const"`)
	default:
		p.properties(decl, mods, line)
	}
}

// modifier notes one modifier and refuses those that exclude each other.
func (p *parser) modifier(mods map[string]bool) {
	word := p.tok.low
	access := word == "public" || word == "protected" || word == "private"
	switch {
	case mods[word], mods["var"], word == "var" && len(mods) > 0:
		p.fail(p.tok.line, "multiple %s modifiers are not allowed", word)
	case access && (mods["public"] || mods["protected"] || mods["private"]):
		p.fail(p.tok.line, "multiple access type modifiers are not allowed")
	case word == "final" && mods["abstract"] || word == "abstract" && mods["final"]:
		p.fail(p.tok.line, "cannot use the final modifier on an abstract class member")
	}
	mods[word] = true
}

func (p *parser) classConsts(decl *classDecl, mods map[string]bool, line int) {
	for _, word := range []string{"static", "abstract", "readonly", "var"} {
		if mods[word] {
			p.fail(line, "cannot use %q as constant modifier", word)
		}
	}
	if decl.kind == "trait" {
		p.fail(line, "traits cannot have constants")
	}
	p.advance()
	for {
		start := p.tok
		item := constItem{name: p.member("identifier")}
		if lower(item.name) == "class" {
			p.fail(start.line, "a class constant must not be called 'class'; it is reserved for class name fetching")
		}
		p.expectOp("=")
		item.val = p.expr()
		p.requireConst(item.val, false)
		item.at = p.at(start)
		decl.consts = append(decl.consts, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
}

func (p *parser) enumCase(decl *classDecl) {
	start := p.tok
	p.advance()
	item := constItem{name: p.member("identifier")}
	if p.acceptOp("=") {
		item.val = p.expr()
		p.requireConst(item.val, false)
	}
	switch {
	case decl.kind != "enum":
		p.fail(start.line, "case can only be used in enums")
	case item.val == nil && decl.backed:
		p.fail(start.line, "case %s of backed enum %s must have a value", item.name, decl.name)
	case item.val != nil && !decl.backed:
		p.fail(start.line, "case %s of non-backed enum %s must not have a value", item.name, decl.name)
	}
	p.expectSemi()
	item.at = p.at(start)
	decl.cases = append(decl.cases, item)
}

func (p *parser) methodDecl(decl *classDecl, mods map[string]bool) {
	start := p.tok
	p.advance()
	fn := &funcDecl{file: p.src, line: int32(start.line), class: decl.name, static: mods["static"]}
	fn.refReturn = p.acceptOp("&")
	fn.name = p.member("identifier")
	fn.abstract = mods["abstract"] || decl.kind == "interface"
	switch {
	case mods["readonly"] || mods["var"]:
		p.fail(start.line, "cannot use 'readonly' as method modifier")
	case mods["abstract"] && decl.kind == "class" && !decl.abstract:
		p.fail(start.line, "class %s contains an abstract method and must therefore be declared abstract", decl.name)
	case mods["abstract"] && decl.kind == "interface", mods["abstract"] && decl.kind == "enum":
		p.fail(start.line, "method %s must not be abstract", fn.name)
	case decl.kind == "interface" && (mods["private"] || mods["protected"] || mods["final"]):
		p.fail(start.line, "access type for interface method %s must be public", fn.name)
	case mods["abstract"] && mods["private"] && decl.kind != "trait":
		p.fail(start.line, "abstract function %s cannot be declared private", fn.name)
	}
	p.inFunc(fn, false, func() {
		p.signature(fn)
		if p.isOp("{") {
			if fn.abstract {
				p.fail(start.line, "abstract function %s cannot contain body", fn.name)
			}
			fn.body = p.block(nil)
			return
		}
		if !fn.abstract {
			if p.isSemi() {
				p.fail(start.line, "non-abstract method %s must contain body", fn.name)
			}
			p.unexpected(`"{"`)
		}
		p.expectSemi()
	})
	decl.methods = append(decl.methods, fn)
}

func (p *parser) properties(decl *classDecl, mods map[string]bool, line int) {
	typed := false
	if p.tok.kind != tVar {
		p.typeHint()
		typed = true
	}
	for {
		prop := propItem{static: mods["static"], typed: typed}
		prop.name = p.varName()
		if p.acceptOp("=") {
			prop.def = p.expr()
			p.requireConst(prop.def, false)
		}
		readonly := mods["readonly"] || decl.readonly
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
	rule.method = p.member("identifier")
	if rule.trait != "" && p.acceptWord("insteadof") {
		rule.insteadof = p.classNames()
	} else {
		p.expectWord("as")
		moded := p.isWordOf("public", "protected", "private") || p.isWordOf("static", "abstract", "final")
		if moded {
			if p.isWordOf("static", "abstract", "final") {
				p.fail(p.tok.line, "cannot use %q as method modifier", p.tok.low)
			}
			p.advance()
		}
		if !moded || !p.isSemi() {
			rule.alias = p.member("identifier")
		}
	}
	p.expectSemi()
	decl.rules = append(decl.rules, rule)
}
