package syntax

// Where a type stands decides which types it may be.
type typePlace uint8

const (
	paramType typePlace = iota
	propertyType
	resultType
)

var builtinTypes = WordSet(`int float string bool iterable object mixed void never null false true
	self parent static array callable`)

// typeHint parses a declared type.
func (p *parser) typeHint(place typePlace) *TypeHint {
	t := &TypeHint{}
	line := p.tok.line
	if p.acceptOp("?") {
		t.Nullable = true
		t.Names = append(t.Names, p.typeName())
		p.checkType(t, place, line)
		return t
	}
	for {
		if p.acceptOp("(") {
			if p.typeNames(t) == 1 {
				p.unexpected(`"&"`)
			}
			p.expectOp(")")
		} else if p.typeNames(t) > 1 {
			t.plain = true
			break
		}
		if !p.acceptOp("|") {
			break
		}
	}
	p.checkType(t, place, line)
	for _, name := range t.Names {
		t.Nullable = t.Nullable || name == "null" || name == "mixed"
	}
	return t
}

// typeNames parses A&B and counts them; an ampersand before a variable belongs
// to that.
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
	if t.kind == tIdent && (t.low == "static" || t.low == "array" || t.low == "callable") {
		p.advance()
		p.classScope(t.low, t.line)
		return t.low
	}
	if t.kind != tName && (t.kind != tIdent || reserved[t.low]) {
		p.unexpected("type")
	}
	p.advance()
	if builtinTypes[t.low] {
		p.classScope(t.low, t.line)
		return t.low
	}
	return Lower(p.names.classOf(t.text))
}

// checkType refuses types that cannot stand in a place, alone or with others.
func (p *parser) checkType(t *TypeHint, place typePlace, line int) {
	alone := len(t.Names) == 1 && !t.Nullable
	seen := map[string]bool{}
	for _, name := range t.Names {
		ok := true
		switch name {
		case "void", "never":
			ok = alone && place == resultType
		case "static":
			ok = place == resultType
		case "callable":
			ok = place != propertyType
		case "mixed":
			ok = alone
		case "null":
			ok = !t.Nullable
		}
		if !ok || seen[name] && !t.Intersection {
			p.fail(line, "type %s cannot be used here", name)
		}
		seen[name] = true
	}
	if seen["bool"] && (seen["false"] || seen["true"]) || seen["true"] && seen["false"] {
		p.fail(line, "duplicate type false is redundant")
	}
	if t.Intersection {
		p.checkIntersection(t, line)
	}
}

func (p *parser) checkIntersection(t *TypeHint, line int) {
	if t.Nullable {
		p.fail(line, "an intersection of types cannot be nullable")
	}
	if len(t.Names) > 1 && t.plain {
		for _, name := range t.Names {
			if builtinTypes[name] && name != "self" && name != "parent" {
				p.fail(line, "type %s cannot be part of an intersection type", name)
			}
		}
	}
}
