package syntax

import (
	"errors"
	"strconv"
)

// operandFlags say what may follow an operand, and whether it may be written to.
type operandFlags uint8

const (
	isVar     operandFlags = 1 << iota // "variable" in PHP's grammar: allowed left of =
	isList                             // […] or list(…): a destructuring target
	mayDeref                           // […], ->
	mayStatic                          // ::
	mayCall                            // (…)

	anyPostfix = mayDeref | mayStatic | mayCall
)

// variable parses an expression that can be written to.
func (p *parser) variable() Expr {
	start := p.tok
	x, flags := p.operand()
	if flags&isVar == 0 {
		p.fail(start.line, "unexpected %s, expecting variable", start.describe())
	}
	return x
}

// operand parses an operand and everything that follows it: indexes, members and calls.
func (p *parser) operand() (Expr, operandFlags) {
	height := p.enter()
	start := p.tok
	x, flags := p.primary()
	x, flags, steps := p.postfix(start, x, flags, true)
	p.leave(height, steps)
	return x, flags
}

// primary parses an operand without what follows it.
func (p *parser) primary() (Expr, operandFlags) {
	start := p.tok
	switch start.kind {
	case tVar:
		return p.simpleVariable(), isVar | anyPostfix
	case tInt, tFloat:
		return p.numberLiteral(), 0
	case tString:
		p.advance()
		return &LitExpr{p.at(start), start.text}, anyPostfix
	case tQuote:
		return p.template('"'), anyPostfix
	case tBacktick:
		x := p.template('`')
		return &WordExpr{p.at(start), "shell", x}, 0
	case tHeredoc, tNowdoc:
		return p.heredoc(), 0
	case tIdent:
		return p.wordPrimary()
	case tName:
		p.advance()
		return p.named(start)
	case tOp:
		switch start.text {
		case "$":
			return p.simpleVariable(), isVar | anyPostfix
		case "(":
			p.advance()
			x := p.expr()
			p.expectOp(")")
			return x, anyPostfix
		case "[":
			return p.arrayLiteral("]", true), isList | anyPostfix
		}
	default:
	}
	p.unexpected("")
	return nil, 0
}

func (p *parser) numberLiteral() Expr {
	t := p.tok
	p.advance()
	if t.kind == tInt {
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			p.fail(t.line, "invalid number")
		}
		return &LitExpr{p.at(t), n}
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		p.fail(t.line, "invalid number")
	}
	return &LitExpr{p.at(t), f}
}

// simpleVariable parses $a, $$a and ${expr}.
func (p *parser) simpleVariable() Expr {
	start := p.tok
	if start.kind == tVar {
		p.advance()
		return &VarExpr{Pos: p.at(start), Name: start.text}
	}
	if !p.isOp("$") {
		p.unexpected("variable")
	}
	height := p.enter()
	defer p.leave(height, 0)
	p.advance()
	if !p.acceptOp("{") {
		inner := p.simpleVariable()
		return &VarExpr{Pos: p.at(start), Dyn: inner}
	}
	x := p.expr()
	p.expectOp("}")
	return &VarExpr{Pos: p.at(start), Dyn: x}
}

// wordPrimary parses an operand that begins with a word.
func (p *parser) wordPrimary() (Expr, operandFlags) {
	start := p.tok
	switch start.lower {
	case "array", "list":
		p.advance()
		if !p.isOp("(") {
			p.unexpected(`"("`)
		}
		list := start.lower == "list"
		x := p.arrayLiteral(")", list)
		x.From = int32(start.pos)
		if list {
			return x, isList
		}
		return x, anyPostfix
	case "isset":
		return p.isset(), 0
	case "empty", "eval":
		p.advance()
		x := p.condition()
		return &WordExpr{p.at(start), start.lower, x}, 0
	case "exit", "die":
		return p.exit(), 0
	case "new":
		return p.newObject(), 0
	case "match":
		return p.match(), 0
	case "fn", "function":
		return p.closure(), 0
	case "static":
		if t := p.peek(); t.kind == tIdent && (t.lower == "fn" || t.lower == "function") {
			return p.closure(), 0
		}
		p.advance()
		if !p.isOp("::") {
			p.unexpected("variable")
		}
		return &NameExpr{Pos: p.at(start), Name: "static"}, mayStatic
	}
	if x := p.magic(); x != nil {
		return x, mayDeref
	}
	if reserved[start.lower] && !(start.lower == "readonly" && p.peek().text == "(") {
		p.unexpected("")
	}
	p.advance()
	return p.named(start)
}

// named makes a function, class or constant name of a token, depending on the token that
// follows.
func (p *parser) named(t token) (Expr, operandFlags) {
	switch {
	case p.isOp("("):
		name, fallback := p.names.funcOf(t.text)
		return &NameExpr{p.at(t), name, fallback}, mayCall
	case p.isOp("::"):
		return &NameExpr{Pos: p.at(t), Name: p.names.classOf(t.text)}, mayStatic
	}
	name, fallback := p.names.constOf(t.text)
	return &ConstExpr{p.at(t), name, fallback}, mayDeref
}

// magic parses a magic constant. If only the file determines its value, it becomes a
// literal. __FUNCTION__, __METHOD__ and __TRAIT__ are not evaluated.
func (p *parser) magic() Expr {
	t := p.tok
	text := ""
	switch t.lower {
	case "__file__", "__dir__", "__function__", "__method__", "__trait__":
		p.advance()
		return &MagicExpr{p.at(t), Upper(t.lower)}
	case "__line__":
		p.advance()
		return &LitExpr{p.at(t), int64(t.line)}
	case "__namespace__":
		text = p.names.space
	case "__class__":
		if p.fn.closure || p.class != nil && (p.class.Kind == "trait" || p.class.Name == "") {
			p.advance()
			return &MagicExpr{p.at(t), "__CLASS__"}
		}
		if p.class != nil {
			text = p.class.Name
		}
	default:
		return nil
	}
	p.advance()
	return &LitExpr{p.at(t), text}
}

// Upper converts ASCII letters to upper case.
func Upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func (p *parser) isset() Expr {
	start := p.tok
	p.advance()
	p.expectOp("(")
	x := &IssetExpr{}
	p.nonEmptyListTo(")", func() { x.Vars = append(x.Vars, p.expr()) })
	x.Pos = p.at(start)
	return x
}

func (p *parser) exit() Expr {
	start := p.tok
	p.advance()
	x := &WordExpr{Word: "exit"}
	if p.acceptOp("(") {
		if !p.isOp(")") {
			x.X = p.expr()
		}
		p.expectOp(")")
	}
	x.Pos = p.at(start)
	return x
}

func (p *parser) match() Expr {
	start := p.tok
	p.advance()
	x := &MatchExpr{Subject: p.condition()}
	p.expectOp("{")
	p.listTo("}", func() {
		var arm matchArm
		if p.acceptWord("default") {
			p.acceptOp(",")
		} else {
			arm.Conds = append(arm.Conds, p.expr())
			for p.acceptOp(",") && !p.isOp("=>") {
				arm.Conds = append(arm.Conds, p.expr())
			}
		}
		p.expectOp("=>")
		arm.Body = p.expr()
		x.Arms = append(x.Arms, arm)
	})
	x.Pos = p.at(start)
	return x
}
