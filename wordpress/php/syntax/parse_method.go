package syntax

func (p *parser) methodDecl(decl *ClassDecl, mods map[string]bool) {
	start := p.tok
	p.advance()
	fn := &FuncDecl{File: p.src, Line: int32(start.line), class: decl.Name, Static: mods["static"], Access: accessOf(mods)}
	fn.RefReturn = p.acceptOp("&")
	fn.Name = p.member()
	fn.abstract = mods["abstract"] || decl.Kind == "interface"
	switch {
	case mods["readonly"] || mods["var"]:
		p.fail(start.line, "cannot use 'readonly' as method modifier")
	case mods["abstract"] && decl.Kind == "class" && !decl.Abstract:
		p.fail(start.line, "class %s contains an abstract method and must therefore be declared abstract", decl.Name)
	case mods["abstract"] && decl.Kind == "interface", mods["abstract"] && decl.Kind == "enum":
		p.fail(start.line, "method %s must not be abstract", fn.Name)
	case decl.Kind == "interface" && (mods["private"] || mods["protected"] || mods["final"]):
		p.fail(start.line, "access type for interface method %s must be public", fn.Name)
	case mods["abstract"] && mods["private"] && decl.Kind != "trait":
		p.fail(start.line, "abstract function %s cannot be declared private", fn.Name)
	}
	p.inFunc(fn, false, func() {
		p.signature(fn)
		if p.isOp("{") {
			if fn.abstract {
				p.fail(start.line, "abstract function %s cannot contain body", fn.Name)
			}
			fn.Body = p.block(nil)
			return
		}
		if !fn.abstract {
			if p.isSemi() {
				p.fail(start.line, "non-abstract method %s must contain body", fn.Name)
			}
			p.unexpected(`"{"`)
		}
		p.expectSemi()
	})
	p.checkMagic(fn, start.line)
	decl.Methods = append(decl.Methods, fn)
}

// magicParams is how many parameters the methods have that PHP calls itself.
var magicParams = map[string]int{
	"__get": 1, "__set": 2, "__isset": 1, "__unset": 1, "__call": 2, "__callstatic": 2, "__tostring": 0,
	"__destruct": 0, "__clone": 0, "__debuginfo": 0, "__serialize": 0, "__unserialize": 1, "__set_state": 1,
	"__sleep": 0, "__wakeup": 0,
}

// checkMagic holds the methods that PHP calls itself to their form.
func (p *parser) checkMagic(fn *FuncDecl, line int) {
	low := Lower(fn.Name)
	n, magic := magicParams[low]
	if !magic && low != "__construct" && low != "__invoke" {
		return
	}
	if magic && len(fn.Params) != n {
		p.fail(line, "method %s::%s() must take exactly %d arguments", fn.class, fn.Name, n)
	}
	for _, prm := range fn.Params {
		if magic && (prm.Ref || prm.Variadic) {
			p.fail(line, "method %s::%s() cannot take arguments by reference", fn.class, fn.Name)
		}
	}
	if static := low == "__callstatic" || low == "__set_state"; fn.Static != static && low != "__invoke" {
		p.fail(line, "method %s::%s() must be static: %t", fn.class, fn.Name, static)
	}
	if fn.Result != nil && (low == "__construct" || low == "__destruct") {
		p.fail(line, "method %s::%s() cannot declare a return type", fn.class, fn.Name)
	}
}
