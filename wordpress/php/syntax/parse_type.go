package syntax

var builtinTypes = WordSet(`int float string bool iterable object mixed void never null false true
	self parent static array callable`)

// typeHint parses a declared type.
func (p *parser) typeHint() *TypeHint {
	t := &TypeHint{}
	if p.acceptOp("?") {
		t.Nullable = true
		t.Names = append(t.Names, p.typeName())
		return t
	}
	for {
		if p.acceptOp("(") {
			if p.typeNames(t) == 1 {
				p.unexpected(`"&"`)
			}
			p.expectOp(")")
		} else if p.typeNames(t) > 1 {
			break
		}
		if !p.acceptOp("|") {
			break
		}
	}
	for _, name := range t.Names {
		t.Nullable = t.Nullable || name == "null" || name == "mixed"
	}
	return t
}

// typeNames parses A&B and returns the number of names. An ampersand before a variable
// belongs to the variable.
func (p *parser) typeNames(t *TypeHint) int {
	for n := 1; ; n++ {
		t.Names = append(t.Names, p.typeName())
		if !p.isOp("&") {
			return n
		}
		if next := p.peek(); next.kind == tVar || next.text == "..." {
			return n
		}
		p.advance()
		t.Intersection = true
	}
}

func (p *parser) typeName() string {
	t := p.tok
	if t.kind == tIdent && (t.lower == "static" && p.result || t.lower == "array" || t.lower == "callable") {
		p.advance()
		return t.lower
	}
	if t.kind != tName && (t.kind != tIdent || reserved[t.lower]) {
		p.unexpected("type")
	}
	p.advance()
	if builtinTypes[t.lower] {
		return t.lower
	}
	return Lower(p.names.classOf(t.text))
}
