package syntax

import "strings"

// names holds the current namespace and imports.
type names struct {
	space  string
	class  map[string]string // lower-case alias to full name
	fn     map[string]string
	consts map[string]string // alias to full name
}

// full returns the full name that a declaration of name gets.
func (n *names) full(name string) string {
	if n.space == "" {
		return name
	}
	return n.space + `\` + name
}

// qualified resolves a name that contains a backslash.
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

// classOf resolves the name of a class. self, parent and static are not changed.
func (n *names) classOf(name string) string {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name)
	}
	lower := Lower(name)
	if lower == "self" || lower == "parent" || lower == "static" {
		return lower
	}
	if to, ok := n.class[lower]; ok {
		return to
	}
	return n.full(name)
}

// funcOf resolves the name of a function. fallback is the global function to use if the
// namespace does not define it.
func (n *names) funcOf(name string) (full, fallback string) {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name), ""
	}
	if to, ok := n.fn[Lower(name)]; ok {
		return to, ""
	}
	return n.withFallback(name)
}

// constOf resolves the name of a constant in the same way.
func (n *names) constOf(name string) (full, fallback string) {
	if strings.IndexByte(name, '\\') >= 0 {
		return n.qualified(name), ""
	}
	switch lower := Lower(name); lower {
	case "true", "false", "null":
		return lower, ""
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
	p.advance()
	space := ""
	if p.tok.kind == tIdent || p.tok.kind == tName && p.tok.text[0] != '\\' {
		if space = p.tok.text; strings.HasPrefix(Lower(space), `namespace\`) {
			p.unexpected("identifier")
		}
		p.advance()
	} else if !p.isOp("{") {
		p.unexpected(`"{"`)
	}
	p.names = names{space: space}
	if !p.acceptOp("{") {
		p.expectStatementEnd()
		return dst
	}
	for !p.isOp("}") {
		dst = p.topStatement(dst)
	}
	p.advance()
	p.names = names{}
	return dst
}

// use parses imports.
func (p *parser) use() {
	p.advance()
	kind := p.useKind()
	p.list(func() {
		prefix := p.useName()
		if !p.acceptOp(`\`) {
			p.useClause(prefix, kind)
			return
		}
		p.expectOp("{")
		p.nonEmptyListTo("}", func() {
			each := kind
			if kind == "" {
				each = p.useKind()
			}
			if p.tok.kind == tName && p.tok.text[0] == '\\' {
				p.unexpected("identifier")
			}
			p.useClause(prefix+`\`+p.useName(), each)
		})
	})
	p.expectStatementEnd()
}

// useKind consumes "function" or "const"; it returns "" for the import of a class.
func (p *parser) useKind() string {
	if p.isWordOf("function", "const") {
		kind := p.tok.lower
		p.advance()
		return kind
	}
	return ""
}

func (p *parser) useName() string {
	t := p.tok
	if t.kind != tName && (t.kind != tIdent || reserved[t.lower]) || strings.HasPrefix(Lower(t.text), `namespace\`) {
		p.unexpected("identifier")
	}
	p.advance()
	return strings.TrimPrefix(t.text, `\`)
}

func (p *parser) useClause(name, kind string) {
	alias := name[strings.LastIndexByte(name, '\\')+1:]
	if p.acceptWord("as") {
		alias = p.ident()
	}
	table, key := &p.names.class, Lower(alias)
	switch kind {
	case "function":
		table = &p.names.fn
	case "const":
		table, key = &p.names.consts, alias
	}
	if *table == nil {
		*table = map[string]string{}
	}
	(*table)[key] = name
}
