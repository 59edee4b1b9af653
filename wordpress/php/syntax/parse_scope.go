package syntax

// funcScope is what the parser knows of the function around it.
type funcScope struct {
	decl    *FuncDecl // nil: the file
	closure bool
	loops   int       // around the statement
	finally int       // how many of them stand around the innermost finally
	loop    *loopMark // the innermost
	labels  map[string]*loopMark
	gotos   []gotoMark
	returns []returnMark
}

// A loopMark is one loop or switch; a goto may leave it but not enter.
type loopMark struct{ outer *loopMark }

type gotoMark struct {
	label token
	loop  *loopMark
}

type returnMark struct {
	line  int
	value bool
}

// inFunc runs a parser of a function's body within the function's own scope.
func (p *parser) inFunc(decl *FuncDecl, closure bool, body func()) {
	fn, nest := p.fn, p.nest
	p.fn, p.nest = &funcScope{decl: decl, closure: closure}, 0
	body()
	p.checkLabels()
	p.checkReturns()
	p.fn, p.nest = fn, nest
}

// inLoop runs a parser of a loop's body.
func (p *parser) inLoop(body func()) {
	p.fn.loops++
	p.fn.loop = &loopMark{p.fn.loop}
	p.nest++
	body()
	p.nest--
	p.fn.loop = p.fn.loop.outer
	p.fn.loops--
}

// checkLabels refuses a goto to nowhere or into a loop.
func (p *parser) checkLabels() {
	for _, mark := range p.fn.gotos {
		to, ok := p.fn.labels[mark.label.text]
		if !ok {
			p.fail(mark.label.line, "'goto' to undefined label %q", mark.label.text)
		}
		from := mark.loop
		for from != to && from != nil {
			from = from.outer
		}
		if from != to {
			p.fail(mark.label.line, "'goto' into loop or switch statement is disallowed")
		}
	}
}

// checkReturns holds return statements to the declared type of the result.
func (p *parser) checkReturns() {
	decl := p.fn.decl
	if decl.Result == nil || decl.Generator {
		return
	}
	kind := ""
	if len(decl.Result.Names) == 1 {
		kind = decl.Result.Names[0]
	}
	for _, r := range p.fn.returns {
		switch {
		case kind == "never":
			p.fail(r.line, "a never-returning function must not return")
		case kind == "void" && r.value:
			p.fail(r.line, "a void function must not return a value")
		case kind != "void" && !r.value:
			p.fail(r.line, "a function with return type must return a value")
		}
	}
}

// scopeKnown tells whether the class that self means is settled by the file.
func (p *parser) scopeKnown() bool {
	switch {
	case p.fn.closure, p.constants > 0:
		return false
	case p.class == nil:
		return p.fn.decl != nil
	}
	return p.class.Kind != "trait"
}

// classScope refuses self, parent and static where no class is around.
func (p *parser) classScope(name string, line int) {
	if name != "self" && name != "parent" && name != "static" || !p.scopeKnown() {
		return
	}
	if p.class == nil {
		p.fail(line, "cannot use %q when no class scope is active", name)
	}
	if name == "parent" && p.class.Parent == "" {
		p.fail(line, `cannot use "parent" when current class scope has no parent`)
	}
}

func (p *parser) label() Stmt {
	start := p.tok
	if _, dup := p.fn.labels[start.text]; dup {
		p.fail(start.line, "label %q already defined", start.text)
	}
	if p.fn.labels == nil {
		p.fn.labels = map[string]*loopMark{}
	}
	p.fn.labels[start.text] = p.fn.loop
	p.advance()
	p.advance()
	return &LabelStmt{p.at(start), start.text}
}

func (p *parser) gotoStatement() Stmt {
	start := p.tok
	p.advance()
	p.fn.gotos = append(p.fn.gotos, gotoMark{p.tok, p.fn.loop})
	label := p.ident()
	p.expectSemi()
	return &gotoStmt{p.at(start), label}
}
