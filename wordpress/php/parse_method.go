package php

func (p *parser) methodDecl(decl *classDecl, mods map[string]bool) {
	start := p.tok
	p.advance()
	fn := &funcDecl{file: p.src, line: int32(start.line), class: decl.name, static: mods["static"], access: accessOf(mods)}
	fn.refReturn = p.acceptOp("&")
	fn.name = p.member()
	fn.abstract = mods["abstract"] || decl.kind == "interface"
	switch {
	case mods["readonly"] || mods["var"]:
		p.fail(start.line, "cannot use 'readonly' as method modifier")
	case mods["abstract"] && decl.kind == "class" && !decl.abstract:
		p.fail(start.line, "class %s contains an abstract method and must therefore be declared abstract", decl.name)
	case mods["abstract"] && decl.kind == "interface", mods["abstract"] && decl.kind == "enum":
		p.fail(start.line, "method %s must not be abstract", fn.name)
	case decl.kind == "interface" && (mods["private"] || mods["protected"] || mods["final"]):
		p.fail(start.line, "access type for interface method %s must be public", fn.name)
	case mods["abstract"] && mods["private"] && decl.kind != "trait":
		p.fail(start.line, "abstract function %s cannot be declared private", fn.name)
	}
	p.inFunc(fn, false, func() {
		p.signature(fn)
		if p.isOp("{") {
			if fn.abstract {
				p.fail(start.line, "abstract function %s cannot contain body", fn.name)
			}
			fn.body = p.block(nil)
			return
		}
		if !fn.abstract {
			if p.isSemi() {
				p.fail(start.line, "non-abstract method %s must contain body", fn.name)
			}
			p.unexpected(`"{"`)
		}
		p.expectSemi()
	})
	p.checkMagic(fn, start.line)
	decl.methods = append(decl.methods, fn)
}

// magicParams is how many parameters the methods have that PHP calls itself.
var magicParams = map[string]int{
	"__get": 1, "__set": 2, "__isset": 1, "__unset": 1, "__call": 2, "__callstatic": 2, "__tostring": 0,
	"__destruct": 0, "__clone": 0, "__debuginfo": 0, "__serialize": 0, "__unserialize": 1, "__set_state": 1,
	"__sleep": 0, "__wakeup": 0,
}

// checkMagic holds the methods that PHP calls itself to their form.
func (p *parser) checkMagic(fn *funcDecl, line int) {
	low := lower(fn.name)
	n, magic := magicParams[low]
	if !magic && low != "__construct" && low != "__invoke" {
		return
	}
	if magic && len(fn.params) != n {
		p.fail(line, "method %s::%s() must take exactly %d arguments", fn.class, fn.name, n)
	}
	for _, prm := range fn.params {
		if magic && (prm.ref || prm.variadic) {
			p.fail(line, "method %s::%s() cannot take arguments by reference", fn.class, fn.name)
		}
	}
	if static := low == "__callstatic" || low == "__set_state"; fn.static != static && low != "__invoke" {
		p.fail(line, "method %s::%s() must be static: %t", fn.class, fn.name, static)
	}
	if fn.result != nil && (low == "__construct" || low == "__destruct") {
		p.fail(line, "method %s::%s() cannot declare a return type", fn.class, fn.name)
	}
}
