package syntax

// What PHP refuses although its grammar accepts it.

func isThis(x Expr) bool {
	v, ok := x.(*VarExpr)
	return ok && v.Name == "this"
}

// assignable refuses a target that no value can be assigned to.
func (p *parser) assignable(x Expr, line int) {
	if isThis(x) {
		p.fail(line, "cannot re-assign $this")
	}
	p.writable(x, line)
}

// writable refuses what cannot be changed.
func (p *parser) writable(x Expr, line int) {
	p.notGlobals(x, line)
	switch x.(type) {
	case *VarExpr, *IndexExpr, *PropExpr, *StaticPropExpr:
		p.passable(x)
		p.writableBase(x, line)
	case *CallExpr:
		p.fail(line, "cannot use function return value in write context")
	case *MethodExpr, *StaticCallExpr:
		p.fail(line, "cannot use method return value in write context")
	default:
		p.fail(line, "assignments can only happen to writable values")
	}
}

// unsettable is writable for unset, which takes no [].
func (p *parser) unsettable(x Expr, line int) {
	before := len(p.loose)
	p.assignable(x, line)
	if len(p.loose) < before {
		p.fail(line, "cannot use [] for unsetting")
	}
}

// notGlobals refuses to replace all global variables at once.
func (p *parser) notGlobals(x Expr, line int) {
	if i, ok := x.(*IndexExpr); ok && i.Idx == nil {
		x = i.Base
	}
	if v, ok := x.(*VarExpr); ok && v.Name == "GLOBALS" {
		p.fail(line, "$GLOBALS can only be modified using the $GLOBALS[$name] = $value syntax")
	}
}

// referable refuses what no reference can be made to.
func (p *parser) referable(x Expr, line int) {
	p.notGlobals(x, line)
	if call, ok := x.(*CallExpr); ok && call.First {
		p.fail(line, "cannot take a reference to the result of a call")
	}
	p.passable(x)
	p.writableBase(x, line)
}

// classOperand refuses a literal as a class, unless it is a string.
func (p *parser) classOperand(x Expr, line int) {
	switch n := x.(type) {
	case *LitExpr:
		if _, ok := n.Value.(string); ok {
			return
		}
	case *ArrayExpr:
	default:
		return
	}
	p.fail(line, "illegal class name")
}

// writableBase refuses a literal, a constant or ?-> beneath the target.
func (p *parser) writableBase(x Expr, line int) {
	for {
		switch n := x.(type) {
		case *IndexExpr:
			x = n.Base
		case *PropExpr:
			if n.Nullsafe {
				p.fail(line, "cannot use nullsafe operator in write context")
			}
			if isThis(n.Obj) {
				return
			}
			x = n.Obj
		case *LitExpr, *TemplateExpr, *ArrayExpr, *ConstExpr, *ClassConstExpr:
			p.fail(line, "cannot use temporary expression in write context")
		default:
			return
		}
	}
}

// passable allows [] within what is assigned to or passed to a function, which
// may take it by reference.
func (p *parser) passable(x Expr) {
	for {
		switch n := x.(type) {
		case *IndexExpr:
			if n.Idx == nil {
				delete(p.loose, n)
			}
			x = n.Base
		case *PropExpr:
			x = n.Obj
		default:
			return
		}
	}
}

// issettable refuses isset of anything but a variable.
func (p *parser) issettable(x Expr) {
	switch x.(type) {
	case *VarExpr, *IndexExpr, *PropExpr, *StaticPropExpr:
		return
	}
	a := x.Where()
	p.fail(int(a.Line), "cannot use isset() on the result of an expression")
}

// constant parses an expression that PHP must know when it compiles; allowNew is
// for the places where an object may be made.
func (p *parser) constant(allowNew bool) Expr {
	p.constants++
	x := p.expr()
	p.constants--
	p.requireConst(x, allowNew)
	return x
}

// requireConst refuses what cannot be known when PHP compiles.
func (p *parser) requireConst(x Expr, allowNew bool) {
	ok := true
	each := func(xs ...Expr) {
		for _, x := range xs {
			if x != nil {
				p.requireConst(x, allowNew)
			}
		}
	}
	switch n := x.(type) {
	case *LitExpr, *ConstExpr, *MagicExpr:
	case *ClassConstExpr:
		_, ok = n.Class.(*NameExpr)
		if name, is := n.Class.(*NameExpr); is && name.Name == "static" {
			p.fail(int(n.Line), `"static::" is not allowed in compile-time constants`)
		}
	case *ArrayExpr:
		for _, item := range n.Items {
			ok = ok && !item.Ref && item.Val != nil
			each(item.Key, item.Val)
		}
	case *ConcatExpr:
		each(n.Parts...)
	case *BinaryExpr:
		each(n.L, n.R)
	case *UnaryExpr:
		ok = n.Op != "@"
		each(n.X)
	case *TernaryExpr:
		each(n.Cond, n.Then, n.Else)
	case *IndexExpr:
		each(n.Base, n.Idx)
		ok = n.Idx != nil
	case *PropExpr:
		each(n.Obj, n.Name)
	case *NewExpr:
		_, named := n.Class.(*NameExpr)
		ok = allowNew && named && n.Decl == nil
		for _, a := range n.Args {
			ok = ok && !a.Spread
			each(a.X)
		}
	default:
		ok = false
	}
	if !ok {
		p.fail(int(x.Where().Line), "constant expression contains invalid operations")
	}
}
