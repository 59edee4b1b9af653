package php

// What PHP refuses although its grammar accepts it.

func isThis(x expr) bool {
	v, ok := x.(*varExpr)
	return ok && v.name == "this"
}

// writable refuses a target that cannot be assigned to.
func (p *parser) writable(x expr, line int) {
	if isThis(x) {
		p.fail(line, "cannot re-assign $this")
	}
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

// referable refuses what no reference can be made to.
func (p *parser) referable(x expr, line int) {
	p.passable(x)
	if list, ok := x.(*arrayExpr); ok {
		p.fail(line, "cannot take a reference to %s", p.src.snippet(list.at))
	}
	p.writableBase(x, line)
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

// requireConst refuses what cannot be known when PHP compiles; allowNew is for
// the places where an object may be made.
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
