package syntax

// A funcScope is what the parser knows about the function that it is in.
type funcScope struct {
	decl    *FuncDecl // nil: the file itself
	closure bool
}

// inFunc runs a parser of a function's body within the function's own scope.
func (p *parser) inFunc(decl *FuncDecl, closure bool, body func()) {
	fn, nest := p.fn, p.nest
	p.fn, p.nest = &funcScope{decl: decl, closure: closure}, 0
	body()
	p.fn, p.nest = fn, nest
}
