package syntax

// reservedClass are the names that no class may have.
var reservedClass = WordSet(`self parent static int float bool string true false null void never
	iterable object mixed`)

// classStatement parses the declaration of a class, interface, trait or enum.
func (p *parser) classStatement() Stmt {
	start := p.tok
	decl := &ClassDecl{File: p.src, line: int32(start.line)}
	seen := map[string]bool{}
	for p.isWordOf("abstract", "final", "readonly") {
		word := p.tok.low
		if seen[word] || word != "readonly" && (seen["abstract"] || seen["final"]) {
			p.fail(start.line, "cannot use the %s modifier here", word)
		}
		seen[word] = true
		decl.Abstract = decl.Abstract || word == "abstract"
		decl.Readonly = decl.Readonly || word == "readonly"
		p.advance()
	}
	decl.Kind = p.tok.low
	if !p.isWordOf("class", "interface", "trait", "enum") || len(seen) > 0 && decl.Kind != "class" {
		p.unexpected(`"class"`)
	}
	p.advance()
	line := p.tok.line
	if p.isWord("readonly") && decl.Kind == "enum" {
		p.unexpected("identifier")
	}
	name := p.ident()
	if reservedClass[Lower(name)] {
		p.fail(line, "cannot use %q as class name as it is reserved", name)
	}
	decl.Name = p.names.full(name)
	p.declared(p.names.class, &p.names.ownClass, Lower(name), decl.Name, line)
	hoisted := p.fn.decl == nil && p.nest == 0
	p.classBody(decl)
	return &ClassStmt{p.at(start), decl, hoisted}
}

// classBody parses a class from behind its name.
func (p *parser) classBody(decl *ClassDecl) {
	height := p.enter()
	defer p.leave(height, 0)
	if decl.Kind == "enum" && p.acceptOp(":") {
		line := p.tok.line
		t := p.typeHint(propertyType)
		if t.Nullable || len(t.Names) != 1 || t.Names[0] != "int" && t.Names[0] != "string" {
			p.fail(line, "enum backing type must be int or string")
		}
		decl.backed, decl.backing = true, t
	}
	if p.isWord("extends") && (decl.Kind == "class" || decl.Kind == "interface") {
		p.advance()
		if decl.Kind == "interface" {
			decl.Interfaces = p.classNames()
		} else {
			decl.Parent = p.parentName()
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
	p.uniqueMembers(decl)
}

func (p *parser) parentName() string {
	line := p.tok.line
	name := p.className()
	if reservedClass[Lower(name)] {
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
func (p *parser) uniqueMembers(decl *ClassDecl) {
	seen := map[string]bool{}
	once := func(line int32, key, name string) {
		if seen[key] {
			p.fail(int(line), "cannot redeclare %s::%s", decl.Name, name)
		}
		seen[key] = true
	}
	for _, m := range decl.Methods {
		once(m.Line, "()"+Lower(m.Name), m.Name+"()")
	}
	for _, c := range decl.Consts {
		once(c.Line, c.Name, c.Name)
	}
	for _, c := range decl.cases {
		once(c.Line, c.Name, c.Name)
	}
	for _, prop := range decl.Props {
		once(decl.line, "$"+prop.Name, "$"+prop.Name)
	}
}

var memberModifiers = WordSet("public protected private static abstract final readonly var")

// classMember parses one member of a class.
func (p *parser) classMember(decl *ClassDecl) {
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

func (p *parser) classConsts(decl *ClassDecl, mods map[string]bool, line int) {
	for _, word := range []string{"static", "abstract", "readonly", "var"} {
		if mods[word] {
			p.fail(line, "cannot use %q as constant modifier", word)
		}
	}
	switch {
	case mods["private"] && mods["final"]:
		p.fail(line, "a private constant cannot be final")
	case decl.Kind == "interface" && (mods["private"] || mods["protected"]):
		p.fail(line, "access type for an interface constant must be public")
	}
	p.advance()
	for {
		start := p.tok
		item := ConstItem{Name: p.member(), Access: accessOf(mods)}
		if Lower(item.Name) == "class" {
			p.fail(start.line, "a class constant must not be called 'class'; it is reserved for class name fetching")
		}
		p.expectOp("=")
		item.Val = p.constant(false)
		item.Pos = p.at(start)
		decl.Consts = append(decl.Consts, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
}

func (p *parser) enumCase(decl *ClassDecl) {
	start := p.tok
	p.advance()
	item := ConstItem{Name: p.member()}
	if p.acceptOp("=") {
		item.Val = p.constant(false)
	}
	switch {
	case Lower(item.Name) == "class":
		p.fail(start.line, "a class constant must not be called 'class'; it is reserved for class name fetching")
	case decl.Kind != "enum":
		p.fail(start.line, "case can only be used in enums")
	case item.Val == nil && decl.backed:
		p.fail(start.line, "case %s of backed enum %s must have a value", item.Name, decl.Name)
	case item.Val != nil && !decl.backed:
		p.fail(start.line, "case %s of non-backed enum %s must not have a value", item.Name, decl.Name)
	}
	p.expectSemi()
	item.Pos = p.at(start)
	decl.cases = append(decl.cases, item)
}
