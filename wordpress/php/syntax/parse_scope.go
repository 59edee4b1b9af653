package syntax

// A funcScope describes the function that the parser is in.
type funcScope struct {
	decl    *FuncDecl // nil: the file itself
	closure bool
}

// inFunc runs the parser of a function's body with a new scope.
func (p *parser) inFunc(decl *FuncDecl, closure bool, body func()) {
	fn, nest := p.fn, p.nest
	p.fn, p.nest = &funcScope{decl: decl, closure: closure}, 0
	body()
	p.fn, p.nest = fn, nest
}
