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
	name := p.ident()
	fn.name = p.names.full(name)
	p.declared(p.names.fn, &p.names.ownFn, lower(name), fn.name, start.line)
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
		fn.result = p.typeHint(resultType)
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
		fn.class = p.class.name
	}
	p.inFunc(fn, true, func() {
		fn.params = p.params()
		if x.arrow {
			if p.acceptOp(":") {
				fn.result = p.typeHint(resultType)
			}
			p.expectOp("=>")
			fn.arrow = p.exprAbove(bindThrow)
			return
		}
		if p.acceptWord("use") {
			x.uses = p.closureUses(fn.params)
		}
		if p.acceptOp(":") {
			fn.result = p.typeHint(resultType)
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
		if use.name == "this" || autoGlobals[use.name] {
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

var autoGlobals = wordSet("GLOBALS _GET _POST _COOKIE _SERVER _ENV _REQUEST _SESSION _FILES")

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
		case autoGlobals[prm.name]:
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
	place, mods := paramType, map[string]bool{}
	for p.tok.kind == tIdent && promotions[p.tok.low] {
		prm.promote = true
		p.modifier(mods)
		p.advance()
	}
	if prm.promote {
		p.checkPromotion(line)
		place = propertyType
	}
	if !p.isOp("&") && !p.isOp("...") && p.tok.kind != tVar {
		prm.typ = p.typeHint(place)
	}
	prm.ref = p.acceptOp("&")
	prm.variadic = p.acceptOp("...")
	prm.name = p.varName()
	if p.acceptOp("=") {
		prm.def = p.constant(true)
	}
	switch {
	case !prm.promote:
	case prm.variadic:
		p.fail(line, "cannot declare variadic promoted property")
	case prm.typ == nil && (mods["readonly"] || p.class.readonly):
		p.fail(line, "readonly property %s::$%s must have type", p.class.name, prm.name)
	default:
		p.class.props = append(p.class.props, propItem{
			name: prm.name, typed: prm.typ != nil, promoted: true, access: accessOf(mods),
			readonly: mods["readonly"] || p.class.readonly, typ: prm.typ,
		})
	}
	return prm
}

// checkPromotion refuses a property declared by a parameter of anything but a
// constructor.
func (p *parser) checkPromotion(line int) {
	fn := p.fn.decl
	if p.class == nil || p.fn.closure || lower(fn.name) != "__construct" || fn.abstract {
		p.fail(line, "cannot declare promoted property outside a constructor, or in an abstract one")
	}
}

// attributes parses #[…] as often as it comes; they mean nothing here.
func (p *parser) attributes() {
	for p.tok.kind == tAttribute {
		p.advance()
		for first := true; first || !p.isOp("]"); first = false {
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
