package php

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
	name := p.ident()
	if reservedClass[lower(name)] {
		p.fail(line, "cannot use %q as class name as it is reserved", name)
	}
	decl.name = p.names.full(name)
	p.declared(p.names.class, &p.names.ownClass, lower(name), decl.name, line)
	hoisted := p.fn.decl == nil && p.nest == 0
	p.classBody(decl)
	return &classStmt{p.at(start), decl, hoisted}
}

// classBody parses a class from behind its name.
func (p *parser) classBody(decl *classDecl) {
	height := p.enter()
	defer p.leave(height, 0)
	if decl.kind == "enum" && p.acceptOp(":") {
		line := p.tok.line
		t := p.typeHint(propertyType)
		if t.nullable || len(t.names) != 1 || t.names[0] != "int" && t.names[0] != "string" {
			p.fail(line, "enum backing type must be int or string")
		}
		decl.backed, decl.backing = true, t
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
	p.class = decl
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
	switch {
	case mods["private"] && mods["final"]:
		p.fail(line, "a private constant cannot be final")
	case decl.kind == "interface" && (mods["private"] || mods["protected"]):
		p.fail(line, "access type for an interface constant must be public")
	}
	p.advance()
	for {
		start := p.tok
		item := constItem{name: p.member(), access: accessOf(mods)}
		if lower(item.name) == "class" {
			p.fail(start.line, "a class constant must not be called 'class'; it is reserved for class name fetching")
		}
		p.expectOp("=")
		item.val = p.constant(false)
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
	item := constItem{name: p.member()}
	if p.acceptOp("=") {
		item.val = p.constant(false)
	}
	switch {
	case lower(item.name) == "class":
		p.fail(start.line, "a class constant must not be called 'class'; it is reserved for class name fetching")
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
