package php

// What PHP refuses although its grammar accepts it.

func isThis(x expr) bool {
	v, ok := x.(*varExpr)
	return ok && v.name == "this"
}

// assignable refuses a target that no value can be assigned to.
func (p *parser) assignable(x expr, line int) {
	if isThis(x) {
		p.fail(line, "cannot re-assign $this")
	}
	p.writable(x, line)
}

// writable refuses what cannot be changed.
func (p *parser) writable(x expr, line int) {
	p.notGlobals(x, line)
	switch x.(type) {
	case *varExpr, *indexExpr, *propExpr, *sPropExpr:
		p.passable(x)
		p.writableBase(x, line)
	case *callExpr:
		p.fail(line, "cannot use function return value in write context")
	case *methodExpr, *sCallExpr:
		p.fail(line, "cannot use method return value in write context")
	default:
		p.fail(line, "assignments can only happen to writable values")
	}
}

// unsettable is writable for unset, which takes no [].
func (p *parser) unsettable(x expr, line int) {
	before := len(p.loose)
	p.assignable(x, line)
	if len(p.loose) < before {
		p.fail(line, "cannot use [] for unsetting")
	}
}

// notGlobals refuses to replace all global variables at once.
func (p *parser) notGlobals(x expr, line int) {
	if i, ok := x.(*indexExpr); ok && i.idx == nil {
		x = i.base
	}
	if v, ok := x.(*varExpr); ok && v.name == "GLOBALS" {
		p.fail(line, "$GLOBALS can only be modified using the $GLOBALS[$name] = $value syntax")
	}
}

// referable refuses what no reference can be made to.
func (p *parser) referable(x expr, line int) {
	p.notGlobals(x, line)
	if call, ok := x.(*callExpr); ok && call.first {
		p.fail(line, "cannot take a reference to the result of a call")
	}
	p.passable(x)
	p.writableBase(x, line)
}

// classOperand refuses a literal as a class, unless it is a string.
func (p *parser) classOperand(x expr, line int) {
	switch n := x.(type) {
	case *litExpr:
		if _, ok := n.v.(strVal); ok {
			return
		}
	case *arrayExpr:
	default:
		return
	}
	p.fail(line, "illegal class name")
}

// writableBase refuses a literal, a constant or ?-> beneath the target.
func (p *parser) writableBase(x expr, line int) {
	for {
		switch n := x.(type) {
		case *indexExpr:
			x = n.base
		case *propExpr:
			if n.nullsafe {
				p.fail(line, "cannot use nullsafe operator in write context")
			}
			if isThis(n.obj) {
				return
			}
			x = n.obj
		case *litExpr, *templateExpr, *arrayExpr, *constExpr, *classConst:
			p.fail(line, "cannot use temporary expression in write context")
		default:
			return
		}
	}
}

// passable allows [] within what is assigned to or passed to a function, which
// may take it by reference.
func (p *parser) passable(x expr) {
	for {
		switch n := x.(type) {
		case *indexExpr:
			if n.idx == nil {
				delete(p.loose, n)
			}
			x = n.base
		case *propExpr:
			x = n.obj
		default:
			return
		}
	}
}

// issettable refuses isset of anything but a variable.
func (p *parser) issettable(x expr) {
	switch x.(type) {
	case *varExpr, *indexExpr, *propExpr, *sPropExpr:
		return
	}
	a := x.where()
	p.fail(int(a.line), "cannot use isset() on the result of an expression")
}

// constant parses an expression that PHP must know when it compiles; allowNew is
// for the places where an object may be made.
func (p *parser) constant(allowNew bool) expr {
	p.constants++
	x := p.expr()
	p.constants--
	p.requireConst(x, allowNew)
	return x
}

// requireConst refuses what cannot be known when PHP compiles.
func (p *parser) requireConst(x expr, allowNew bool) {
	ok := true
	each := func(xs ...expr) {
		for _, x := range xs {
			if x != nil {
				p.requireConst(x, allowNew)
			}
		}
	}
	switch n := x.(type) {
	case *litExpr, *constExpr, *magicExpr:
	case *classConst:
		_, ok = n.class.(*nameExpr)
		if name, is := n.class.(*nameExpr); is && name.name == "static" {
			p.fail(int(n.line), `"static::" is not allowed in compile-time constants`)
		}
	case *arrayExpr:
		for _, item := range n.items {
			ok = ok && !item.ref && item.val != nil
			each(item.key, item.val)
		}
	case *concatExpr:
		each(n.parts...)
	case *binaryExpr:
		each(n.l, n.r)
	case *unaryExpr:
		ok = n.op != "@"
		each(n.x)
	case *ternaryExpr:
		each(n.cond, n.then, n.els)
	case *indexExpr:
		each(n.base, n.idx)
		ok = n.idx != nil
	case *propExpr:
		each(n.obj, n.name)
	case *newExpr:
		_, named := n.class.(*nameExpr)
		ok = allowNew && named && n.decl == nil
		for _, a := range n.args {
			ok = ok && !a.spread
			each(a.x)
		}
	default:
		ok = false
	}
	if !ok {
		p.fail(int(x.where().line), "constant expression contains invalid operations")
	}
}
