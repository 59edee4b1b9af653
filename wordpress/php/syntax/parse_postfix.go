package syntax

// postfix parses any number of […], ->name, ::name and (…) after an operand. The int is the
// number of levels that they add to the tree. Without calls, an opening parenthesis ends the
// operand.
//
// If the operand of ?-> is null, PHP evaluates nothing of what follows, up to the end of the chain.
// A chain in which that makes a difference becomes a WordExpr with the word "?->".
func (p *parser) postfix(start token, x Expr, flags operandFlags, calls bool) (Expr, operandFlags, int) {
	nullsafe := false
	for steps := 0; ; steps++ {
		if !calls {
			flags &^= mayCall
		}
		if p.tok.kind != tOp {
			return x, flags, steps
		}
		op := p.tok.text
		switch {
		case op == "[" && flags&mayDeref != 0:
			x, flags = p.index(start, x), isVar|anyPostfix
		case (op == "->" || op == "?->") && flags&mayDeref != 0:
			x, flags = p.property(start, x, calls)
		case op == "::" && flags&mayStatic != 0:
			x, flags = p.static(start, x, calls)
		case op == "(" && flags&mayCall != 0:
			args, first := p.args()
			x, flags = &CallExpr{p.at(start), x, args, first}, isVar|anyPostfix
		default:
			return x, flags, steps
		}
		if nullsafe = nullsafe || op == "?->"; nullsafe && !readsOnly(x) {
			x = &WordExpr{p.at(start), "?->", x}
		}
	}
}

// readsOnly reports whether the last part of a chain only reads a member: whether it has no effect
// and is null for null.
func readsOnly(x Expr) bool {
	part := Expr(nil)
	switch x := x.(type) {
	case *PropExpr:
		part = x.Name
	case *MethodExpr:
		if x.Nullsafe {
			part = x.Name
		}
	case *IndexExpr:
		part = x.Idx
	}
	switch part := part.(type) {
	case *LitExpr:
		return true
	case *VarExpr:
		return part.Dyn == nil
	}
	return false
}

func (p *parser) index(start token, base Expr) Expr {
	p.advance()
	x := &IndexExpr{Base: base}
	if !p.isOp("]") {
		x.Idx = p.expr()
	}
	p.expectOp("]")
	x.Pos = p.at(start)
	return x
}

// property parses ->name, and the call if it is a method.
func (p *parser) property(start token, obj Expr, calls bool) (Expr, operandFlags) {
	nullsafe := p.tok.text == "?->"
	p.advance()
	name := p.memberName()
	if calls && p.isOp("(") {
		args, first := p.args()
		return &MethodExpr{p.at(start), obj, name, args, nullsafe, first}, isVar | anyPostfix
	}
	return &PropExpr{p.at(start), obj, name, nullsafe}, isVar | mayDeref | mayStatic
}

// memberName parses the name after an arrow: a word, a variable or {…}.
func (p *parser) memberName() Expr {
	t := p.tok
	switch {
	case t.kind == tIdent:
		p.advance()
		return &LitExpr{p.at(t), t.text}
	case p.acceptOp("{"):
		x := p.expr()
		p.expectOp("}")
		return x
	}
	return p.simpleVariable()
}

// static parses ::$name, ::NAME and ::name(); without calls only ::$name.
func (p *parser) static(start token, class Expr, calls bool) (Expr, operandFlags) {
	p.advance()
	t := p.tok
	var name Expr
	switch {
	case calls && t.kind == tIdent:
		p.advance()
		if !p.isOp("(") {
			return &ClassConstExpr{p.at(start), class, t.text}, mayDeref | mayStatic
		}
		name = &LitExpr{p.at(t), t.text}
	case calls && p.acceptOp("{"):
		name = p.expr()
		p.expectOp("}")
		if !p.isOp("(") {
			p.unexpected(`"("`)
		}
	default:
		name = p.simpleVariable()
		if !calls || !p.isOp("(") {
			return &StaticPropExpr{p.at(start), class, propertyName(name)}, isVar | mayDeref | mayStatic
		}
	}
	args, first := p.args()
	return &StaticCallExpr{p.at(start), class, name, args, first}, isVar | anyPostfix
}

// propertyName converts the variable of A::$b to the expression that names the property.
func propertyName(x Expr) Expr {
	v, ok := x.(*VarExpr)
	switch {
	case !ok:
		return x
	case v.Dyn != nil:
		return v.Dyn
	}
	return &LitExpr{v.Pos, v.Name}
}

// args parses the arguments in parentheses. first is set for f(...).
func (p *parser) args() (args []Arg, first bool) {
	p.expectOp("(")
	if p.isOp("...") && p.peek().text == ")" {
		p.advance()
		p.advance()
		return nil, true
	}
	p.listTo(")", func() {
		var a Arg
		if a.Spread = p.acceptOp("..."); !a.Spread && p.tok.kind == tIdent && p.namesArgument() {
			a.Name = p.tok.text
			p.advance()
			p.advance()
		}
		a.X = p.expr()
		args = append(args, a)
	})
	return args, false
}

func (p *parser) namesArgument() bool {
	t := p.peek()
	return t.kind == tOp && t.text == ":"
}

// className parses the name of a class.
func (p *parser) className() string {
	t := p.tok
	if t.kind != tName && (t.kind != tIdent || reserved[t.lower] && t.lower != "static") {
		p.unexpected("identifier")
	}
	p.advance()
	return p.names.classOf(t.text)
}

// classReference parses the class after new and instanceof: a name, a variable
// without calls, or any expression in parentheses.
func (p *parser) classReference() Expr {
	start := p.tok
	var x Expr
	switch {
	case start.kind == tIdent || start.kind == tName:
		x = &NameExpr{Pos: p.at(start), Name: p.className()}
		if !p.isOp("::") {
			return x
		}
	case p.acceptOp("("):
		x = p.expr()
		p.expectOp(")")
		return x
	default:
		x = p.simpleVariable()
	}
	height := p.enter()
	x, _, steps := p.postfix(start, x, mayDeref|mayStatic, false)
	p.leave(height, steps)
	return x
}

// newObject parses a new expression.
func (p *parser) newObject() Expr {
	start := p.tok
	p.advance()
	x := &NewExpr{}
	if p.isWord("class") {
		p.advance()
		if p.isOp("(") {
			x.Args, _ = p.args()
		}
		x.Decl = &ClassDecl{Kind: "class", File: p.src}
		p.classBody(x.Decl)
		x.Pos = p.at(start)
		return x
	}
	x.Class = p.classReference()
	if p.isOp("(") {
		x.Args, _ = p.args()
	}
	x.Pos = p.at(start)
	return x
}
