package php

// functionStatement parses function name(…) { … }.
func (p *parser) functionStatement() stmt {
	start := p.tok
	p.advance()
	fn := &funcDecl{file: p.src, line: int32(start.line)}
	fn.refReturn = p.acceptOp("&")
	if p.isWord("readonly") && p.peek().text == "(" {
		p.tok.low = "" // the one reserved word that a function may have
	}
	fn.name = p.names.full(p.ident("identifier"))
	hoisted := p.fn.decl == nil && p.nest == 0
	class := p.class
	p.class = nil
	p.inFunc(fn, false, func() {
		p.signature(fn)
		fn.body = p.block(nil)
	})
	p.class = class
	return &funcStmt{p.at(start), fn, hoisted}
}

// signature parses parameters and the type of the result.
func (p *parser) signature(fn *funcDecl) {
	fn.params = p.params()
	if p.acceptOp(":") {
		fn.result = p.typeHint()
	}
}

// closure parses function (…) {…} and fn (…) => …, static or not.
func (p *parser) closure() expr {
	start := p.tok
	x := &closureExpr{fn: &funcDecl{name: "{closure}", file: p.src, line: int32(start.line)}}
	fn := x.fn
	x.static = p.acceptWord("static")
	fn.static = x.static
	x.arrow = p.isWord("fn")
	p.advance()
	fn.refReturn = p.acceptOp("&")
	if p.class != nil {
		fn.class = p.class.decl.name
	}
	p.inFunc(fn, true, func() {
		fn.params = p.params()
		if x.arrow {
			if p.acceptOp(":") {
				fn.result = p.typeHint()
			}
			p.expectOp("=>")
			fn.arrow = p.exprAbove(bindThrow)
			return
		}
		if p.acceptWord("use") {
			x.uses = p.closureUses(fn.params)
		}
		if p.acceptOp(":") {
			fn.result = p.typeHint()
		}
		fn.body = p.block(nil)
	})
	x.at = p.at(start)
	return x
}

func (p *parser) closureUses(params []param) []closureUse {
	p.expectOp("(")
	taken := map[string]bool{}
	for _, param := range params {
		taken[param.name] = true
	}
	var uses []closureUse
	for {
		line := p.tok.line
		use := closureUse{ref: p.acceptOp("&")}
		use.name = p.varName()
		if use.name == "this" || superglobals[use.name] {
			p.fail(line, "cannot use $%s as lexical variable", use.name)
		}
		if taken[use.name] {
			p.fail(line, "cannot use lexical variable $%s as a parameter name, or twice", use.name)
		}
		taken[use.name] = true
		uses = append(uses, use)
		if !p.acceptOp(",") || p.isOp(")") {
			break
		}
	}
	p.expectOp(")")
	return uses
}

var superglobals = wordSet("GLOBALS _GET _POST _COOKIE _SERVER _ENV _REQUEST _SESSION _FILES")

// params parses parameters with their parentheses.
func (p *parser) params() []param {
	p.expectOp("(")
	var params []param
	taken := map[string]bool{}
	for !p.isOp(")") {
		line := p.tok.line
		prm := p.param()
		switch {
		case prm.name == "this":
			p.fail(line, "cannot use $this as parameter")
		case superglobals[prm.name]:
			p.fail(line, "cannot re-assign auto-global variable %s", prm.name)
		case taken[prm.name]:
			p.fail(line, "redefinition of parameter $%s", prm.name)
		case len(params) > 0 && params[len(params)-1].variadic:
			p.fail(line, "only the last parameter can be variadic")
		case prm.variadic && prm.def != nil:
			p.fail(line, "variadic parameter cannot have a default value")
		}
		taken[prm.name] = true
		params = append(params, prm)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	return params
}

var promotions = wordSet("public protected private readonly")

func (p *parser) param() param {
	var prm param
	line := p.tok.line
	p.attributes()
	for p.tok.kind == tIdent && promotions[p.tok.low] {
		prm.promote = true
		p.advance()
	}
	if prm.promote && (p.fn.decl == nil || lower(p.fn.decl.name) != "__construct" || p.class == nil) {
		p.fail(line, "cannot declare promoted property outside a constructor")
	}
	if !p.isOp("&") && !p.isOp("...") && p.tok.kind != tVar {
		prm.typ = p.typeHint()
	}
	prm.ref = p.acceptOp("&")
	prm.variadic = p.acceptOp("...")
	prm.name = p.varName()
	if p.acceptOp("=") {
		prm.def = p.expr()
		p.requireConst(prm.def, true)
	}
	if prm.promote && prm.variadic {
		p.fail(line, "cannot declare variadic promoted property")
	}
	return prm
}

// typeHint parses a declared type.
func (p *parser) typeHint() *typeHint {
	t := &typeHint{}
	if p.acceptOp("?") {
		t.nullable = true
		t.names = append(t.names, p.typeName())
		return t
	}
	for {
		if p.acceptOp("(") {
			p.typeNames(t)
			p.expectOp(")")
		} else {
			p.typeNames(t)
		}
		if !p.acceptOp("|") {
			break
		}
	}
	for _, name := range t.names {
		t.nullable = t.nullable || name == "null" || name == "mixed"
	}
	return t
}

// typeNames parses A&B; an ampersand before a variable belongs to that.
func (p *parser) typeNames(t *typeHint) {
	for {
		t.names = append(t.names, p.typeName())
		if !p.isOp("&") {
			return
		}
		if next := p.peek(); next.kind == tVar || next.text == "..." || next.text == "&" {
			return
		}
		p.advance()
		t.inter = true
	}
}

var builtinTypes = wordSet(`int float string bool iterable object mixed void never null false true
	self parent static array callable`)

func (p *parser) typeName() string {
	t := p.tok
	if t.kind == tIdent && (t.low == "static" || t.low == "array" || t.low == "callable") {
		p.advance()
		return t.low
	}
	if t.kind != tName && (t.kind != tIdent || reserved[t.low]) {
		p.unexpected("type")
	}
	p.advance()
	if builtinTypes[t.low] {
		return t.low
	}
	return lower(p.names.classOf(t.text))
}

// attributes parses #[…] as often as it comes; they mean nothing here.
func (p *parser) attributes() {
	for p.tok.kind == tAttribute {
		p.advance()
		for !p.isOp("]") {
			p.className()
			if p.isOp("(") {
				line := p.tok.line
				args, first := p.args()
				if first {
					p.fail(line, "cannot create Closure as attribute argument")
				}
				for _, a := range args {
					p.requireConst(a.x, true)
				}
			}
			if !p.acceptOp(",") {
				break
			}
		}
		p.expectOp("]")
	}
}

// attributed parses a statement that begins with attributes.
func (p *parser) attributed() stmt {
	p.attributes()
	switch {
	case p.isWord("function") && p.declaresFunction():
		return p.functionStatement()
	case p.isWordOf("abstract", "final", "class", "trait", "interface", "readonly", "enum"):
		return p.classStatement()
	}
	start := p.tok
	closure, flags := p.closureAfterAttributes()
	x, _, _ := p.tail(start, closure, flags)
	p.expectSemi()
	return &exprStmt{p.at(start), x}
}

func (p *parser) closureAfterAttributes() (expr, operandFlags) {
	if !p.isWordOf("fn", "function", "static") {
		p.unexpected("")
	}
	if next := p.peek(); p.isWord("static") && next.low != "fn" && next.low != "function" {
		p.unexpected("")
	}
	return p.closure(), 0
}

// declare parses declare(…), the only one with a meaning being strict_types.
func (p *parser) declare(dst []stmt) []stmt {
	start := p.tok
	p.advance()
	p.expectOp("(")
	strict := false
	for {
		line := p.tok.line
		name := lower(p.ident("identifier"))
		p.expectOp("=")
		x := p.expr()
		lit, ok := x.(*litExpr)
		if !ok {
			p.fail(line, "declare(%s) value must be a literal", name)
		}
		if name == "strict_types" {
			strict = true
			p.strictTypes(lit, line, len(dst) > 0 || p.fn.decl != nil || p.nest > 0)
		}
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	if p.isSemi() {
		p.advance()
		return dst
	}
	if strict {
		p.fail(start.line, "strict_types declaration must not use block mode")
	}
	p.nest++
	body := p.declareBody()
	p.nest--
	return append(dst, &blockStmt{p.at(start), body})
}

func (p *parser) declareBody() []stmt {
	if !p.acceptOp(":") {
		return p.statement(nil)
	}
	body := p.until("enddeclare")
	p.advance()
	p.expectSemi()
	return body
}

func (p *parser) strictTypes(lit *litExpr, line int, late bool) {
	n, ok := lit.v.(intVal)
	if !ok || n != 0 && n != 1 {
		p.fail(line, "strict_types declaration must have 0 or 1 as its value")
	}
	if late || p.begun {
		p.fail(line, "strict_types declaration must be the very first statement in the script")
	}
	p.src.strict = n == 1
}
