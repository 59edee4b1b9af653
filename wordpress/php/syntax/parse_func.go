package syntax

// functionStatement parses function name(…) { … }.
func (p *parser) functionStatement() Stmt {
	start := p.tok
	p.advance()
	fn := &FuncDecl{File: p.src, Line: int32(start.line)}
	fn.RefReturn = p.acceptOp("&")
	if p.isWord("readonly") && p.peek().text == "(" {
		p.tok.low = "" // the one reserved word that a function may have
	}
	name := p.ident()
	fn.Name = p.names.full(name)
	p.declared(p.names.fn, &p.names.ownFn, Lower(name), fn.Name, start.line)
	hoisted := p.fn.decl == nil && p.nest == 0
	class := p.class
	p.class = nil
	p.inFunc(fn, false, func() {
		p.signature(fn)
		fn.Body = p.block(nil)
	})
	p.class = class
	return &FuncStmt{p.at(start), fn, hoisted}
}

// signature parses parameters and the type of the result.
func (p *parser) signature(fn *FuncDecl) {
	fn.Params = p.params()
	if p.acceptOp(":") {
		fn.Result = p.typeHint(resultType)
	}
}

// closure parses function (…) {…} and fn (…) => …, static or not.
func (p *parser) closure() Expr {
	start := p.tok
	x := &ClosureExpr{Fn: &FuncDecl{Name: "{closure}", File: p.src, Line: int32(start.line)}}
	fn := x.Fn
	x.Static = p.acceptWord("static")
	fn.Static = x.Static
	x.Arrow = p.isWord("fn")
	p.advance()
	fn.RefReturn = p.acceptOp("&")
	if p.class != nil {
		fn.class = p.class.Name
	}
	p.inFunc(fn, true, func() {
		fn.Params = p.params()
		if x.Arrow {
			if p.acceptOp(":") {
				fn.Result = p.typeHint(resultType)
			}
			p.expectOp("=>")
			fn.Arrow = p.exprAbove(bindThrow)
			return
		}
		if p.acceptWord("use") {
			x.Uses = p.closureUses(fn.Params)
		}
		if p.acceptOp(":") {
			fn.Result = p.typeHint(resultType)
		}
		fn.Body = p.block(nil)
	})
	x.Pos = p.at(start)
	return x
}

func (p *parser) closureUses(params []Param) []closureUse {
	p.expectOp("(")
	taken := map[string]bool{}
	for _, param := range params {
		taken[param.Name] = true
	}
	var uses []closureUse
	for {
		line := p.tok.line
		use := closureUse{Ref: p.acceptOp("&")}
		use.Name = p.varName()
		if use.Name == "this" || autoGlobals[use.Name] {
			p.fail(line, "cannot use $%s as lexical variable", use.Name)
		}
		if taken[use.Name] {
			p.fail(line, "cannot use lexical variable $%s as a parameter name, or twice", use.Name)
		}
		taken[use.Name] = true
		uses = append(uses, use)
		if !p.acceptOp(",") || p.isOp(")") {
			break
		}
	}
	p.expectOp(")")
	return uses
}

var autoGlobals = WordSet("GLOBALS _GET _POST _COOKIE _SERVER _ENV _REQUEST _SESSION _FILES")

// params parses parameters with their parentheses.
func (p *parser) params() []Param {
	p.expectOp("(")
	var params []Param
	taken := map[string]bool{}
	for !p.isOp(")") {
		line := p.tok.line
		prm := p.param()
		switch {
		case prm.Name == "this":
			p.fail(line, "cannot use $this as parameter")
		case autoGlobals[prm.Name]:
			p.fail(line, "cannot re-assign auto-global variable %s", prm.Name)
		case taken[prm.Name]:
			p.fail(line, "redefinition of parameter $%s", prm.Name)
		case len(params) > 0 && params[len(params)-1].Variadic:
			p.fail(line, "only the last parameter can be variadic")
		case prm.Variadic && prm.Default != nil:
			p.fail(line, "variadic parameter cannot have a default value")
		}
		taken[prm.Name] = true
		params = append(params, prm)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	return params
}

var promotions = WordSet("public protected private readonly")

func (p *parser) param() Param {
	var prm Param
	line := p.tok.line
	p.attributes()
	place, mods := paramType, map[string]bool{}
	for p.tok.kind == tIdent && promotions[p.tok.low] {
		prm.Promote = true
		p.modifier(mods)
		p.advance()
	}
	if prm.Promote {
		p.checkPromotion(line)
		place = propertyType
	}
	if !p.isOp("&") && !p.isOp("...") && p.tok.kind != tVar {
		prm.Type = p.typeHint(place)
	}
	prm.Ref = p.acceptOp("&")
	prm.Variadic = p.acceptOp("...")
	prm.Name = p.varName()
	if p.acceptOp("=") {
		prm.Default = p.constant(true)
	}
	switch {
	case !prm.Promote:
	case prm.Variadic:
		p.fail(line, "cannot declare variadic promoted property")
	case prm.Type == nil && (mods["readonly"] || p.class.Readonly):
		p.fail(line, "readonly property %s::$%s must have type", p.class.Name, prm.Name)
	default:
		p.class.Props = append(p.class.Props, PropItem{
			Name: prm.Name, Typed: prm.Type != nil, promoted: true, Access: accessOf(mods),
			Readonly: mods["readonly"] || p.class.Readonly, Type: prm.Type,
		})
	}
	return prm
}

// checkPromotion refuses a property declared by a parameter of anything but a
// constructor.
func (p *parser) checkPromotion(line int) {
	fn := p.fn.decl
	if p.class == nil || p.fn.closure || Lower(fn.Name) != "__construct" || fn.abstract {
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
					p.requireConst(a.X, true)
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
func (p *parser) attributed() Stmt {
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
	return &ExprStmt{p.at(start), x}
}

func (p *parser) closureAfterAttributes() (Expr, operandFlags) {
	if !p.isWordOf("fn", "function", "static") {
		p.unexpected("")
	}
	if next := p.peek(); p.isWord("static") && next.low != "fn" && next.low != "function" {
		p.unexpected("")
	}
	return p.closure(), 0
}
