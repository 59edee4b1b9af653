package syntax

import "strings"

// names holds the namespace and the imports in force.
type names struct {
	space   string
	class   map[string]string // lower-case alias to full name
	fn      map[string]string
	consts  map[string]string // alias to full name
	braced  bool              // namespace { }
	seen    bool              // a namespace was declared
	outside bool              // behind the } of a namespace

	// What the file declared under their own names since the namespace began.
	ownClass, ownFn, ownConst map[string]string
}

func (n *names) enter(space string) {
	n.space, n.seen = space, true
	n.class, n.fn, n.consts = nil, nil, nil
	n.ownClass, n.ownFn, n.ownConst = nil, nil, nil
}

// full is the name that a declaration of name gets.
func (n *names) full(name string) string {
	if n.space == "" {
		return name
	}
	return n.space + `\` + name
}

// qualified resolves a name with a backslash.
func (n *names) qualified(name string) string {
	if name[0] == '\\' {
		return name[1:]
	}
	head, rest, _ := strings.Cut(name, `\`)
	if Lower(head) == "namespace" {
		return n.full(rest)
	}
	if to, ok := n.class[Lower(head)]; ok {
		return to + `\` + rest
	}
	return n.full(name)
}

// classOf resolves the name of a class; self, parent and static stay.
func (n *names) classOf(name string) string {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name)
	}
	low := Lower(name)
	if low == "self" || low == "parent" || low == "static" {
		return low
	}
	if to, ok := n.class[low]; ok {
		return to
	}
	return n.full(name)
}

// funcOf resolves the name of a function, and of the global one that takes its
// place where the namespace has none.
func (n *names) funcOf(name string) (full, fallback string) {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name), ""
	}
	if to, ok := n.fn[Lower(name)]; ok {
		return to, ""
	}
	return n.withFallback(name)
}

// constOf resolves the name of a constant likewise.
func (n *names) constOf(name string) (full, fallback string) {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name), ""
	}
	switch low := Lower(name); low {
	case "true", "false", "null":
		return low, ""
	}
	if to, ok := n.consts[name]; ok {
		return to, ""
	}
	return n.withFallback(name)
}

func (n *names) withFallback(name string) (full, fallback string) {
	if n.space == "" {
		return name, ""
	}
	return n.full(name), name
}

// namespace parses a namespace declaration.
func (p *parser) namespace(dst []Stmt) []Stmt {
	line := p.tok.line
	p.advance()
	space := ""
	if p.tok.kind == tIdent || p.tok.kind == tName && p.tok.text[0] != '\\' {
		space = p.tok.text
		p.advance()
	} else if !p.isOp("{") {
		p.unexpected(`"{"`)
	}
	if first, _, _ := strings.Cut(Lower(space), `\`); first == "namespace" {
		p.fail(line, "cannot use %q as namespace name", space)
	}
	if p.names.braced != p.isOp("{") && p.names.seen {
		p.fail(line, "cannot mix bracketed namespace declarations with unbracketed namespace declarations")
	}
	if !p.names.seen && p.code {
		p.fail(line, "namespace declaration statement has to be the very first statement in the script")
	}
	p.names.braced, p.names.outside = p.isOp("{"), false
	p.names.enter(space)
	if !p.names.braced {
		p.expectSemi()
		return dst
	}
	p.expectOp("{")
	for !p.isOp("}") {
		if p.isWord("namespace") && p.peek().text != `\` {
			p.fail(p.tok.line, "namespace declarations cannot be nested")
		}
		dst = p.topStatement(dst)
	}
	p.advance()
	p.names.enter("")
	p.names.outside = true
	return dst
}

// use parses imports.
func (p *parser) use() {
	p.advance()
	kind := p.useKind()
	for {
		prefix := p.useName()
		if p.acceptOp(`\`) {
			p.useGroup(prefix, kind)
			break
		}
		p.useClause(prefix, kind)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectSemi()
}

// useKind consumes "function" or "const"; "" is a class.
func (p *parser) useKind() string {
	if p.isWordOf("function", "const") {
		kind := p.tok.low
		p.advance()
		return kind
	}
	return ""
}

func (p *parser) useName() string {
	t := p.tok
	if t.kind != tName && (t.kind != tIdent || reserved[t.low]) {
		p.unexpected("identifier")
	}
	p.advance()
	name := strings.TrimPrefix(t.text, `\`)
	if first, _, ok := strings.Cut(name, `\`); ok && Lower(first) == "namespace" {
		p.fail(t.line, "unexpected %q", t.text)
	}
	return name
}

func (p *parser) useGroup(prefix, kind string) {
	p.expectOp("{")
	for {
		each := kind
		if kind == "" {
			each = p.useKind()
		}
		if p.tok.kind == tName && p.tok.text[0] == '\\' {
			p.unexpected("identifier")
		}
		p.useClause(prefix+`\`+p.useName(), each)
		if !p.acceptOp(",") || p.isOp("}") {
			break
		}
	}
	p.expectOp("}")
}

func (p *parser) useClause(name, kind string) {
	line := p.tok.line
	alias := name[strings.LastIndexByte(name, '\\')+1:]
	if p.acceptWord("as") {
		alias = p.ident()
	}
	table, own := &p.names.class, p.names.ownClass
	key := Lower(alias)
	switch kind {
	case "function":
		table, own = &p.names.fn, p.names.ownFn
	case "const":
		table, own, key = &p.names.consts, p.names.ownConst, alias
	default:
		if reservedClass[key] {
			p.fail(line, "cannot use %s as %s because it is a special class name", name, alias)
		}
	}
	if *table == nil {
		*table = map[string]string{}
	}
	if _, dup := (*table)[key]; dup {
		p.fail(line, "cannot use %s as %s because the name is already in use", name, alias)
	}
	if to, ok := own[key]; ok && to != Lower(name) {
		p.fail(line, "cannot use %s as %s because the name is already in use", name, alias)
	}
	(*table)[key] = name
}

// declared notes a declaration by its name, and refuses it where that name was
// imported from elsewhere.
func (p *parser) declared(imports map[string]string, own *map[string]string, key, full string, line int) {
	if to, ok := imports[key]; ok && Lower(to) != Lower(full) {
		p.fail(line, "cannot declare %s because the name is already in use", full)
	}
	if *own == nil {
		*own = map[string]string{}
	}
	(*own)[key] = Lower(full)
}
